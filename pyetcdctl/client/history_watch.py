"""One watch of the past: the changes of a key, or of a range, up to the present.

What shows the end depends on the server: see history.py.
"""

from __future__ import annotations

from enum import Enum
from threading import Event, Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.errors import CallFailed, DeadlineExceeded
from pyetcdctl.keyspace.history import KeyRevision
from pyetcdctl.keyspace.ranges import FIRST_KEY, NO_END
from pyetcdctl.rpc.event_batch import DELETE
from pyetcdctl.rpc.key_values import key_value, number_of
from pyetcdctl.rpc.watch import (
    NO_PUT,
    WATCH,
    WatchCreateRequest,
    WatchProgressRequest,
    WatchRequest,
    WatchResponse,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.rpc.key_values import Record

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


class Compacted(Exception):
    """The watch started before the oldest revision that the server keeps."""

    def __init__(self, revision: int) -> None:
        super().__init__(revision)
        self.revision = revision


class WantedChanges(NamedTuple):
    """The keys whose changes are read."""

    key: bytes
    range_end: bytes
    deletions_only: bool

    def has(self, key: bytes) -> bool:
        """Whether a key is in the range."""
        if not self.range_end:
            return key == self.key
        return key >= self.key and (self.range_end == NO_END or key < self.range_end)


class HistoryWatch:
    """One watch, from a revision up to the present."""

    def __init__(
        self, connection: Connection, wanted: WantedChanges, start: int, ending: Ending
    ) -> None:
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
                raise Compacted(response.compact_revision)
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
