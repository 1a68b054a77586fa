"""Read users, roles and whether authentication is on from a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.errors import CallFailed
from pyetcdctl.rpc.auth import (
    READWRITE,
    AuthStatusResponse,
    Permission,
    Role,
    RoleGetResponse,
    RolesResponse,
    User,
    UserListResponse,
)

if TYPE_CHECKING:
    from pyetcdctl.storage.opening import OpenedFile

_AUTH, _USERS, _ROLES = b"auth", b"authUsers", b"authRoles"
_ROOT = "root"
_EVERYTHING = Permission(permType=READWRITE, key=b"", range_end=b"\0")


def stored_status(opened: OpenedFile) -> AuthStatusResponse:
    """Return whether authentication is on."""
    buckets = opened.model.buckets
    revision = int.from_bytes(buckets.get(_AUTH, b"authRevision") or b"", "big")
    enabled = buckets.get(_AUTH, b"authEnabled") == b"\1"
    return AuthStatusResponse(header=opened.header, enabled=enabled, authRevision=revision)


def stored_users(opened: OpenedFile) -> UserListResponse:
    """Return the names of all users."""
    return UserListResponse(header=opened.header, users=_names(opened, _USERS))


def stored_user(opened: OpenedFile, name: str) -> RolesResponse:
    """Return a user's roles."""
    found = opened.model.buckets.get(_USERS, _key(name))
    if found is None:
        raise _not_found("user")
    return RolesResponse(header=opened.header, roles=User.decode(found).roles)


def stored_roles(opened: OpenedFile) -> RolesResponse:
    """Return the names of all roles."""
    return RolesResponse(header=opened.header, roles=_names(opened, _ROLES))


def stored_role(opened: OpenedFile, name: str) -> RoleGetResponse:
    """Return a role's permissions."""
    found = opened.model.buckets.get(_ROLES, _key(name))
    if found is None:
        raise _not_found("role")
    permissions = [_EVERYTHING] if name == _ROOT else Role.decode(found).keyPermission
    return RoleGetResponse(header=opened.header, perm=permissions)


def _names(opened: OpenedFile, bucket: bytes) -> list[str]:
    return [
        name.decode("utf-8", "backslashreplace") for name, _ in opened.model.buckets.items(bucket)
    ]


def _key(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _not_found(what: str) -> CallFailed:
    return CallFailed(f"etcdserver: {what} name not found", code="FAILED_PRECONDITION")
