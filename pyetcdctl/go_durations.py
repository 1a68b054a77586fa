"""Go's durations (``1h30m``, ``-1.5s``, ``0``): parsed and written as its time package does."""

from __future__ import annotations

import os
import re

SECOND = 1_000_000_000
_NANOSECONDS = {"ns": 1, "us": 1_000, "µs": 1_000, "μs": 1_000, "ms": 1_000_000, "s": SECOND}
_NANOSECONDS |= {"m": 60 * SECOND, "h": 3_600 * SECOND}
_PART = re.compile(r"(?=\.?[0-9])([0-9]*)(?:\.([0-9]*))?([^0-9.]*)")
_DIGITS = 20
"""More digits than those of any duration change nothing."""
_INT64 = range(-(1 << 63), 1 << 63)


class BadDuration(ValueError):
    """A text is not a duration; the message is Go's."""


def parse_duration(text: str) -> int:
    """Return the nanoseconds of a duration. Raises BadDuration."""
    body = text[1:] if text[:1] in ("+", "-") else text
    if body == "0":
        return 0
    nanoseconds, at = 0, 0
    while part := _PART.match(body, at):
        whole, fraction, unit = part.groups()
        if not unit:
            raise BadDuration(f"time: missing unit in duration {_quoted(text)}")
        if unit not in _NANOSECONDS:
            raise BadDuration(f"time: unknown unit {_quoted(unit)} in duration {_quoted(text)}")
        size = _NANOSECONDS[unit]
        nanoseconds += int(whole.lstrip("0")[:_DIGITS] or 0) * size
        nanoseconds += int((fraction or "")[:_DIGITS].ljust(_DIGITS, "0")) * size // 10**_DIGITS
        at = part.end()
    nanoseconds = -nanoseconds if text.startswith("-") else nanoseconds
    if not body or at < len(body) or nanoseconds not in _INT64:
        raise BadDuration(f"time: invalid duration {_quoted(text)}")
    return nanoseconds


def write_duration(nanoseconds: int) -> str:
    """Write a duration as Go does: ``0s``, ``2.09ms``, ``5.000436584s``, ``1m0.5s``."""
    if nanoseconds <= 0:
        return f"-{write_duration(-nanoseconds)}" if nanoseconds else "0s"
    if nanoseconds < SECOND:
        for unit, size in (("ms", 1_000_000), ("µs", 1000), ("ns", 1)):
            if nanoseconds >= size:
                return f"{_fraction(nanoseconds, size)}{unit}"
    minutes, rest = divmod(nanoseconds, 60 * SECOND)
    seconds = f"{_fraction(rest, SECOND)}s"
    if not minutes:
        return seconds
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes}m{seconds}" if hours else f"{minutes}m{seconds}"


def _fraction(value: int, unit: int) -> str:
    whole, rest = divmod(value, unit)
    digits = f"{rest:0{len(str(unit)) - 1}d}".rstrip("0") if rest else ""
    return f"{whole}.{digits}" if digits else str(whole)


def _quoted(text: str) -> str:
    """Quote as Go's time package: every byte that is not printable ASCII is an escape."""
    shown = (
        chr(byte) if 0x20 <= byte < 0x80 else f"\\x{byte:02x}"
        for byte in os.fsencode(text.replace("\\", r"\\").replace('"', r"\""))
    )
    return f'"{"".join(shown)}"'
