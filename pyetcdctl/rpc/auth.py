"""The messages of etcd's Auth service (etcdserverpb, authpb) as plain objects; see rpc/wire.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.rpc.kv import NO_HEADER, ResponseHeader
from pyetcdctl.rpc.wire import Field, Message

if TYPE_CHECKING:
    from collections.abc import Sequence

SERVICE = "/etcdserverpb.Auth/"

READ, WRITE, READWRITE = 0, 1, 2
PERMISSION_TYPES = ("READ", "WRITE", "READWRITE")
"""The names of the permissions, each at its number."""


class EmptyRequest(Message):
    """A request without fields: AuthEnableRequest, AuthUserListRequest, ..."""


class NameRequest(Message):
    """Names a user or a role: AuthUserGetRequest, AuthRoleAddRequest, ..."""

    name: str = ""
    FIELDS = (Field(1, "name", "string"),)


class UserAddOptions(Message):
    """``no_password``: the user can log in only by a client certificate."""

    no_password: bool = False
    FIELDS = (Field(1, "no_password", "bool"),)


class PasswordRequest(Message):
    """A user and a password: AuthUserAddRequest, AuthUserChangePasswordRequest without options."""

    name: str = ""
    password: str = ""
    options: UserAddOptions | None = None
    FIELDS = (
        Field(1, "name", "string"),
        Field(2, "password", "string"),
        Field(3, "options", "message", UserAddOptions),
    )

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r})"


class UserRoleRequest(Message):
    """A user and a role: AuthUserGrantRoleRequest, AuthUserRevokeRoleRequest."""

    user: str = ""
    role: str = ""
    FIELDS = (
        Field(1, "user", "string"),
        Field(2, "role", "string"),
    )


class Permission(Message):
    """A permission for ``[key, range_end)``, or for one key (authpb.Permission)."""

    permType: int = READ
    key: bytes = b""
    range_end: bytes = b""
    FIELDS = (
        Field(1, "permType", "enum"),
        Field(2, "key", "bytes"),
        Field(3, "range_end", "bytes"),
    )


class User(Message):
    """A user as the database keeps it (authpb.User): ``password`` is a hash."""

    name: str = ""
    password: bytes = b""
    roles: Sequence[str] = ()
    options: UserAddOptions | None = None
    FIELDS = (
        Field(1, "name", "string"),
        Field(2, "password", "bytes"),
        Field(3, "roles", "string", repeated=True),
        Field(4, "options", "message", UserAddOptions),
    )

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r}, roles={self.roles!r})"


class Role(Message):
    """A role as the database keeps it (authpb.Role)."""

    name: str = ""
    keyPermission: Sequence[Permission] = ()
    FIELDS = (
        Field(1, "name", "string"),
        Field(2, "keyPermission", "message", Permission, repeated=True),
    )


class GrantPermissionRequest(Message):
    """etcd API, AuthRoleGrantPermissionRequest."""

    name: str = ""
    perm: Permission | None = None
    FIELDS = (
        Field(1, "name", "string"),
        Field(2, "perm", "message", Permission),
    )


class RevokePermissionRequest(Message):
    """etcd API, AuthRoleRevokePermissionRequest."""

    role: str = ""
    key: bytes = b""
    range_end: bytes = b""
    FIELDS = (
        Field(1, "role", "string"),
        Field(2, "key", "bytes"),
        Field(3, "range_end", "bytes"),
    )


class AuthResponse(Message):
    """Any response of the service."""

    header: ResponseHeader = NO_HEADER


class ChangeResponse(AuthResponse):
    """The response to every change: AuthUserAddResponse, AuthRoleDeleteResponse, ..."""

    FIELDS = (Field(1, "header", "message", ResponseHeader),)


class AuthStatusResponse(AuthResponse):
    """etcd API, AuthStatusResponse."""

    enabled: bool = False
    authRevision: int = 0
    FIELDS = (
        Field(1, "header", "message", ResponseHeader),
        Field(2, "enabled", "bool"),
        Field(3, "authRevision", "uint64"),
    )


class RolesResponse(AuthResponse):
    """Names of roles: AuthRoleListResponse, AuthUserGetResponse."""

    roles: Sequence[str] = ()
    FIELDS = (
        Field(1, "header", "message", ResponseHeader),
        Field(2, "roles", "string", repeated=True),
    )


class UserListResponse(AuthResponse):
    """etcd API, AuthUserListResponse."""

    users: Sequence[str] = ()
    FIELDS = (
        Field(1, "header", "message", ResponseHeader),
        Field(2, "users", "string", repeated=True),
    )


class RoleGetResponse(AuthResponse):
    """etcd API, AuthRoleGetResponse."""

    perm: Sequence[Permission] = ()
    FIELDS = (
        Field(1, "header", "message", ResponseHeader),
        Field(2, "perm", "message", Permission, repeated=True),
    )
