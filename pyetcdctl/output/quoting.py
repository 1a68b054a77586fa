"""Bytes as text: Go's quoting, hexadecimal, JSON strings and what a terminal may be shown."""

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
# As UTF-8: controls; U+00AD, U+061C, U+115F, U+1160, U+180B-F, U+200B-F, U+2028-E, U+2060-F,
# U+3164, U+FEFF, U+FFA0, U+FFF9-B and the tags from U+E0000 on: invisible, or they reorder text.
_UNSAFE_ON_TERMINAL = re.compile(
    rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f\xad]|\xd8\x9c|\xe1\x85[\x9f\xa0]"
    rb"|\xe1\xa0[\x8b-\x8f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]|\xe3\x85\xa4|\xef\xbb\xbf|\xef\xbe\xa0"
    rb"|\xef\xbf[\xb9-\xbb]|\xf3\xa0[\x80-\x81][\x80-\xbf]"
)


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


def hex_escaped(data: bytes) -> bytes:
    r"""Write every byte as ``\xNN``, as ``--hex`` does."""
    return "".join(f"\\x{byte:02x}" for byte in data).encode()


def json_string(text: str) -> str:
    """Write a JSON string as Go's encoding/json, which escapes ``<``, ``>``, ``&`` and U+2028/9."""
    return f'"{_JSON_SPECIAL.sub(_json_escape, text)}"'


def _json_escape(found: re.Match[str]) -> str:
    character = found.group()
    return _JSON_ESCAPES.get(character) or f"\\u{ord(character):04x}"


def terminal_safe(data: bytes) -> bytes:
    """Replace what could drive a terminal by ``\\xNN``; tabs and line ends stay.

    Besides C0, DEL and C1 controls these are the characters that reorder text or take no column,
    and bytes that are not UTF-8 (a terminal may take them for 8-bit controls).
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        data = data.decode("utf-8", "backslashreplace").encode()
    return _UNSAFE_ON_TERMINAL.sub(lambda found: hex_escaped(found.group()), data)
