"""Users, roles and permissions as plain text, and as named fields without those of the header."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

from pyetcdctl.cluster_results import (
    AuthChanged,
    AuthResult,
    AuthState,
    RolePermissions,
    Roles,
    UserRoles,
    Users,
)
from pyetcdctl.output import unsupported
from pyetcdctl.output.quoting import go_quoted
from pyetcdctl.rpc.auth import PERMISSION_TYPES, READ, READWRITE, WRITE, Permission

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_OPEN_END = b"\0"
_ALL_KEYS = Permission(permType=READWRITE, range_end=_OPEN_END)


@singledispatch
def text_of(result: AuthResult) -> bytes:
    """Return the result's lines."""
    raise unsupported("simple")


@text_of.register(AuthState)
def _state(result: AuthState) -> bytes:
    enabled = b"true" if result.response.enabled else b"false"
    return b"Authentication Status: %b\nAuthRevision: %d\n" % (
        enabled,
        result.response.authRevision,
    )


@text_of.register(AuthChanged)
def _changed(result: AuthChanged) -> bytes:
    return _bytes(result.what) + b"\n"


@text_of.register(UserRoles)
def _user(result: UserRoles) -> bytes:
    roles = b"".join(b" " + _bytes(role) for role in result.response.roles)
    return b"User: %b\nRoles:%b\n" % (_bytes(result.user), roles)


@text_of.register(Users)
def _users(result: Users) -> bytes:
    return _lines(result.response.users)


@text_of.register(Roles)
def _roles(result: Roles) -> bytes:
    return _lines(result.response.roles)


@text_of.register(RolePermissions)
def _role(result: RolePermissions) -> bytes:
    readable = b"".join(_permitted(result, READ))
    writable = b"".join(_permitted(result, WRITE))
    return b"Role %b\nKV Read:\n%bKV Write:\n%b" % (_bytes(result.role), readable, writable)


def _permitted(result: RolePermissions, wanted: int) -> Iterator[bytes]:
    permissions = result.response.perm
    if result.role == "root" and not permissions:
        permissions = [_ALL_KEYS]
    for permission in permissions:
        if permission.permType in (wanted, READWRITE):
            yield b"\t%b%b\n" % (_keys(permission), _prefix_note(permission, result))


def _keys(permission: Permission) -> bytes:
    if not permission.range_end:
        return permission.key
    if permission.range_end == _OPEN_END:
        return b"[%b, <open ended>" % permission.key
    return b"[%b, %b)" % (permission.key, permission.range_end)


def _prefix_note(permission: Permission, result: RolePermissions) -> bytes:
    key = permission.key
    if key and permission.range_end == result.prefix_end(key):
        return b" (prefix %b)" % key
    return b""


def _lines(names: Iterable[str]) -> bytes:
    return b"".join(_bytes(name) + b"\n" for name in names)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


@singledispatch
def fields_of(result: AuthResult) -> str:
    """Return the result's lines. Raises UnsupportedFormat for one that has none."""
    raise unsupported("fields")


@fields_of.register(AuthChanged)
def _changed_fields(result: AuthChanged) -> str:
    return ""


@fields_of.register(RolePermissions)
def _role_fields(result: RolePermissions) -> str:
    """Write two spaces before the type, as etcdctl does."""
    return "".join(
        f'"PermType" :  {_type_name(each.permType)}\n'
        f'"Key" : {go_quoted(each.key)}\n'
        f'"RangeEnd" : {go_quoted(each.range_end)}\n'
        for each in result.response.perm
    )


@fields_of.register(Roles)
def _roles_fields(result: Roles) -> str:
    names = "".join(f" {go_quoted(name.encode())}" for name in result.response.roles)
    return f'"Roles" :{names}\n'


def _type_name(number: int) -> str:
    """Return the type's name; Go shows one that it does not know as its number."""
    return PERMISSION_TYPES[number] if number in range(len(PERMISSION_TYPES)) else str(number)
