"""Sizes as etcdctl writes them, and with two digits or more for people; counts with their noun."""

from __future__ import annotations

from math import floor, log

_SIZES = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
_HUMAN_UNITS = ("B", "kB", "MB", "GB", "TB")


def decimal_size(size: int) -> str:
    """Write a size as go-humanize does: ``9 B``, ``25 kB``, ``2.1 GB``."""
    size &= 0xFFFFFFFFFFFFFFFF
    if size < 10:
        return f"{size} B"
    exponent = floor(log(size) / log(1000))
    value = floor(size / 1000.0**exponent * 10 + 0.5) / 10
    return f"{value:.{1 if value < 10 else 0}f} {_SIZES[exponent]}"


def human_size(size: int) -> str:
    """Return a size in decimal units with two digits or more."""
    value, unit = float(size), 0
    while value >= 999.5 and unit < len(_HUMAN_UNITS) - 1:
        value /= 1000
        unit += 1
    digits = 1 if unit and value < 9.95 else 0
    return f"{value:.{digits}f} {_HUMAN_UNITS[unit]}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, a regular one: ``1 key``, ``1,234 keys``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
