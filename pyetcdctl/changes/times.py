"""Bound the time at which a revision was written: revisions carry no time, but Lease objects do.

A holder renews a Lease every few seconds: it takes its clock's time, writes it, and waits for the
response before it renews again. So a revision is not older than the times in the renewals before
it, and not younger than the next renewal of a Lease whose previous renewal came after it. The
bounds do not allow for clocks of nodes that differ: they are as accurate as the clocks.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyetcdctl.keyspace.history import KeyRevision
    from pyetcdctl.kubernetes.objects import Object

_ALMOST_A_SECOND = timedelta(microseconds=999_999)


class Renewal(NamedTuple):
    """A Lease that was renewed: the revision of the write, and the time that it holds."""

    revision: int
    lease: bytes
    time: datetime


class TimeBound(NamedTuple):
    """The earliest and the latest time of a write; None where nothing bounds it."""

    earliest: datetime | None = None
    latest: datetime | None = None

    def __str__(self) -> str:
        """Show whole seconds, rounded so that the time lies within what is shown."""
        if self.earliest is None:
            return f"before {_shown(self.latest + _ALMOST_A_SECOND)}" if self.latest else ""
        if self.latest is None:
            return f"after {_shown(self.earliest)}"
        middle = (self.earliest + (self.latest - self.earliest) / 2).replace(microsecond=0)
        half = max(self.latest - middle, middle - self.earliest)
        return f"{_shown(middle)} ±{_short(half)}"


def _short(half: timedelta) -> str:
    if half < timedelta(seconds=100):
        return f"{_ceiling(half, timedelta(milliseconds=100)) / 10:.1f}s"
    if half < timedelta(minutes=100):
        return f"{_ceiling(half, timedelta(minutes=1))}m"
    return f"{_ceiling(half, timedelta(minutes=6)) / 10:.1f}h"


def _ceiling(duration: timedelta, unit: timedelta) -> int:
    return -(-duration // unit)


def _shown(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


class Times:
    """Bounds the times of revisions."""

    def __init__(self, renewals: Iterable[Renewal]) -> None:
        known = sorted(renewals)
        self._revisions = [each.revision for each in known]
        self._earliest = list(accumulate((each.time for each in known), max))
        self._closed = _closed_by(known)
        self._closings = [revision for revision, _ in self._closed]
        latest = list(accumulate((time for _, time in reversed(self._closed)), min))
        self._latest = latest[::-1]

    def of(self, revision: int) -> TimeBound:
        """Return when a revision was written; where clocks of nodes differ, between theirs."""
        before = bisect_right(self._revisions, revision)
        after = bisect_left(self._closings, revision)
        earliest = self._earliest[before - 1] if before else None
        latest = self._latest[after] if after < len(self._latest) else None
        if earliest and latest and latest < earliest:
            return TimeBound(latest, earliest)
        return TimeBound(earliest, latest)

    def last_before(self, moment: datetime) -> int:
        """Return the last revision that was certainly written before a time; 0 if none is known."""
        after = bisect_right(self._latest, moment)
        return self._closings[after - 1] if after else 0


def _closed_by(renewals: Iterable[Renewal]) -> list[tuple[int, datetime]]:
    """Return, for each renewal that another of the same Lease follows, the time of the latter.

    A Lease that was written with the time that it had, or that another source has too, was not
    renewed.
    """
    found: list[tuple[int, datetime]] = []
    last: dict[bytes, Renewal] = {}
    for each in renewals:
        before = last.get(each.lease)
        if before and before.time == each.time:
            continue
        if before:
            found.append((before.revision, each.time))
        last[each.lease] = each
    return sorted(found)


def renewals_in(
    revisions: Iterable[KeyRevision], read: Callable[[bytes, bytes], Object | None]
) -> list[Renewal]:
    """Return the renewals among the revisions of Lease objects."""
    found = []
    for each in revisions:
        obj = None if each.is_deletion else read(each.entry.key, each.entry.value)
        spec = obj.get("spec") if obj else None
        time = _time(spec.get("renewTime")) if isinstance(spec, dict) else None
        if time is not None:
            found.append(Renewal(each.revision, each.entry.key, time))
    return found


def _time(text: object) -> datetime | None:
    try:
        time = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return time if time is None or time.tzinfo else time.replace(tzinfo=UTC)
