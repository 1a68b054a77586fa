"""Columns as kubectl prints them, and the width of a text on a terminal.

A column is as wide as its longest cell, three blanks from the next. None but the last is narrower
than three characters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import category, east_asian_width

if TYPE_CHECKING:
    from collections.abc import Sequence

_INVISIBLE = frozenset({"Mn", "Me", "Cf", "Cc"})
_REGIONAL_INDICATORS = range(0x1F1E6, 0x1F200)
_GAP = "   "
_NARROWEST = 3
_BREAK = re.compile("[\f\n\r]")
_UNSAFE = re.compile("[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def width(text: str) -> int:
    """Return the columns: two for East Asian and most emoji, none for combining characters."""
    return len(text) if text.isascii() and text.isprintable() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if category(character) in _INVISIBLE:
        return 0
    if east_asian_width(character) in "WF" or ord(character) in _REGIONAL_INDICATORS:
        return 2
    return 1


class Columns:
    """A table that is written in parts: its columns become wider, never narrower."""

    def __init__(self, *, keeps_blanks: bool = False) -> None:
        """``keeps_blanks`` ends a line whose last cell is empty with blanks, as kubectl does."""
        self._widths: list[int] = []
        self._keeps_blanks = keeps_blanks

    def lines(self, rows: Sequence[Sequence[str]]) -> bytes:
        """Return rows as lines; characters that break a line or control a terminal are escaped."""
        safe = [[_UNSAFE.sub(_escaped, cell) for cell in row] for row in rows]
        before = self._widths or [_NARROWEST] * len(safe[0])
        columns = zip(before, zip(*safe, strict=True), strict=True)
        self._widths = [max(width, *map(len, cells)) for width, cells in columns]
        return "".join(f"{self._line(row)}\n" for row in safe).encode()

    def _line(self, row: Sequence[str]) -> str:
        *cells, last = row
        padded = [f"{cell:{width}}" for cell, width in zip(cells, self._widths, strict=False)]
        line = _GAP.join([*padded, last])
        return line if self._keeps_blanks else line.rstrip()


def aligned(rows: Sequence[Sequence[str]]) -> bytes:
    """Return rows as the lines of one table."""
    return Columns().lines(rows)


def one_line(cell: str) -> str:
    """Return a cell up to its first line break, as kubectl prints it."""
    found = _BREAK.search(cell)
    return f"{cell[: found.start()]}..." if found else cell


def _escaped(found: re.Match[str]) -> str:
    return ascii(found.group())[1:-1]
