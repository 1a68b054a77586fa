"""Times and durations of the API as numbers, and ages of objects rounded as kubectl does."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from pyetcdctl.go_durations import BadDuration, parse_duration

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Plain

TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:[.,]([0-9]+))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZERO_YEAR = "0001-01-01T00:00:00Z"
UNKNOWN = "<unknown>"
_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86_400, 365 * 86_400
_ZERO = datetime(1, 1, 1, tzinfo=UTC)


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
    """Return a duration in Go's form; raises ValueError with what is needed."""
    try:
        return parse_duration(text)
    except BadDuration:
        raise ValueError("a duration such as 1h30m or 1.5s, below 292 years") from None


def current_time() -> datetime:
    """Return the present time, from which ages are counted."""
    return datetime.now(UTC)


def time_of(plain: Plain) -> datetime | None:
    """Return the time in an object; None for Go's zero time and for other values."""
    try:
        when = datetime.fromisoformat(plain)
        return when.astimezone(UTC) if when.tzinfo and when != _ZERO else None
    except (OverflowError, TypeError, ValueError):
        return None


def age_of(plain: Plain, now: datetime) -> str:
    """Return how long ago a time was."""
    when = time_of(plain)
    return UNKNOWN if when is None else duration((now - when).total_seconds())


def duration(exact_seconds: float) -> str:
    """Return a duration; clocks that differ by a second make none that is invalid."""
    seconds = int(exact_seconds)
    minutes, hours, days = seconds // _MINUTE, seconds // _HOUR, seconds // _DAY
    if seconds < 2 * _MINUTE:
        return f"{max(0, seconds)}s" if seconds >= -1 else "<invalid>"
    if minutes < 10:
        return _two(minutes, "m", seconds % _MINUTE, "s")
    if minutes < 180:
        return f"{minutes}m"
    if hours < 8:
        return _two(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    if days < 8:
        return _two(days, "d", hours % 24, "h")
    if days < 2 * 365:
        return f"{days}d"
    years, rest = divmod(seconds, _YEAR)
    return _two(years, "y", rest // _DAY, "d") if years < 8 else f"{years}y"


def _two(many: int, unit: str, few: int, smaller: str) -> str:
    return f"{many}{unit}{few}{smaller}" if few else f"{many}{unit}"
