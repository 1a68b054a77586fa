"""JSON text as the API machinery writes it: compact, and safe to put into HTML."""

from __future__ import annotations

import json
from json.encoder import encode_basestring
from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.objects import Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.kubernetes.objects import Plain

PLACE = "\0 literal"
"""The placeholder of a literal in the C encoder's output; a NUL makes it rare in real strings."""
WRITTEN_PLACE = json.dumps(PLACE)
ESCAPES = (
    ("<", "\\u003c"),
    (">", "\\u003e"),
    ("&", "\\u0026"),
    ("\u2028", "\\u2028"),
    ("\u2029", "\\u2029"),
)


def json_text(plain: Plain) -> str:
    """Write a value on one line, in the order of its keys, without a newline at the end."""
    written = encode_basestring(plain) if isinstance(plain, str) else _written(plain)
    for character, escape in ESCAPES:
        if character in written:
            written = written.replace(character, escape)
    return written


def _written(plain: Plain) -> str:
    literals: list[str] = []
    written = _encoder(_holder(literals)).encode(plain)
    return _with_literals(plain, written, literals) if literals else written


def _encoder(default: Callable[[object], object]) -> json.JSONEncoder:
    # The decoders bound the nesting, so no check for cycles is needed.
    return json.JSONEncoder(
        ensure_ascii=False, check_circular=False, separators=(",", ":"), default=default
    )


def _holder(literals: list[str]) -> Callable[[object], str]:
    def hold(value: object) -> str:
        if not isinstance(value, Literal):
            raise TypeError(f"{type(value).__name__} is not part of the plain form")
        literals.append(value.text)
        return PLACE

    return hold


def _with_literals(plain: Plain, written: str, literals: list[str]) -> str:
    parts = written.split(WRITTEN_PLACE)
    if len(parts) != len(literals) + 1:
        return _piecewise(plain)
    pieces = [parts[0]]
    for literal, part in zip(literals, parts[1:], strict=True):
        pieces += (literal, part)
    return "".join(pieces)


def _piecewise(plain: Plain) -> str:
    """Write a value that has a string equal to ``PLACE``."""
    if isinstance(plain, Literal):
        return plain.text
    if isinstance(plain, list):
        return f"[{','.join(map(_piecewise, plain))}]"
    if isinstance(plain, dict):
        pairs = (f"{_piecewise(key)}:{_piecewise(value)}" for key, value in plain.items())
        return f"{{{','.join(pairs)}}}"
    return json.dumps(plain, ensure_ascii=False)
