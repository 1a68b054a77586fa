"""The files of ``EnvironmentFile=``, as systemd reads them: quotes may hold lines, too.

``NAME='as it is'``, ``NAME="with \\" escaped"`` and ``NAME=to the end of the line`` may follow each
other in one value. A backslash at the end of a line takes the line's end away. Nothing is refused:
systemd passes over what it does not understand, and a quote that is not closed ends with the file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_QUOTED = r"'[^']*+(?:'|\Z)|\"(?:[^\"\\]|\\.)*+(?:\"|\Z)"
_VARIABLE = re.compile(
    rf"^[^\S\n]*+([^\s#;=][^=\n]*+)=((?:[^\S\n]*+(?:{_QUOTED}))*+)[^\S\n]*+((?:[^\n\\]|\\.)*+)",
    re.MULTILINE | re.DOTALL,
)
_PART = re.compile(_QUOTED, re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_NEEDS_ESCAPE = '"\\$`'


def variables_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield the names and the values of a file, in its order."""
    for found in _VARIABLE.finditer(text):
        name, quoted, bare = found.groups()
        if name.strip().isidentifier():
            parts = map(_unquoted, _PART.findall(quoted))
            yield name.strip(), "".join(parts) + _ESCAPED.sub(_bare, bare.rstrip())


def _unquoted(part: str) -> str:
    inner = part[1:].removesuffix(part[0])
    return inner if part[0] == "'" else _ESCAPED.sub(_in_quotes, inner)


def _in_quotes(found: re.Match[str]) -> str:
    if found[1] == "\n":
        return ""
    return found[1] if found[1] in _NEEDS_ESCAPE else found[0]


def _bare(found: re.Match[str]) -> str:
    return "" if found[1] == "\n" else found[1]
