r"""Go's quoted strings, ``"a\n\x7a"`` and `` `as it is` ``, and lines of such words."""

from __future__ import annotations

import re

BLANKS = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""The blanks of Go's unicode package; Go's regular expressions have only those of ASCII."""

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`', re.DOTALL)
_WORD = re.compile(r""""(?:[^"\\]|\\.)*"|'[^']*'|[^'"\t\n\f\r ][^\t\n\f\r ]*[^'"\t\n\f\r ]?""")
_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([abfnrtv\\\"]))"
)
_CONTROLS = {
    "a": b"\a",
    "b": b"\b",
    "f": b"\f",
    "n": b"\n",
    "r": b"\r",
    "t": b"\t",
    "v": b"\v",
    "\\": b"\\",
    '"': b'"',
}


class NotQuoted(ValueError):
    """The text is not a Go string; the message is Go's."""


def match_quoted(text: str, at: int) -> tuple[bytes, int]:
    """Parse a quoted string at an offset; return its bytes and the offset after it."""
    found = _QUOTED.match(text, at)
    if found is None:
        raise NotQuoted("expected quoted string")
    return unquote(found.group()), found.end()


def unquote(text: str) -> bytes:
    """Return the bytes that a quoted string stands for."""
    body = text[1:-1]
    if text.startswith("`"):
        return _bytes(body.replace("\r", ""))
    parts, at = [], 0
    while (backslash := body.find("\\", at)) >= 0:
        escape = _ESCAPE.match(body, backslash)
        if escape is None:
            raise NotQuoted("invalid syntax")
        parts += [_bytes(body[at:backslash]), _escaped(escape)]
        at = escape.end()
    if "\n" in body:
        raise NotQuoted("invalid syntax")
    return b"".join([*parts, _bytes(body[at:])])


def split_words(line: str) -> list[str]:
    """Split a line as etcdctl does: '...' is verbatim, "..." is unquoted, the rest as it stands.

    Words are in the form of command-line arguments, so that bytes that are not UTF-8 survive.
    """
    words = []
    for found in _WORD.findall(line):
        word = str(found)
        if word.startswith("'"):
            word = word[1:-1]
        elif word.startswith('"'):
            word = unquote(word).decode("utf-8", "surrogateescape")
        words.append(word)
    return words


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _escaped(escape: re.Match[str]) -> bytes:
    byte, octal, short, long, control = escape.groups()
    if control:
        return _CONTROLS[control]
    if byte or octal:
        value = int(byte, 16) if byte else int(octal, 8)
        if value > 0xFF:
            raise NotQuoted("invalid syntax")
        return bytes([value])
    point = int(short or long, 16)
    if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:
        raise NotQuoted("invalid syntax")
    return chr(point).encode()
