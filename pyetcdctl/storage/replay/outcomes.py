"""What became of the entries of a log, found out by the log alone: values are not kept."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.rpc.raft import CONFIGURATION
from pyetcdctl.storage.replay.applier import Applier
from pyetcdctl.storage.replay.known import LONGEST_VALUE, KnownKeys
from pyetcdctl.storage.replay.model import SUCCEEDED, UNKNOWN, Outcome
from pyetcdctl.storage.wal.guards import guard_of
from pyetcdctl.storage.wal.operations import operation_of
from pyetcdctl.storage.wal.transactions import RANGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.storage.wal.entries import Entry
    from pyetcdctl.storage.wal.guards import Guard
    from pyetcdctl.storage.wal.log import Log
    from pyetcdctl.storage.wal.operations import Operation

_MOST_FOUNDERS = 100


class LoggedEntry(NamedTuple):
    """An entry, what it asks for and its outcome. A guarded write's operation is read on demand."""

    entry: Entry
    guard: Guard | None
    known_operation: Operation | None
    outcome: Outcome

    @property
    def operation(self) -> Operation:
        """What the entry asks for."""
        return self.known_operation or operation_of(self.entry)


def logged_entries(log: Log) -> Iterator[LoggedEntry]:
    """Yield the entries of a log with their outcomes, oldest first.

    Conditions of transactions are evaluated on what the log itself wrote before: where it begins
    later than the cluster, the outcome of the first on each key is unknown.
    """
    entries = log.entries()
    first = list(islice(entries, 1))
    founders = first if first and first[0].kind == CONFIGURATION else []
    for entry in entries if founders else ():
        first.append(entry)
        if entry.kind != CONFIGURATION or len(first) > _MOST_FOUNDERS:
            break
        founders.append(entry)
    outcomes = _Outcomes(is_complete=_begins_empty(log, founders))
    yield from map(outcomes.take, chain(first, entries))


def _begins_empty(log: Log, founders: list[Entry]) -> bool:
    """Whether a log begins with a cluster that was empty then.

    A restored member's begins with the new members, and a snapshot as of the last of them.
    """
    if not founders or founders[0].index != 1:
        return False
    return log.first_snapshot != founders[-1].index


class _Outcomes:
    """Applies entries to what is known of the keys."""

    def __init__(self, *, is_complete: bool) -> None:
        self._keys = KnownKeys(is_complete=is_complete)
        self._applier = Applier(self._keys)

    def take(self, entry: Entry) -> LoggedEntry:
        """Apply the next entry."""
        guard = guard_of(entry.data) if entry.data and not entry.kind else None
        if guard is not None and (revision := self._write(guard, entry.data)):
            return LoggedEntry(entry, guard, None, Outcome(SUCCEEDED, "", revision))
        operation = operation_of(entry)
        return LoggedEntry(entry, guard, operation, self._apply(operation))

    def _write(self, guard: Guard, data: bytes) -> int:
        if not guard.is_put or guard.lease or not self._applier.refuses_nothing:
            return 0
        start, end = guard.value_start, guard.value_end
        short_value = data[start:end] if end - start <= LONGEST_VALUE else None
        return self._keys.write_guarded(guard, short_value)

    def _apply(self, operation: Operation) -> Outcome:
        outcome = self._applier.apply(operation)
        if outcome.name == UNKNOWN:
            transaction = operation.transaction
            steps = transaction.steps() if transaction else ()
            self._keys.forget([step.key for step in steps if step.kind != RANGE])
        return outcome
