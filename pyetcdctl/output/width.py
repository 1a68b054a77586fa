"""How many columns of a terminal a text takes."""

from __future__ import annotations

from unicodedata import category, east_asian_width

_INVISIBLE = frozenset({"Mn", "Me", "Cf", "Cc"})
_REGIONAL_INDICATORS = range(0x1F1E6, 0x1F200)


def width(text: str) -> int:
    """Return the columns: two for East Asian and most emoji, none for what only combines."""
    return len(text) if text.isascii() and text.isprintable() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if category(character) in _INVISIBLE:
        return 0
    if east_asian_width(character) in "WF" or ord(character) in _REGIONAL_INDICATORS:
        return 2
    return 1
