"""Whether the last entry that a database counts is applied to it.

A server of 3.5.0 to 3.5.2 that is killed may have counted one that it had only begun to apply.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pyetcdctl.rpc.auth import GrantPermissionRequest, Role
from pyetcdctl.rpc.kv import KeyValue
from pyetcdctl.rpc.lease import LeaseRequest
from pyetcdctl.storage.database import META
from pyetcdctl.storage.replay.applier import Applier
from pyetcdctl.storage.replay.known import KnownKeys
from pyetcdctl.storage.replay.leases import LEASE, lease_name
from pyetcdctl.storage.replay.model import ReplayModel
from pyetcdctl.storage.replay.permissions import AUTH, ENABLED, ROLES, USERS
from pyetcdctl.storage.replay.witness import Made, explains

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.storage.mvcc.lookup import RevisedEntry
    from pyetcdctl.storage.replay.model import ReplayBuckets
    from pyetcdctl.storage.wal.operations import Operation

_SINCE_35, _SINCE_36 = b"term", b"storageVersion"
"""What META has in databases of these releases and later ones."""


class DatabaseModel(ReplayModel, Protocol):
    """A model of a database that a log goes with."""

    @property
    def consistent_index(self) -> int: ...

    def last_records(self) -> Sequence[RevisedEntry]:
        """Return what the last revision in the database changed."""


def is_applied(model: DatabaseModel, operation: Operation) -> bool:
    """Whether the last entry that the database counts is applied to it.

    The cluster's version does not show the releases that count too early: it is 3.0.0 for the first
    seconds.
    """
    meta = model.buckets
    is_35 = meta.get(META, _SINCE_35) is not None and meta.get(META, _SINCE_36) is None
    if not is_35:
        return True
    if operation.transaction is None:
        return _is_in_buckets(model, operation)
    made = [
        Made(KeyValue.decode(each.entry), each.revision.is_deletion)
        for each in model.last_records()
    ]
    branches = (operation.transaction.success, operation.transaction.failure)
    is_nested = any(step.transaction for steps in branches for step in steps)
    return is_nested or any(explains(steps, made) for steps in branches)


def _is_in_buckets(model: ReplayModel, operation: Operation) -> bool:
    """Whether applying an entry once more changes no lease, user or role.

    The revision of users and roles shows nothing: it counts what changes nothing else, too.
    """
    message = operation.message
    if isinstance(message, LeaseRequest):
        return model.buckets.get(LEASE, lease_name(message.ID)) is None
    if isinstance(message, GrantPermissionRequest):
        return _is_granted(model.buckets, message)
    scratch = KnownKeys(is_complete=False)
    scratch.rest_on(model)
    Applier(scratch).apply(operation)
    return not any(
        bucket in (LEASE, USERS, ROLES) or (bucket, key) == (AUTH, ENABLED)
        for bucket, key in scratch.buckets.changed()
    )


def _is_granted(buckets: ReplayBuckets, request: GrantPermissionRequest) -> bool:
    """Whether a role has a permission, or does not exist. A second grant may add it once more."""
    encoded = buckets.get(ROLES, request.name.encode())
    return encoded is None or request.perm in Role.decode(encoded).keyPermission
