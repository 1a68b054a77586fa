"""The history of keys from a server: one watch from the compaction on, read up to the present.

Invariant: what is returned ends with the state that the keys had at the revision of the first
response, and no revision in between is missing: the reading ends with the last change of a live
key, else with progress that the server reports up to that revision. Before 3.5.8 a server reports
progress of a watch that is still behind; there all keys are watched, and the last revision, which
has changed some key, is the end. The last change of a living key is always the end of a history
that need not go further.
"""

from __future__ import annotations

from contextlib import closing
from enum import Enum
from threading import Event, Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.foreign_store import changed, is_etcd
from pyetcdctl.errors import CallFailed, DeadlineExceeded, PyetcdctlError
from pyetcdctl.keyspace.history import History, KeyRevision
from pyetcdctl.keyspace.ranges import FIRST_KEY, NO_END
from pyetcdctl.rpc.event_batch import DELETE
from pyetcdctl.rpc.key_values import key_value, number_of
from pyetcdctl.rpc.kv import BY_MOD, DESCEND, RANGE, RangeRequest
from pyetcdctl.rpc.maintenance import STATUS, MemberVersion
from pyetcdctl.rpc.range_page import RangePage
from pyetcdctl.rpc.watch import (
    NO_PUT,
    WATCH,
    WatchCreateRequest,
    WatchProgressRequest,
    WatchRequest,
    WatchResponse,
)
from pyetcdctl.rpc.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.rpc.key_values import Record

REPORTS_PROGRESS_IN_ORDER = (3, 5, 8)
READING_TIMEOUTS = 12
"""How many command timeouts a server may take to read a long history."""
ASKING_SECONDS = 0.02
SETTLING_SECONDS = 0.5
"""For a user without permission to watch all keys, or a server that is not etcd: the history ends
when no event comes for so long. etcd serves a watch that is behind every 100 ms
(mvcc/watchable_store.go).
"""
SILENT_SECONDS = 2.0
"""The same where the server does not respond to requests for progress (kine)."""


class Ending(Enum):
    """What shows that a watch has reached the present."""

    PROGRESS = "progress that the server reports"
    LAST_REVISION = "an event of the last revision, among all keys"
    SILENCE = "silence"


class HistoryReading:
    """Every revision of a key, or of a range, that the server has not compacted.

    The watch starts when the reading is made, so that the server serves several at the same time.
    Only the response to a watch names the last compaction: when one of several readings that were
    started together receives it, the others restart after it at once.
    """

    def __init__(
        self,
        connection: Connection,
        key: bytes,
        range_end: bytes,
        deadline: Deadline,
        *,
        deletions_only: bool = False,
        until_last_living: bool = False,
        begun: list[HistoryReading] | None = None,
    ) -> None:
        """Start the watch; the deadline bounds the wait for the first response.

        With ``until_last_living`` the last change of a living key ends the history of a range:
        deletions after it are left out, and a range without living keys has no history.
        """
        self._begun = [] if begun is None else begun
        self._begun.append(self)
        self._compacted = 0
        self._connection = connection
        self._wanted = _Wanted(key, range_end, deletions_only)
        now = _now(connection, self._wanted, deadline, newest=until_last_living)
        newest = max((each.mod_revision for each in map(key_value, now.records())), default=0)
        ends_early = until_last_living and is_etcd(now.header)
        self._revision = newest if ends_early else now.header.revision if now.header else 0
        # A living key last changed at its present mod_revision.
        is_last = ends_early or not (range_end or deletions_only)
        self._last = newest if is_last else 0
        self._ending = Ending.PROGRESS if self._last else Ending.SILENCE
        if self._revision and not self._last and is_etcd(now.header):
            self._ending = _ending(connection, deadline)
        self._first = self._reading(1) if self._revision else None

    def result(self) -> History:
        """Read up to the present."""
        self._leave()
        changes = list[KeyRevision]()
        while (compacted := self._compacted) < self._revision:
            if self._last and self._last <= compacted:
                self.close()  # without a wait for progress, which a grpc-proxy never reports
                break
            reading, self._first = self._first or self._reading(compacted + 1), None
            with closing(reading):
                try:
                    changes = list(reading.changes(self._revision, self._last))
                    break
                except _Compacted as error:
                    for each in (self, *self._begun):
                        each.begin_after(error.revision)
                except CallFailed as error:
                    is_refusal = error.code == "PERMISSION_DENIED"
                    if not is_refusal or self._ending is not Ending.LAST_REVISION:
                        raise
                    self._ending = Ending.SILENCE
        if not self._wanted.deletions_only:
            changes[:0] = _present(self._connection, self._wanted, compacted)
        return History(changes, compacted, max(self._revision, compacted))

    def begin_after(self, compacted: int) -> None:
        """Restart after a compaction that another reading has received."""
        self._compacted = max(self._compacted, compacted)
        if self._first:
            self._first.close()
            self._first = self._reading(compacted + 1)

    def close(self) -> None:
        """End a watch that was not read."""
        self._leave()
        if self._first:
            self._first.close()

    def _leave(self) -> None:
        if self in self._begun:
            self._begun.remove(self)

    def _reading(self, start: int) -> _Reading:
        return _Reading(self._connection, self._wanted, start, self._ending)


class _Compacted(Exception):
    """The watch started before the oldest revision that the server keeps."""

    def __init__(self, revision: int) -> None:
        super().__init__(revision)
        self.revision = revision


def _now(connection: Connection, wanted: _Wanted, deadline: Deadline, *, newest: bool) -> RangePage:
    """Return one living key: with ``newest`` the one that was changed last, if the server sorts."""
    request = RangeRequest(key=wanted.key, range_end=wanted.range_end, limit=1)
    if newest:
        try:
            by_change = changed(request, sort_order=DESCEND, sort_target=BY_MOD)
            return _page(connection, by_change, deadline)
        except CallFailed as error:
            if error.code != "UNIMPLEMENTED":
                raise
    return _page(connection, request, deadline)


def _page(connection: Connection, request: RangeRequest, deadline: Deadline) -> RangePage:
    response = connection.unary(RANGE, request.encode(), deadline=deadline, repeatable=True)
    return RangePage.parse(response)


def _present(connection: Connection, wanted: _Wanted, compacted: int) -> list[KeyRevision]:
    """Return what was live when the server compacted last."""
    if not compacted:
        return []
    request = RangeRequest(key=wanted.key, range_end=wanted.range_end, revision=compacted)
    page = _page(connection, request, Deadline.after(connection.settings.command_timeout))
    found = sorted(map(key_value, page.records()), key=lambda each: each.mod_revision)
    return [KeyRevision(each.mod_revision, each, False, connection.endpoint) for each in found]


def _ending(connection: Connection, deadline: Deadline) -> Ending:
    try:
        response = connection.unary(STATUS, b"", deadline=deadline, repeatable=True)
        version = MemberVersion.decode(response).version
    except (PyetcdctlError, WireError):
        return Ending.SILENCE
    numbers = tuple(int(part) for part in version.partition("-")[0].split(".") if part.isdigit())
    if not numbers:
        return Ending.SILENCE
    return Ending.PROGRESS if numbers >= REPORTS_PROGRESS_IN_ORDER else Ending.LAST_REVISION


class _Wanted(NamedTuple):
    """The keys whose changes are read."""

    key: bytes
    range_end: bytes
    deletions_only: bool

    def has(self, key: bytes) -> bool:
        """Whether a key is in the range."""
        if not self.range_end:
            return key == self.key
        return key >= self.key and (self.range_end == NO_END or key < self.range_end)


class _Reading:
    """One watch, from a revision up to the present."""

    def __init__(self, connection: Connection, wanted: _Wanted, start: int, ending: Ending) -> None:
        self._connection = connection
        self._wanted = wanted
        self._timeouts = 1
        self._has_ended = Event()
        self._ending = ending
        self._exchange = connection.exchange(WATCH, self._deadline())
        self._trusted_from = 0.0
        is_all = ending is Ending.LAST_REVISION
        # Filtered events do not show the end.
        is_filtered = wanted.deletions_only and ending is Ending.PROGRESS
        create = WatchCreateRequest(
            key=FIRST_KEY if is_all else wanted.key,
            range_end=NO_END if is_all else wanted.range_end,
            start_revision=start,
            filters=[NO_PUT] if is_filtered else [],
            fragment=True,
        )
        self._exchange.send(WatchRequest(create_request=create).encode())

    def changes(self, revision: int, last: int) -> Iterator[KeyRevision]:
        """Yield the changes up to a revision; ``last`` is where they end, 0 if that is unknown."""
        self._settle()
        reached = 0
        if self._ending is Ending.PROGRESS and not last:
            Thread(target=self._ask_for_progress, daemon=True).start()
        for response in self._responses():
            for kind, record in _events(response):
                reached = number_of(record[2])
                if reached > revision:
                    return
                is_deletion = kind == DELETE
                if self._wanted.has(record[0]) and (is_deletion or not self._wanted.deletions_only):
                    yield KeyRevision(
                        reached, key_value(record), is_deletion, self._connection.endpoint
                    )
            if not response.fragment and self._is_end(response, reached, revision, last):
                return
            if not (response.fragment or last or self._ending is Ending.LAST_REVISION):
                self._exchange.send(WatchRequest(progress_request=WatchProgressRequest()).encode())

    def _is_end(self, response: WatchResponse, reached: int, revision: int, last: int) -> bool:
        # A revision may have changed several keys: all are in this response.
        if last and reached >= last:
            return True
        if self._ending is Ending.LAST_REVISION:
            return reached >= revision
        if response.batches:
            self._settle()
        if not response.is_progress or response.header.revision < revision:
            return False
        if monotonic() >= self._trusted_from:
            return True
        sleep(max(0.0, self._trusted_from - monotonic()))
        return False

    def _ask_for_progress(self) -> None:
        """Request progress until the end: a server does not respond while the watch is behind."""
        request = WatchRequest(progress_request=WatchProgressRequest()).encode()
        while not self._has_ended.wait(ASKING_SECONDS):
            self._exchange.send(request)

    def _settle(self) -> None:
        if self._ending is Ending.SILENCE:
            self._trusted_from = monotonic() + SETTLING_SECONDS

    def close(self) -> None:
        """End the watch."""
        self._has_ended.set()
        self._exchange.close()

    def _responses(self) -> Iterator[WatchResponse]:
        """Yield all responses; the first must come within the command timeout.

        Before the next one, the server reads all changes from the start on.
        """
        while True:
            try:
                data = self._exchange.first(self._deadline(), self._connection.too_late)
            except DeadlineExceeded:
                if self._ending is Ending.SILENCE and self._timeouts > 1:
                    return
                raise
            response = WatchResponse.parse(data)
            if response.compact_revision:
                raise _Compacted(response.compact_revision)
            if response.canceled:
                raise CallFailed(response.cancel_reason or "the server ended the watch")
            self._timeouts = READING_TIMEOUTS
            yield response

    def _deadline(self) -> Deadline:
        if self._ending is Ending.SILENCE and self._timeouts > 1:
            return Deadline.after(SILENT_SECONDS)
        return Deadline.after(self._connection.settings.command_timeout * self._timeouts)


def _events(response: WatchResponse) -> Iterator[tuple[int, Record]]:
    for batch in response.batches:
        yield from zip(batch.kinds, batch.records(), strict=True)
