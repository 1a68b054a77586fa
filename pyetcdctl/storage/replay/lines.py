"""A log, entry by entry: its operation, who proposed it, and its outcome."""

from __future__ import annotations

from functools import cache
from itertools import chain, islice
from typing import TYPE_CHECKING

from pyetcdctl.file_results import LogLine
from pyetcdctl.rpc.raft import CONFIGURATION, ConfChange
from pyetcdctl.rpc.raft_internal import ClusterMemberAttrSetRequest
from pyetcdctl.rpc.wire import WireError, read_varint
from pyetcdctl.storage.replay.model import SUCCEEDED
from pyetcdctl.storage.replay.outcomes import Outcomes
from pyetcdctl.storage.wal.descriptions import about, ranges_of
from pyetcdctl.storage.wal.guards import guard_of
from pyetcdctl.storage.wal.operations import operation_of
from pyetcdctl.storage.wal.transactions import TXN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyetcdctl.storage.replay.outcomes import Beside
    from pyetcdctl.storage.wal.entries import WalEntry
    from pyetcdctl.storage.wal.log import Log
    from pyetcdctl.storage.wal.operations import Operation

_MOST_FOUNDERS = 100
_MEMBER_SHIFT, _MEMBER_BITS = 48, 0xFFFF
_ID_TAG = 0x08
_CONTINUED = 0x80_80_80_80_80_80
_MOST_PROPOSERS = 256


def log_lines(log: Log, database: Callable[[], Beside | None] = lambda: None) -> Iterator[LogLine]:
    """Yield the entries of a log with their outcomes, oldest first.

    Conditions of transactions are evaluated on what the log itself wrote before. Where the log
    begins later than the cluster, the database beside it shows their outcomes; without one, the
    outcome of the first transactions on each key is unknown. So it is after damage.
    """
    entries = log.entries()
    first = list(islice(entries, 1))
    founders = first[:] if first and first[0].kind == CONFIGURATION else []
    for entry in entries if founders else ():
        first.append(entry)
        if entry.kind != CONFIGURATION or len(first) > _MOST_FOUNDERS:
            break
        founders.append(entry)
    lines = _Lines(log, database, is_complete=_begins_empty(log, founders))
    yield from map(lines.take, chain(first, entries))


def _begins_empty(log: Log, founders: list[WalEntry]) -> bool:
    """Whether a log begins with a cluster that was empty then.

    A restored member's log begins with the new members, and a snapshot as of the last of them.
    """
    if not founders or founders[0].index != 1:
        return False
    return log.first_snapshot != founders[-1].index


class _Lines:
    """Describes entries."""

    def __init__(
        self, log: Log, database: Callable[[], Beside | None], *, is_complete: bool
    ) -> None:
        self._log = log
        self._database = cache(database)
        self._outcomes = Outcomes(
            None if is_complete else self._database(), is_complete=is_complete
        )
        self._gaps = 0
        self._members: dict[int, str] = {}
        self._proposers: dict[bytes, str] = {}
        self._votes: int | None = None

    def take(self, entry: WalEntry) -> LogLine:
        """Apply the next entry."""
        if self._gaps < len(self._log.gaps) and entry.index >= self._log.gaps[self._gaps]:
            self._begin_again(entry.index)
        data = entry.data
        self._outcomes.reach(entry)
        guard = guard_of(data) if data and not entry.kind else None
        if guard is not None and (revision := self._outcomes.write(guard, data)):
            return LogLine(
                entry.index,
                entry.term,
                self._proposer(data, guard.header_start),
                TXN,
                ((guard.key, b""),),
                "",
                SUCCEEDED,
                "",
                revision,
                entry.index <= self._log.committed or self._is_alone(),
                lambda: operation_of(entry),
            )
        return self._take_slowly(entry)

    def _begin_again(self, index: int) -> None:
        """Discard the effects of entries before damage: lost entries may have changed them."""
        self._gaps = len([gap for gap in self._log.gaps if gap <= index])
        beside = self._database()
        knows_what_was_lost = beside is not None and index <= beside.witness.index + 1
        self._outcomes = Outcomes(beside if knows_what_was_lost else None, is_complete=False)
        self._members.clear()
        self._votes = None

    def _take_slowly(self, entry: WalEntry) -> LogLine:
        operation = operation_of(entry)
        is_committed = entry.index <= self._log.committed or self._is_alone()
        outcome = self._outcomes.apply(operation)
        if isinstance(operation.message, ConfChange | ClusterMemberAttrSetRequest):
            self._members.clear()
            self._proposers.clear()
            self._votes = None
        return LogLine(
            entry.index,
            entry.term,
            self._member(_request_id(operation)),
            operation.name,
            ranges_of(operation),
            about(operation.message),
            *outcome,
            is_committed,
            lambda: operation,
        )

    def _is_alone(self) -> bool:
        """Whether the cluster has one voting member: its entries are committed at once."""
        if self._votes is None:
            state = self._log.snapshot.conf_state
            self._votes = self._outcomes.members.voters() or (len(state.voters) if state else 0)
        return self._votes == 1

    def _proposer(self, data: bytes, header: int) -> str:
        """Return the member whose request has its header there.

        The first 42 bits of an id count requests: the bits after them repeat.
        """
        if len(data) - header < 2 or data[header] != _ID_TAG:
            return ""
        counted = int.from_bytes(data[header + 1 : header + 7], "big")
        if counted & _CONTINUED != _CONTINUED:
            return self._proposer_of(data, header + 1)
        rest = data[header + 7 : header + 11]
        found = self._proposers.get(rest)
        if found is None:
            if len(self._proposers) >= _MOST_PROPOSERS:
                self._proposers.clear()
            found = self._proposers[rest] = self._proposer_of(data, header + 1)
        return found

    def _proposer_of(self, data: bytes, at: int) -> str:
        try:
            return self._member(read_varint(data, at)[0])
        except WireError:
            return ""

    def _member(self, request_id: int) -> str:
        """Return the member that a request's id names by the lower 16 bits of its own."""
        low = request_id >> _MEMBER_SHIFT & _MEMBER_BITS
        if low not in self._members:
            self._members[low] = self._label(low) if low else ""
        return self._members[low]

    def _label(self, low: int) -> str:
        for member_id, name in self._outcomes.members.names():
            if member_id & _MEMBER_BITS == low:
                return name or f"{member_id:x}"
        own = self._log.metadata.NodeID
        return f"{own:x}" if own & _MEMBER_BITS == low else f"…{low:04x}"


def _request_id(operation: Operation) -> int:
    try:
        return operation.header.ID
    except WireError:
        return 0
