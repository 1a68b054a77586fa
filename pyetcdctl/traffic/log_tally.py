"""Writes in a write-ahead log, and the comparisons that lost there, by key and member.

A log has no times; the renewals of Lease objects in it show its duration.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pyetcdctl.results import LostComparisons
from pyetcdctl.traffic.sketches import HeavyGroups
from pyetcdctl.traffic.tally import CAPACITY, Tally

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from pyetcdctl.file_results import LogLine
    from pyetcdctl.kubernetes.stored_value import Reader
    from pyetcdctl.traffic.tally import Grouping

_APPLIED, _SUCCEEDED, _FAILED, _UNKNOWN = "applied", "succeeded", "failed", "unknown"
_MOST_VALUES = 200_000
_APART = "\0"


class LogTally:
    """Counts the entries of a log, of keys that start with a prefix."""

    def __init__(
        self, grouping: Grouping, prefix: bytes, leases: bytes, read: Reader, *, compares: bool
    ) -> None:
        """``leases`` is what the keys of Lease objects start with."""
        self.tally = Tally(grouping)
        self.unknown = 0
        """Entries whose outcome is unknown: they are not counted."""
        self._lost = HeavyGroups(CAPACITY)
        self._prefix = prefix
        self._leases = leases
        self._read = read
        self._first_renewal = (b"", b"")
        self._last_renewal = (b"", b"")
        self._values: dict[int, int] | None = {} if compares else None

    def take(self, line: LogLine) -> None:
        """Count an entry."""
        if not line.ranges:
            return
        if line.outcome == _UNKNOWN:
            self.unknown += any(key.startswith(self._prefix) for key, _ in line.ranges)
        elif line.outcome in (_APPLIED, _SUCCEEDED, _FAILED):
            transaction = line.read().transaction
            is_lost = line.outcome == _FAILED
            if is_lost:
                self._add_lost(transaction, line.member)
            self._add_steps(_executed(transaction, is_lost=is_lost), line)

    @property
    def seconds(self) -> float:
        """The seconds between the first and the last renewal of a Lease, 0 if not known."""
        first = _time_of(self._read, *self._first_renewal)
        last = _time_of(self._read, *self._last_renewal)
        return max((last - first).total_seconds(), 0.0) if first and last else 0.0

    def lost(self) -> tuple[LostComparisons, ...]:
        """Return the comparisons that lost by key and member, the most often first."""
        found = []
        for name, count in self._lost.items():
            key, _, member = name.rpartition(_APART)
            found.append(LostComparisons(key, member, count.writes, count.missed))
        return tuple(sorted(found, key=lambda each: (-each.times, each.key, each.member)))

    def _add_lost(self, transaction: Any, member: str) -> None:
        for condition in transaction.conditions[:1]:
            if condition.key.startswith(self._prefix):
                name = f"{condition.key.decode('utf-8', 'surrogateescape')}{_APART}{member}"
                (self._lost.get(name) or self._lost.new(name)).writes += 1
                values = [step.value for step in transaction.success if step.kind == "put"]
                self.tally.add_lost(condition.key, values[0] if values else b"")

    def _add_steps(self, steps: Iterator[Any], line: LogLine) -> None:
        for step in steps:
            if step.kind == "put":
                if step.key.startswith(self._leases):
                    self._last_renewal = step.key, step.value
                    if not self._first_renewal[0]:
                        self._first_renewal = self._last_renewal
                if step.key.startswith(self._prefix):
                    self.tally.add(step.key, step.value, is_no_op=self._is_no_op(step))
            elif step.kind == "delete" and line.revision and step.key.startswith(self._prefix):
                self.tally.add(step.key, b"", is_deletion=True)

    def _is_no_op(self, step: Any) -> bool:
        """Whether a put has the value that the log put there last."""
        values = self._values
        if values is None or step.ignore_value:
            return False
        if len(values) >= _MOST_VALUES:
            values.clear()
        key, value = hash(step.key), hash(step.value)
        before = values.get(key)
        values[key] = value
        return before == value


def _executed(transaction: Any, *, is_lost: bool) -> Iterator[Any]:
    """Yield the steps that were done; those of a nested transaction as if it had succeeded."""
    for step in transaction.failure if is_lost else transaction.success:
        if step.transaction is None:
            yield step
        else:
            yield from _executed(step.transaction, is_lost=False)


def _time_of(read: Reader, key: bytes, value: bytes) -> datetime | None:
    """Return when a Lease was renewed."""
    obj = read(key, value).decoded.object if key else None
    spec = obj.get("spec") if obj else None
    text = spec.get("renewTime") if isinstance(spec, dict) else None
    try:
        time = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return time if time is None or time.tzinfo else time.replace(tzinfo=UTC)
