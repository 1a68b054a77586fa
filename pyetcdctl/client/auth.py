"""etcd's Auth service: users, roles and whether authentication is on; one function for each call.

Reads may be retried; a change is not, once it may have reached a server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pyetcdctl.client.calls import call
from pyetcdctl.client.endpoints import is_utf8
from pyetcdctl.client.status import NOT_UTF8, go_text
from pyetcdctl.errors import CallFailed, MethodUnknown
from pyetcdctl.rpc.auth import (
    SERVICE,
    AuthStatusResponse,
    ChangeResponse,
    EmptyRequest,
    GrantPermissionRequest,
    NameRequest,
    PasswordRequest,
    RevokePermissionRequest,
    RoleGetResponse,
    RolesResponse,
    UserAddOptions,
    UserListResponse,
    UserRoleRequest,
)

if TYPE_CHECKING:
    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.deadline import Deadline
    from pyetcdctl.rpc.auth import Permission
    from pyetcdctl.rpc.wire import Message

Response = TypeVar("Response")

ROOT = "root"
"""The user and the role with all permissions."""
ROOT_LACKS_ROLE = "etcdserver: root user does not have root role"
ROLE_EXISTS = "etcdserver: role name already exists"


def enable(connection: Connection, deadline: Deadline) -> ChangeResponse:
    """Turn authentication on; the user root is granted its role if it lacks it."""
    try:
        return _change(connection, "AuthEnable", EmptyRequest(), deadline)
    except CallFailed as error:
        if error.details != ROOT_LACKS_ROLE:
            raise
    _make_root_role(connection, deadline)
    grant_role(connection, ROOT, ROOT, deadline)
    return _change(connection, "AuthEnable", EmptyRequest(), deadline)


def disable(connection: Connection, deadline: Deadline) -> ChangeResponse:
    """Turn authentication off."""
    return _change(connection, "AuthDisable", EmptyRequest(), deadline)


def status(connection: Connection, deadline: Deadline) -> AuthStatusResponse:
    """Return whether authentication is on."""
    try:
        return _read(connection, "AuthStatus", EmptyRequest(), AuthStatusResponse, deadline)
    except MethodUnknown as error:
        from pyetcdctl.client.maintenance import MaintenanceService

        advice = MaintenanceService(connection).too_old("auth status", "3.5", deadline)
        raise error.with_advice(*(advice or error.advice)) from error.__cause__


def add_user(
    connection: Connection, name: str, password: str | None, deadline: Deadline
) -> ChangeResponse:
    """Add a user; without a password it can log in only by a client certificate."""
    options = UserAddOptions(no_password=password is None)
    request = PasswordRequest(name=name, password=password or "", options=options)
    return _change(connection, "UserAdd", request, deadline)


def delete_user(connection: Connection, name: str, deadline: Deadline) -> ChangeResponse:
    """Delete a user."""
    return _change(connection, "UserDelete", NameRequest(name=name), deadline)


def get_user(connection: Connection, name: str, deadline: Deadline) -> RolesResponse:
    """Return the roles of a user."""
    return _read(connection, "UserGet", NameRequest(name=name), RolesResponse, deadline)


def list_users(connection: Connection, deadline: Deadline) -> UserListResponse:
    """Return the names of all users."""
    return _read(connection, "UserList", EmptyRequest(), UserListResponse, deadline)


def change_password(
    connection: Connection, name: str, password: str, deadline: Deadline
) -> ChangeResponse:
    """Change a user's password."""
    request = PasswordRequest(name=name, password=password)
    return _change(connection, "UserChangePassword", request, deadline)


def grant_role(connection: Connection, user: str, role: str, deadline: Deadline) -> ChangeResponse:
    """Grant a role to a user."""
    return _change(connection, "UserGrantRole", UserRoleRequest(user=user, role=role), deadline)


def revoke_role(connection: Connection, user: str, role: str, deadline: Deadline) -> ChangeResponse:
    """Revoke a role from a user."""
    return _change(connection, "UserRevokeRole", UserRoleRequest(user=user, role=role), deadline)


def add_role(connection: Connection, name: str, deadline: Deadline) -> ChangeResponse:
    """Add a role without permissions."""
    return _change(connection, "RoleAdd", NameRequest(name=name), deadline)


def delete_role(connection: Connection, name: str, deadline: Deadline) -> ChangeResponse:
    """Delete a role and revoke it from all users."""
    return _change(connection, "RoleDelete", NameRequest(name=name), deadline)


def get_role(connection: Connection, name: str, deadline: Deadline) -> RoleGetResponse:
    """Return the permissions of a role."""
    return _read(connection, "RoleGet", NameRequest(name=name), RoleGetResponse, deadline)


def list_roles(connection: Connection, deadline: Deadline) -> RolesResponse:
    """Return the names of all roles."""
    return _read(connection, "RoleList", EmptyRequest(), RolesResponse, deadline)


def grant_permission(
    connection: Connection, role: str, permission: Permission, deadline: Deadline
) -> ChangeResponse:
    """Grant a role the permission to read or write keys."""
    request = GrantPermissionRequest(name=role, perm=permission)
    return _change(connection, "RoleGrantPermission", request, deadline)


def revoke_permission(
    connection: Connection, role: str, key: bytes, range_end: bytes, deadline: Deadline
) -> ChangeResponse:
    """Revoke a permission from a role, for exactly the range that was granted."""
    request = RevokePermissionRequest(role=role, key=key, range_end=range_end)
    return _change(connection, "RoleRevokePermission", request, deadline)


def _make_root_role(connection: Connection, deadline: Deadline) -> None:
    try:
        add_role(connection, ROOT, deadline)
    except CallFailed as error:
        if error.details != ROLE_EXISTS:
            raise
        raise error.with_advice(
            "The role root exists, but the user root does not have it.",
            "Try:  user grant-role root root",
        ) from error.__cause__


def _change(
    connection: Connection, method: str, request: Message, deadline: Deadline
) -> ChangeResponse:
    _check_utf8(request)
    return call(connection, SERVICE + method, request, ChangeResponse, deadline)


def _read(
    connection: Connection,
    method: str,
    request: Message,
    kind: type[Response],
    deadline: Deadline,
) -> Response:
    _check_utf8(request)
    return call(connection, SERVICE + method, request, kind, deadline, repeatable=True)


def _check_utf8(request: Message) -> None:
    """Raise CallFailed for a name that is not UTF-8, which servers before 3.6 accept."""
    for field in request.FIELDS:
        if field.kind == "string" and not is_utf8(getattr(request, field.name)):
            raise CallFailed(go_text("INTERNAL", NOT_UTF8), code="INTERNAL", details=NOT_UTF8)
