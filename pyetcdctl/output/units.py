"""Sizes and durations as etcdctl writes them."""

from __future__ import annotations

from math import floor, log

_SIZES = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
_HUMAN_UNITS = ("B", "kB", "MB", "GB", "TB")
_SECOND = 1_000_000_000


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


def go_duration(nanoseconds: int) -> str:
    """Write a duration as Go does: ``0s``, ``2.09ms``, ``5.000436584s``, ``1m0.5s``."""
    if nanoseconds == 0:
        return "0s"
    if nanoseconds < _SECOND:
        for unit, size in (("ms", 1_000_000), ("µs", 1000), ("ns", 1)):
            if nanoseconds >= size:
                return f"{_fraction(nanoseconds, size)}{unit}"
    minutes, rest = divmod(nanoseconds, 60 * _SECOND)
    seconds = f"{_fraction(rest, _SECOND)}s"
    if not minutes:
        return seconds
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes}m{seconds}" if hours else f"{minutes}m{seconds}"


def _fraction(value: int, unit: int) -> str:
    whole, rest = divmod(value, unit)
    digits = f"{rest:0{len(str(unit)) - 1}d}".rstrip("0") if rest else ""
    return f"{whole}.{digits}" if digits else str(whole)
