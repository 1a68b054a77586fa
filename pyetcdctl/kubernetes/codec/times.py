"""Times and durations as the API takes them, in the numbers in which they are stored."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:[.,]([0-9]+))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)
DURATION = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
NANOSECONDS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9}
NANOSECONDS |= {"m": 60 * 10**9, "h": 3600 * 10**9}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZERO_YEAR = "0001-01-01T00:00:00Z"


def moment(text: str) -> tuple[int, int]:
    """Return the seconds since 1970 and the nanoseconds beyond; raises ValueError."""
    found = TIME.fullmatch(text)
    if found is None:
        raise ValueError("a time such as 2026-03-02T12:09:32Z")
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    part, sign, hours, minutes = found.groups()[6:]
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    zone = timezone(-offset if sign == "-" else offset)
    try:
        when = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError as error:
        raise ValueError(f"a time that exists ({error})") from error
    seconds = (when - EPOCH) // timedelta(seconds=1)
    return seconds, int((part or "0")[:9].ljust(9, "0"))


def nanoseconds(text: str) -> int:
    """Return a duration in Go's form (``1h0m0s``, ``-1.5s``, ``0``); raises ValueError."""
    sign, body = (-1, text[1:]) if text[:1] == "-" else (1, text.removeprefix("+"))
    if body == "0":
        return 0
    parts = DURATION.findall(body)
    if not parts or "".join(number + unit for number, unit in parts) != body:
        raise ValueError("a duration such as 1h30m or 1.5s")
    total = sum(int(Fraction(_padded(number)) * NANOSECONDS[unit]) for number, unit in parts)
    if total >= 1 << 63:
        raise ValueError("a duration below 292 years")
    return sign * total


def _padded(number: str) -> str:
    return f"0{number}" if number.startswith(".") else number.removesuffix(".")
