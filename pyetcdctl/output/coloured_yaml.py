"""Colour the lines of YAML text.

Invariant: colours are put around the emitter's text (kubernetes/codec/yaml_writing.py) and change
none of it. A scalar's further lines are indented more than the entry it belongs to.
"""

from __future__ import annotations

import re

_KEY, _TEXT, _WORD, _ASIDE = "36", "32", "33", "90"
_LINE = re.compile(
    r"(?P<dashes> *(?:[-?:] +)*)"
    r"(?:(?P<key>\"(?:\\.|[^\"\\])*\"|'(?:''|[^'])*'|[^\s\"'#\[{|>&*!%@`][^\n]*?):(?=[ ]|\Z))?"
    r"(?P<blank> ?)(?P<scalar>.*)"
)
_BARE = re.compile(r"null|true|false|[-+]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?|\{\}|\[\]")


def coloured(text: str) -> str:
    """Return YAML in colours."""
    lines = []
    base = -1
    in_scalar = False
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(" "))
        if in_scalar and (depth > base or not line):
            lines.append(_painted(line, _TEXT))
        elif line.startswith("#") or line == "---":
            lines.append(_painted(line, _ASIDE))
            in_scalar = False
        else:
            shown, base, in_scalar = _entry(line)
            lines.append(shown)
    return "\n".join(lines)


def _entry(line: str) -> tuple[str, int, bool]:
    """Colour a line; return it, its column, and whether a scalar begins on it."""
    found = _LINE.fullmatch(line)
    if found is None:
        return line, len(line), False
    dashes, key, blank, scalar = found.group("dashes", "key", "blank", "scalar")
    name = "" if key is None else f"{_painted(key, _KEY)}:"
    base = len(dashes) if key is not None else len(dashes.rstrip(" ")) - 1
    kind = _WORD if _BARE.fullmatch(scalar) else _TEXT
    return f"{dashes}{name}{blank}{_painted(scalar, kind)}", base, bool(scalar)


def _painted(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if text else ""
