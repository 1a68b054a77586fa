"""The tail of a log: the entries above a database's consistent index, applied to its model."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import DamagedLog
from pyetcdctl.rpc.raft_internal import ClusterMemberAttrSetRequest
from pyetcdctl.rpc.wire import WireError
from pyetcdctl.storage.replay.applier import Applier
from pyetcdctl.storage.replay.last_counted import is_applied
from pyetcdctl.storage.replay.model import REFUSED, UNKNOWN
from pyetcdctl.storage.wal.operations import operation_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.storage.replay.last_counted import DatabaseModel
    from pyetcdctl.storage.replay.members import Members
    from pyetcdctl.storage.wal.entries import WalEntry
    from pyetcdctl.storage.wal.log import Log


_ATTRIBUTES = b"/attributes"
"""The end of the path at which members up to 3.5 publish their attributes."""


class Tail(NamedTuple):
    """What came from a log."""

    entries: int = 0
    last_index: int = 0
    """The last entry that the database and the log have."""
    log_end: int = 0
    """The last entry that the log has, or knows of."""
    uncommitted: int = 0
    """How many of the entries are not known to be committed."""
    refused: int = 0
    """How many of them etcd refuses when it applies them."""
    unreadable: int = 0
    """How many of them are of no kind that this program knows."""


def _raise(error: DamagedLog) -> None:
    raise error


def replay(
    model: DatabaseModel, log: Log, on_damage: Callable[[DamagedLog], None] = _raise
) -> Tail:
    """Apply the entries that the database does not have, up to what is damaged or missing.

    Not known to be committed are those behind the last commit that the log notes, but in a cluster
    of one member, in which what is written is committed.
    """
    start = model.consistent_index
    applier, tail, newest = Applier(model), Tail(last_index=start), 0
    published = _Published(applier.members)
    try:
        for entry in log.entries():
            newest = entry.index
            if newest < start:
                published.look_at(entry)
                continue
            operation = operation_of(entry)
            if newest == start and is_applied(model, operation):
                continue
            if newest > tail.last_index + 1:
                missing = f"the entries from {tail.last_index + 1} to {newest - 1} are missing"
                raise DamagedLog(f"the log is damaged: {log.folder}: {missing}")
            is_committed = newest <= log.committed or applier.members.voters() == 1
            outcome = applier.apply(operation).name
            tail = Tail(
                entries=tail.entries + 1,
                last_index=newest,
                uncommitted=tail.uncommitted + (not is_committed),
                refused=tail.refused + (outcome == REFUSED),
                unreadable=tail.unreadable + (outcome == UNKNOWN),
            )
    except DamagedLog as error:
        on_damage(error)
    published.fill_in()
    return tail._replace(log_end=max(newest, log.committed, log.snapshot.index))


class _Published:
    """The client URLs that members have published: not all databases of 3.5 have them."""

    def __init__(self, members: Members) -> None:
        self._members = members
        self._requests: dict[int, ClusterMemberAttrSetRequest] = {}
        try:
            self._is_needed = bool(members.without_client_urls())
        except WireError:  # what is read of the members will name it
            self._is_needed = False

    def look_at(self, entry: WalEntry) -> None:
        """Keep the request of an entry that the database has, if it is such a one."""
        if self._is_needed and _ATTRIBUTES in entry.data:
            message = operation_of(entry).message
            if isinstance(message, ClusterMemberAttrSetRequest):
                self._requests[message.member_ID] = message

    def fill_in(self) -> None:
        """Set the attributes of members that lack their client URLs."""
        for member_id in self._members.without_client_urls() if self._is_needed else ():
            if member_id in self._requests:
                self._members.set_attributes(self._requests[member_id])
