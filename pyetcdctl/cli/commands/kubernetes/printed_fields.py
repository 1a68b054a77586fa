"""What ``etcdctl get -w fields`` printed: keys and values on lines of their own, in Go's quotes."""

from __future__ import annotations

import re

from pyetcdctl.cli.words.go_scan import NotQuoted, match_quoted
from pyetcdctl.errors import InvalidInput
from pyetcdctl.kubernetes.codec.input_forms import HOW, Given

_FIELD = re.compile(rb'"(?:Prev)?(Key|Value)" : (.*)')


def values_in_fields(data: bytes) -> list[Given]:
    """Find the values in fields; raises InvalidInput where one is not whole."""
    found, key = [], b""
    for line in data.splitlines():
        field = _FIELD.match(line.strip())
        if field and field[1] == b"Key":
            key = _unquoted(field[2])
        elif field and (value := _unquoted(field[2])):
            found.append(Given(value, key))
    return found


def _unquoted(quoted: bytes) -> bytes:
    text = quoted.decode("utf-8", "surrogateescape")
    try:
        content, end = match_quoted(text, 0)
    except NotQuoted:
        end = -1
    if end != len(text):
        raise InvalidInput("a field's text does not end on its line, or was changed", HOW)
    return content
