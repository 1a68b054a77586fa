"""Describe the subjects of operations: keys, leases, users, members."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

from pyetcdctl.rpc.auth import (
    PERMISSION_TYPES,
    GrantPermissionRequest,
    NameRequest,
    RevokePermissionRequest,
    UserRoleRequest,
)
from pyetcdctl.rpc.lease import LeaseGrantRequest, LeaseRequest
from pyetcdctl.rpc.raft import ADD_LEARNER, ConfChange
from pyetcdctl.rpc.raft_internal import (
    ALARM_GET,
    ALARMS,
    AlarmRequest,
    ChangePasswordRequest,
    ClusterMemberAttrSetRequest,
    ClusterVersionSetRequest,
    DowngradeInfoSetRequest,
    InternalAuthenticateRequest,
    LeaseCheckpointRequest,
    UserAddRequest,
)
from pyetcdctl.rpc.txn import CompactionRequest
from pyetcdctl.rpc.wire import WireError
from pyetcdctl.storage.wal.entries import change_context
from pyetcdctl.storage.wal.transactions import RANGE

if TYPE_CHECKING:
    from pyetcdctl.storage.wal.operations import Operation


def ranges_of(operation: Operation) -> list[tuple[bytes, bytes]]:
    """Return the ranges that an operation writes or deletes if its conditions hold: (key,
    range_end).
    """
    if operation.transaction is None:
        return []
    steps = list(operation.transaction.steps())
    changing = [step for step in steps if step.kind != RANGE] or steps
    return list(dict.fromkeys((step.key, step.range_end) for step in changing))


@singledispatch
def about(message: object) -> str:
    """Return the subject of a request that is not about keys."""
    return ""


@about.register
def _lease_grant(message: LeaseGrantRequest) -> str:
    return f"{_lease(message.ID)} for {message.TTL} s"


@about.register
def _lease_revoke(message: LeaseRequest) -> str:
    return _lease(message.ID)


@about.register
def _lease_checkpoint(message: LeaseCheckpointRequest) -> str:
    return ", ".join(f"{_lease(each.ID)}: {each.remaining_TTL} s" for each in message.checkpoints)


@about.register
def _compaction(message: CompactionRequest) -> str:
    return f"revision {message.revision}"


@about.register
def _alarm(message: AlarmRequest) -> str:
    action = ("list", "activate", "deactivate")[min(message.action, 2)]
    if message.action == ALARM_GET:
        return action
    name = ALARMS[message.alarm] if message.alarm < len(ALARMS) else str(message.alarm)
    return f"{action} {name} of {message.memberID:x}"


@about.register
def _name(
    message: NameRequest | UserAddRequest | ChangePasswordRequest | InternalAuthenticateRequest,
) -> str:
    return message.name


@about.register
def _user_role(message: UserRoleRequest) -> str:
    return f"{message.user} {message.role}"


@about.register
def _grant(message: GrantPermissionRequest) -> str:
    permission = message.perm
    if permission is None:
        return message.name
    kind = PERMISSION_TYPES[min(permission.permType, len(PERMISSION_TYPES) - 1)]
    return f"{message.name} {kind} {_span(permission.key, permission.range_end)}"


@about.register
def _revoke(message: RevokePermissionRequest) -> str:
    return f"{message.role} {_span(message.key, message.range_end)}"


@about.register
def _version(message: ClusterVersionSetRequest) -> str:
    return message.ver


@about.register
def _downgrade(message: DowngradeInfoSetRequest) -> str:
    return f"to {message.ver}" if message.enabled else "cancel"


@about.register
def _attributes(message: ClusterMemberAttrSetRequest) -> str:
    attributes = message.member_attributes
    words = (attributes.name, *attributes.client_urls) if attributes else ()
    return " ".join((f"{message.member_ID:x}", *words))


@about.register
def _members(message: ConfChange) -> str:
    try:
        context = change_context(message)
    except WireError:
        context = {}
    urls = context.get("peerURLs")
    words = [str(url) for url in urls] if isinstance(urls, list) else []
    learner = ["as a learner"] if message.Type == ADD_LEARNER else []
    name = [str(context["name"])] if context.get("name") else []
    return " ".join([f"{message.NodeID:x}", *name, *words, *learner])


def _lease(lease: int) -> str:
    return f"{lease & 0xFFFFFFFFFFFFFFFF:016x}"


def _span(key: bytes, range_end: bytes) -> str:
    shown = key.decode("utf-8", "backslashreplace")
    return f"{shown} {range_end.decode('utf-8', 'backslashreplace')}" if range_end else shown
