"""The history of keys from a server: one watch from the compaction on, read up to the present.

Invariant: what is returned ends with the state that the keys had at the revision of the first
response, and nothing between is missing: the reading ends with the last change of a key that lives,
else with progress that the server reports up to that revision.
"""

from __future__ import annotations

from contextlib import closing
from time import monotonic, sleep
from typing import TYPE_CHECKING

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.errors import CallFailed
from pyetcdctl.keyspace.history import History, KeyRevision
from pyetcdctl.rpc.event_batch import DELETE
from pyetcdctl.rpc.key_values import key_value
from pyetcdctl.rpc.kv import RANGE, RangeRequest
from pyetcdctl.rpc.range_page import RangePage
from pyetcdctl.rpc.watch import (
    WATCH,
    WatchCreateRequest,
    WatchProgressRequest,
    WatchRequest,
    WatchResponse,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.client.connection import Connection

SETTLING_SECONDS = 0.25
"""Before 3.5.8 a server reports progress of a watch that it has not begun to serve; it serves those
that are behind every 100 ms (etcd, mvcc/watchable_store.go)."""


def read_history(
    connection: Connection, key: bytes, range_end: bytes, deadline: Deadline
) -> History:
    """Return every revision of a key, or of a range, that the server has not compacted.

    The deadline bounds the wait for the first response.
    """
    request = RangeRequest(key=key, range_end=range_end, keys_only=True)
    now = _page(connection, request, deadline)
    revision = now.header.revision if now.header else 0
    newest = max((each.mod_revision for each in map(key_value, now.records())), default=0)
    # A single key that lives has changed for the last time at the revision that it has now.
    last = newest if len(now) and not range_end else 0
    compacted = 0
    while True:
        with closing(_Reading(connection, key, range_end, compacted + 1)) as reading:
            try:
                changes = list(reading.changes(revision, last if last > compacted else 0))
                break
            except _Compacted as error:
                compacted = error.revision
    present = _present(connection, key, range_end, compacted, deadline)
    return History([*present, *changes], compacted, max(revision, compacted))


class _Compacted(Exception):
    """The watch began before what the server still has."""

    def __init__(self, revision: int) -> None:
        super().__init__(revision)
        self.revision = revision


def _page(connection: Connection, request: RangeRequest, deadline: Deadline) -> RangePage:
    response = connection.unary(RANGE, request.encode(), deadline=deadline, repeatable=True)
    return RangePage.parse(response)


def _present(
    connection: Connection, key: bytes, range_end: bytes, compacted: int, deadline: Deadline
) -> Iterator[KeyRevision]:
    """Yield what was live when the server compacted last."""
    if not compacted:
        return
    request = RangeRequest(key=key, range_end=range_end, revision=compacted)
    page = _page(connection, request, deadline)
    found = sorted(map(key_value, page.records()), key=lambda each: each.mod_revision)
    for each in found:
        yield KeyRevision(each.mod_revision, each, False, connection.endpoint)


class _Reading:
    """One watch, from a revision up to the present."""

    def __init__(self, connection: Connection, key: bytes, range_end: bytes, start: int) -> None:
        self._connection = connection
        self._exchange = connection.exchange(WATCH, self._deadline())
        self._trusted_from = monotonic() + SETTLING_SECONDS
        create = WatchCreateRequest(
            key=key, range_end=range_end, start_revision=start, fragment=True
        )
        self._exchange.send(WatchRequest(create_request=create).encode())

    def changes(self, revision: int, last: int) -> Iterator[KeyRevision]:
        """Yield the changes up to a revision; ``last`` is where they end, 0 if that is unknown."""
        for response in self._responses():
            for batch in response.batches:
                for kind, record in zip(batch.kinds, batch.records(), strict=True):
                    entry = key_value(record)
                    if entry.mod_revision > revision:
                        return
                    endpoint = self._connection.endpoint
                    yield KeyRevision(entry.mod_revision, entry, kind == DELETE, endpoint)
                    if entry.mod_revision == last:
                        return
            if response.is_progress and response.header.revision >= revision:
                if monotonic() >= self._trusted_from:
                    return
                sleep(max(0.0, self._trusted_from - monotonic()))
            if not (response.fragment or last):
                self._exchange.send(WatchRequest(progress_request=WatchProgressRequest()).encode())

    def close(self) -> None:
        """End the watch."""
        self._exchange.close()

    def _responses(self) -> Iterator[WatchResponse]:
        """Yield all responses; each must come within the command timeout."""
        while True:
            data = self._exchange.first(self._deadline(), self._connection.too_late)
            response = WatchResponse.parse(data)
            if response.compact_revision:
                raise _Compacted(response.compact_revision)
            if response.canceled:
                raise CallFailed(response.cancel_reason or "the server ended the watch")
            yield response

    def _deadline(self) -> Deadline:
        return Deadline.after(self._connection.settings.command_timeout)
