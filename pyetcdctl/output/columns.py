"""Columns as kubectl prints them: as wide as their longest cell, three blanks between them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_GAP = "   "
_UNSAFE = re.compile("[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def aligned(rows: Sequence[Sequence[str]]) -> bytes:
    """Return rows as lines; what could break a line or drive a terminal is escaped."""
    safe = [[_UNSAFE.sub(_escaped, cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*safe, strict=True)]
    lines = [
        _GAP.join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in safe
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def _escaped(found: re.Match[str]) -> str:
    return ascii(found.group())[1:-1]
