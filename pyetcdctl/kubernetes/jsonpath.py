"""kubectl's JSONPath templates: text, paths in braces, quoted text, and ``range``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyetcdctl.errors import BadArguments
from pyetcdctl.kubernetes.json_text import json_text
from pyetcdctl.kubernetes.objects import Literal
from pyetcdctl.kubernetes.selecting import ObjectPath

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.kubernetes.objects import Plain

    Part = Callable[[Plain], str]

_PIECES = re.compile(r"\{((?:\"(?:\\.|[^\"])*\"|'(?:\\.|[^'])*'|[^{}])*)\}|([^{}]+)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def template(text: str) -> Part:
    """Return what fills a template in; raises BadArguments."""
    shown = text if "{" in text else f"{{{text if text[:1] in '.[$' else '.' + text}}}"
    pieces = list(_PIECES.finditer(shown))
    if "".join(piece.group() for piece in pieces) != shown:
        raise BadArguments(f'"{text}" is no JSONPath: a brace stands alone')
    part, rest = _sequence(pieces)
    if rest:
        raise BadArguments(f'"{text}" has an {{end}} too many')
    return part


def _sequence(
    pieces: list[re.Match[str]], *, inside: bool = False
) -> tuple[Part, list[re.Match[str]]]:
    parts: list[Part] = []
    while pieces:
        (expression, text), pieces = pieces[0].groups(), pieces[1:]
        if text is not None:
            parts.append(_constant(text))
        elif expression.strip() == "end":
            if inside:
                return _joined(parts), pieces
            raise BadArguments("an {end} without its {range}")
        elif expression.strip().startswith("range "):
            each, pieces = _sequence(pieces, inside=True)
            parts.append(_range(ObjectPath(expression.strip()[6:].strip()), each))
        else:
            parts.append(_expression(expression.strip()))
    if inside:
        raise BadArguments("a {range} without its {end}")
    return _joined(parts), pieces


def _expression(text: str) -> Part:
    if text[:1] in ("'", '"'):
        return _constant(
            re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text[1:-1])
        )
    path = ObjectPath(text.removeprefix("@"))
    return lambda plain: " ".join(map(_text, path.of(plain)))


def _text(plain: Plain) -> str:
    if isinstance(plain, str):
        return plain
    return plain.text if isinstance(plain, Literal) else json_text(plain)


def _constant(text: str) -> Part:
    return lambda _: text


def _joined(parts: list[Part]) -> Part:
    return lambda plain: "".join(part(plain) for part in parts)


def _range(path: ObjectPath, each: Part) -> Part:
    return lambda plain: "".join(map(each, path.of(plain)))
