"""Users, roles and permissions as named fields; the lines of the header come before them."""

from __future__ import annotations

from functools import singledispatch

from pyetcdctl.cluster_results import AuthChanged, AuthResult, RolePermissions, Roles
from pyetcdctl.output import unsupported
from pyetcdctl.output.quoting import go_quoted
from pyetcdctl.rpc.auth import PERMISSION_TYPES


@singledispatch
def fields_of(result: AuthResult) -> str:
    """Return the result's lines. Raises UnsupportedFormat for one that has none."""
    raise unsupported("fields")


@fields_of.register(AuthChanged)
def _changed(result: AuthChanged) -> str:
    return ""


@fields_of.register(RolePermissions)
def _role(result: RolePermissions) -> str:
    """Two spaces stand before the type, as etcdctl has it."""
    return "".join(
        f'"PermType" :  {_type_name(each.permType)}\n'
        f'"Key" : {go_quoted(each.key)}\n'
        f'"RangeEnd" : {go_quoted(each.range_end)}\n'
        for each in result.response.perm
    )


@fields_of.register(Roles)
def _roles(result: Roles) -> str:
    names = "".join(f" {go_quoted(name.encode())}" for name in result.response.roles)
    return f'"Roles" :{names}\n'


def _type_name(number: int) -> str:
    """Return the type's name; Go shows one that it does not know as its number."""
    return PERMISSION_TYPES[number] if number in range(len(PERMISSION_TYPES)) else str(number)
