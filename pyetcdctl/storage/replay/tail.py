"""The tail of a log: the entries above a database's consistent index, applied to its model."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from pyetcdctl.errors import DamagedLog
from pyetcdctl.rpc.kv import KeyValue
from pyetcdctl.storage.database import META
from pyetcdctl.storage.replay.applier import Applier
from pyetcdctl.storage.replay.model import REFUSED, UNKNOWN, ReplayModel
from pyetcdctl.storage.replay.witness import Made, explains
from pyetcdctl.storage.wal.operations import operation_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyetcdctl.storage.mvcc.lookup import RevisedEntry
    from pyetcdctl.storage.wal.log import Log
    from pyetcdctl.storage.wal.operations import Operation

_SINCE_35, _SINCE_36 = b"term", b"storageVersion"
"""What META has in databases of these releases and later ones."""


class DatabaseModel(ReplayModel, Protocol):
    """A model of a database that a log goes with."""

    @property
    def consistent_index(self) -> int: ...

    def last_records(self) -> Sequence[RevisedEntry]:
        """Return what the last revision in the database changed."""


class Tail(NamedTuple):
    """What came from a log."""

    entries: int = 0
    last_index: int = 0
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
    applier, tail = Applier(model), Tail(last_index=start)
    try:
        for entry in log.entries():
            operation = operation_of(entry) if entry.index >= start else None
            if operation is None or (entry.index == start and is_applied(model, operation)):
                continue
            if entry.index > tail.last_index + 1:
                missing = f"the entries from {tail.last_index + 1} to {entry.index - 1} are missing"
                raise DamagedLog(f"the log is damaged: {log.folder}: {missing}")
            is_committed = entry.index <= log.committed or applier.members.voters() == 1
            outcome = applier.apply(operation).name
            tail = Tail(
                tail.entries + 1,
                entry.index,
                tail.uncommitted + (not is_committed),
                tail.refused + (outcome == REFUSED),
                tail.unreadable + (outcome == UNKNOWN),
            )
    except DamagedLog as error:
        on_damage(error)
    return tail


def is_applied(model: DatabaseModel, operation: Operation) -> bool:
    """Whether the last entry that the database counts is applied to it.

    A server of 3.5.0 to 3.5.2 that is killed may have counted one that it had only begun to apply.
    The cluster's version does not show those: it is 3.0.0 for the first seconds. To apply what
    changes no key once more does no harm.
    """
    meta = model.buckets
    is_35 = meta.get(META, _SINCE_35) is not None and meta.get(META, _SINCE_36) is None
    if not is_35 or operation.transaction is None:
        return True
    made = [
        Made(KeyValue.decode(each.entry), each.revision.is_deletion)
        for each in model.last_records()
    ]
    branches = (operation.transaction.success, operation.transaction.failure)
    is_nested = any(step.transaction for steps in branches for step in steps)
    return is_nested or any(explains(steps, made) for steps in branches)
