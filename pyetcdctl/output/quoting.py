"""Bytes as text: Go's quoting, hexadecimal, JSON strings and text that is safe on a terminal."""

from __future__ import annotations

import re

_NEEDS_QUOTING = re.compile(rb"[^ !#-\[\]-~]")
_SHORT_ESCAPES = {
    0x07: "\\a",
    0x08: "\\b",
    0x09: "\\t",
    0x0A: "\\n",
    0x0B: "\\v",
    0x0C: "\\f",
    0x0D: "\\r",
    0x22: '\\"',
    0x5C: "\\\\",
}
_JSON_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}
_JSON_SPECIAL = re.compile('[\x00-\x1f"\\\\<>&\u2028\u2029]')


def go_quoted(data: bytes) -> str:
    """Quote as Go's ``%q``: printable Unicode stays, other bytes become escapes."""
    if not _NEEDS_QUOTING.search(data):
        return f'"{data.decode("ascii")}"'
    text = data.decode("utf-8", "surrogateescape")
    return f'"{"".join(map(_go_escaped, text))}"'


def _go_escaped(character: str) -> str:
    from pyetcdctl.output.printable import is_printable

    point = ord(character)
    if point in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[point]
    if 0xDC80 <= point <= 0xDCFF:
        return f"\\x{point - 0xDC00:02x}"
    if point < 0x20 or point == 0x7F:
        return f"\\x{point:02x}"
    if point < 0x7F or is_printable(character):
        return character
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def json_string(text: str) -> str:
    """Write a JSON string as Go's encoding/json, which escapes ``<``, ``>``, ``&`` and U+2028/9."""
    return f'"{_JSON_SPECIAL.sub(_json_escape, text)}"'


def _json_escape(found: re.Match[str]) -> str:
    character = found.group()
    return _JSON_ESCAPES.get(character) or f"\\u{ord(character):04x}"
