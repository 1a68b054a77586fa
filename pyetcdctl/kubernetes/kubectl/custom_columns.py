"""The columns that ``-o custom-columns`` names: a title and a path each, as kubectl prints them."""

from __future__ import annotations

import re
from math import isinf
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import BadArguments
from pyetcdctl.kubernetes.kubectl.jsonpath_paths import parsed
from pyetcdctl.kubernetes.kubectl.jsonpath_templates import Path
from pyetcdctl.kubernetes.objects import Literal

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Object, Plain

NONE = "<none>"
_EXAMPLE = "Example:  -o custom-columns=NAME:.metadata.name,NODE:.spec.nodeName"


class CustomColumn(NamedTuple):
    """A column of one path."""

    title: str
    path: Path

    def cell(self, obj: Object) -> str:
        """Return all values at the path; ``<none>`` where there is none."""
        found = self.path.of(obj)
        return ",".join(map(_go_text, found)) if found else NONE


def custom_columns(text: str) -> list[CustomColumn]:
    """Read TITLE:PATH,TITLE:PATH; raises BadArguments."""
    if not text.strip():
        raise BadArguments("custom-columns needs TITLE:PATH,...", _EXAMPLE)
    return [_column(each) for each in _split(text)]


def columns_of_file(text: str) -> list[CustomColumn]:
    """Read a file of two lines: the titles, and the paths below them; raises BadArguments."""
    lines = [line.split() for line in text.splitlines()[:2]]
    titles, paths = lines if len(lines) == 2 else ([], [])
    if not titles or len(titles) != len(paths):
        raise BadArguments(
            "a file for custom-columns-file has two lines: titles, and a path below each",
            f"It has {len(titles)} titles and {len(paths)} paths.",
        )
    return [CustomColumn(title, Path(path)) for title, path in zip(titles, paths, strict=True)]


def _split(text: str) -> list[str]:
    """Split at commas outside of brackets and quotes, which may contain commas."""
    return re.findall(r"(?:\[[^\]]*\]|[^,\[])+", text)


def _column(text: str) -> CustomColumn:
    title, colon, path = text.partition(":")
    if not (title and colon and path):
        raise BadArguments(f'"{text}" is not TITLE:PATH', _EXAMPLE)
    return CustomColumn(title, Path(path))


def _go_text(plain: Plain) -> str:
    """Return a value as Go's fmt.Sprint does, which is what kubectl prints here."""
    inside = parsed(plain)
    if isinstance(inside, dict):
        pairs = (f"{name}:{_go_text(inside[name])}" for name in sorted(inside))
        return f"map[{' '.join(pairs)}]"
    if isinstance(inside, list):
        return f"[{' '.join(map(_go_text, inside))}]"
    if isinstance(inside, bool):
        return str(inside).lower()
    if isinstance(inside, Literal):
        return _go_number(inside.text)
    return "<nil>" if inside is None else str(inside)


def _go_number(text: str) -> str:
    """Return a fractional number as Go prints a float64: %g with the fewest digits."""
    value = float(text)
    if isinf(value):
        return text
    mantissa, _, exponent = f"{value:.17e}".partition("e")
    for digits in range(17):
        shortest = f"{value:.{digits}e}"
        if float(shortest) == value:
            mantissa, _, exponent = shortest.partition("e")
            break
    if value and not -4 <= int(exponent) < 6:
        return f"{mantissa}e{int(exponent):+03d}"
    return repr(value).removesuffix(".0")
