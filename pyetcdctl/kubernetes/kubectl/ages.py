"""How long something took or is ago, rounded as kubectl does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Plain

UNKNOWN = "<unknown>"
_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86_400, 365 * 86_400
_ZERO = datetime(1, 1, 1, tzinfo=UTC)


def current_time() -> datetime:
    """Return now, as ages are counted from."""
    return datetime.now(UTC)


def time_of(plain: Plain) -> datetime | None:
    """Return a time that an object holds; None for Go's zero time and for what is none."""
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
