"""Escape untrusted text and bytes: for a terminal, in hexadecimal, or for one line of text."""

from __future__ import annotations

import re

# As UTF-8: controls; U+00AD, U+061C, U+115F, U+1160, U+180B-F, U+200B-F, U+2028-E, U+2060-F,
# U+3164, U+FEFF, U+FFA0, U+FFF9-B and the tags from U+E0000 on: invisible, or they reorder text.
_UNSAFE_ON_TERMINAL = re.compile(
    rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f\xad]|\xd8\x9c|\xe1\x85[\x9f\xa0]"
    rb"|\xe1\xa0[\x8b-\x8f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]|\xe3\x85\xa4|\xef\xbb\xbf|\xef\xbe\xa0"
    rb"|\xef\xbf[\xb9-\xbb]|\xf3\xa0[\x80-\x81][\x80-\xbf]"
)


def terminal_safe(data: bytes) -> bytes:
    """Replace characters that control a terminal by ``\\xNN``; tabs and line ends stay.

    Besides C0, DEL and C1 controls these are the characters that reorder text or take no column,
    and bytes that are not UTF-8 (a terminal may take them for 8-bit controls).
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        data = data.decode("utf-8", "backslashreplace").encode()
    return _UNSAFE_ON_TERMINAL.sub(lambda found: hex_escaped(found.group()), data)


def hex_escaped(data: bytes) -> bytes:
    r"""Write every byte as ``\xNN``, as ``--hex`` does."""
    return "".join(f"\\x{byte:02x}" for byte in data).encode()


def printable(text: str) -> str:
    """Return a text for one line of a message: what does not print is escaped as in Python."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
