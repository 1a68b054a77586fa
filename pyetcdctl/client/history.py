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
from typing import TYPE_CHECKING

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.foreign_store import changed, is_etcd
from pyetcdctl.client.history_watch import Compacted, Ending, HistoryWatch, WantedChanges
from pyetcdctl.errors import CallFailed, PyetcdctlError
from pyetcdctl.keyspace.history import History, KeyRevision
from pyetcdctl.rpc.key_values import key_value
from pyetcdctl.rpc.kv import BY_MOD, DESCEND, RANGE, RangeRequest
from pyetcdctl.rpc.maintenance import STATUS, MemberVersion
from pyetcdctl.rpc.range_page import RangePage
from pyetcdctl.rpc.wire import WireError

if TYPE_CHECKING:
    from pyetcdctl.client.connection import Connection

REPORTS_PROGRESS_IN_ORDER = (3, 5, 8)


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
        self._wanted = WantedChanges(key, range_end, deletions_only)
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
                except Compacted as error:
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

    def _reading(self, start: int) -> HistoryWatch:
        return HistoryWatch(self._connection, self._wanted, start, self._ending)


def _now(
    connection: Connection, wanted: WantedChanges, deadline: Deadline, *, newest: bool
) -> RangePage:
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


def _present(connection: Connection, wanted: WantedChanges, compacted: int) -> list[KeyRevision]:
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
