"""The requests in a log (etcdserverpb.InternalRaftRequest, membershippb), on which members agree.

See rpc/wire.py. The field of the request that was made is set, all others are None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.rpc.auth import (
    EmptyRequest,
    GrantPermissionRequest,
    NameRequest,
    RevokePermissionRequest,
    UserAddOptions,
    UserRoleRequest,
)
from pyetcdctl.rpc.kv import DeleteRangeRequest, PutRequest, RangeRequest
from pyetcdctl.rpc.lease import LeaseGrantRequest, LeaseRequest
from pyetcdctl.rpc.txn import CompactionRequest, TxnRequest
from pyetcdctl.rpc.wire import Field, Message

if TYPE_CHECKING:
    from collections.abc import Sequence

ALARM_GET, ALARM_ACTIVATE, ALARM_DEACTIVATE = 0, 1, 2
NO_ALARM, NOSPACE, CORRUPT = 0, 1, 2
ALARMS = ("NONE", "NOSPACE", "CORRUPT")
"""The names of the alarms, each at its number."""


class RequestHeader(Message):
    """A request's user and ID: the upper 16 bits of ``ID`` are the lower 16 of the proposing
    member's id.
    """

    ID: int = 0
    username: str = ""
    auth_revision: int = 0
    FIELDS = (
        Field(1, "ID", "uint64"),
        Field(2, "username", "string"),
        Field(3, "auth_revision", "uint64"),
    )


class StoreRequest(Message):
    """A request of etcd's v2 API, by which 3.4 and 3.5 still set attributes and the version."""

    ID: int = 0
    Method: str = ""
    Path: str = ""
    Val: str = ""
    FIELDS = (
        Field(1, "ID", "uint64"),
        Field(2, "Method", "string"),
        Field(3, "Path", "string"),
        Field(4, "Val", "string"),
    )


class LeaseCheckpoint(Message):
    """How many seconds a lease has left."""

    ID: int = 0
    remaining_TTL: int = 0
    FIELDS = (
        Field(1, "ID", "int64"),
        Field(2, "remaining_TTL", "int64"),
    )


class LeaseCheckpointRequest(Message):
    """etcd API, LeaseCheckpointRequest."""

    checkpoints: Sequence[LeaseCheckpoint] = ()
    FIELDS = (Field(1, "checkpoints", "message", LeaseCheckpoint, repeated=True),)


class AlarmRequest(Message):
    """etcd API, AlarmRequest."""

    action: int = ALARM_GET
    memberID: int = 0
    alarm: int = NO_ALARM
    FIELDS = (
        Field(1, "action", "enum"),
        Field(2, "memberID", "uint64"),
        Field(3, "alarm", "enum"),
    )


class AlarmMember(Message):
    """An alarm of a member, as the database keeps it."""

    memberID: int = 0
    alarm: int = NO_ALARM
    FIELDS = (
        Field(1, "memberID", "uint64"),
        Field(2, "alarm", "enum"),
    )


class InternalAuthenticateRequest(Message):
    """A login (InternalAuthenticateRequest); its password and token are not kept."""

    name: str = ""
    FIELDS = (Field(1, "name", "string"),)


class UserAddRequest(Message):
    """etcd API, AuthUserAddRequest, as it is logged: with the hash of the password, from 3.5 on."""

    name: str = ""
    password: str = ""
    options: UserAddOptions | None = None
    hashedPassword: str = ""
    FIELDS = (
        Field(1, "name", "string"),
        Field(2, "password", "string"),
        Field(3, "options", "message", UserAddOptions),
        Field(4, "hashedPassword", "string"),
    )

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r})"


class ChangePasswordRequest(Message):
    """etcd API, AuthUserChangePasswordRequest, as it is logged."""

    name: str = ""
    password: str = ""
    hashedPassword: str = ""
    FIELDS = (
        Field(1, "name", "string"),
        Field(2, "password", "string"),
        Field(3, "hashedPassword", "string"),
    )

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r})"


class ClusterVersionSetRequest(Message):
    """membershippb, ClusterVersionSetRequest."""

    ver: str = ""
    FIELDS = (Field(1, "ver", "string"),)


class MemberAttributes(Message):
    """What a member publishes of itself (membershippb.Attributes)."""

    name: str = ""
    client_urls: Sequence[str] = ()
    FIELDS = (
        Field(1, "name", "string"),
        Field(2, "client_urls", "string", repeated=True),
    )


class ClusterMemberAttrSetRequest(Message):
    """membershippb, ClusterMemberAttrSetRequest."""

    member_ID: int = 0
    member_attributes: MemberAttributes | None = None
    FIELDS = (
        Field(1, "member_ID", "uint64"),
        Field(2, "member_attributes", "message", MemberAttributes),
    )


class DowngradeInfoSetRequest(Message):
    """membershippb, DowngradeInfoSetRequest."""

    enabled: bool = False
    ver: str = ""
    FIELDS = (
        Field(1, "enabled", "bool"),
        Field(2, "ver", "string"),
    )


class InternalRaftRequest(Message):
    """A request that is proposed to the members, and applied by each when it is committed."""

    ID: int = 0
    header: RequestHeader | None = None
    range: RangeRequest | None = None
    put: PutRequest | None = None
    delete_range: DeleteRangeRequest | None = None
    txn: TxnRequest | None = None
    compaction: CompactionRequest | None = None
    lease_grant: LeaseGrantRequest | None = None
    lease_revoke: LeaseRequest | None = None
    alarm: AlarmRequest | None = None
    lease_checkpoint: LeaseCheckpointRequest | None = None
    auth_enable: EmptyRequest | None = None
    auth_disable: EmptyRequest | None = None
    auth_status: EmptyRequest | None = None
    authenticate: InternalAuthenticateRequest | None = None
    auth_user_add: UserAddRequest | None = None
    auth_user_delete: NameRequest | None = None
    auth_user_get: NameRequest | None = None
    auth_user_change_password: ChangePasswordRequest | None = None
    auth_user_grant_role: UserRoleRequest | None = None
    auth_user_revoke_role: UserRoleRequest | None = None
    auth_user_list: EmptyRequest | None = None
    auth_role_list: EmptyRequest | None = None
    auth_role_add: NameRequest | None = None
    auth_role_delete: NameRequest | None = None
    auth_role_get: NameRequest | None = None
    auth_role_grant_permission: GrantPermissionRequest | None = None
    auth_role_revoke_permission: RevokePermissionRequest | None = None
    cluster_version_set: ClusterVersionSetRequest | None = None
    cluster_member_attr_set: ClusterMemberAttrSetRequest | None = None
    downgrade_info_set: DowngradeInfoSetRequest | None = None
    downgrade_version_test: EmptyRequest | None = None
    FIELDS = (
        Field(1, "ID", "uint64"),
        Field(3, "range", "message", RangeRequest),
        Field(4, "put", "message", PutRequest),
        Field(5, "delete_range", "message", DeleteRangeRequest),
        Field(6, "txn", "message", TxnRequest),
        Field(7, "compaction", "message", CompactionRequest),
        Field(8, "lease_grant", "message", LeaseGrantRequest),
        Field(9, "lease_revoke", "message", LeaseRequest),
        Field(10, "alarm", "message", AlarmRequest),
        Field(11, "lease_checkpoint", "message", LeaseCheckpointRequest),
        Field(100, "header", "message", RequestHeader),
        Field(1000, "auth_enable", "message", EmptyRequest),
        Field(1011, "auth_disable", "message", EmptyRequest),
        Field(1012, "authenticate", "message", InternalAuthenticateRequest),
        Field(1013, "auth_status", "message", EmptyRequest),
        Field(1100, "auth_user_add", "message", UserAddRequest),
        Field(1101, "auth_user_delete", "message", NameRequest),
        Field(1102, "auth_user_get", "message", NameRequest),
        Field(1103, "auth_user_change_password", "message", ChangePasswordRequest),
        Field(1104, "auth_user_grant_role", "message", UserRoleRequest),
        Field(1105, "auth_user_revoke_role", "message", UserRoleRequest),
        Field(1106, "auth_user_list", "message", EmptyRequest),
        Field(1107, "auth_role_list", "message", EmptyRequest),
        Field(1200, "auth_role_add", "message", NameRequest),
        Field(1201, "auth_role_delete", "message", NameRequest),
        Field(1202, "auth_role_get", "message", NameRequest),
        Field(1203, "auth_role_grant_permission", "message", GrantPermissionRequest),
        Field(1204, "auth_role_revoke_permission", "message", RevokePermissionRequest),
        Field(1300, "cluster_version_set", "message", ClusterVersionSetRequest),
        Field(1301, "cluster_member_attr_set", "message", ClusterMemberAttrSetRequest),
        Field(1302, "downgrade_info_set", "message", DowngradeInfoSetRequest),
        Field(9900, "downgrade_version_test", "message", EmptyRequest),
    )
