"""``role``: what users that have it may read and write."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import FromKey, Prefix, words
from pyetcdctl.cli.flags.values import raw
from pyetcdctl.cli.lazy import command, new_group
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import auth
from pyetcdctl.errors import BadArguments
from pyetcdctl.keyspace.ranges import FIRST_KEY, NO_END, prefix_end
from pyetcdctl.results import AuthChanged, RolePermissions, Roles
from pyetcdctl.rpc.auth import PERMISSION_TYPES, Permission
from pyetcdctl.storage.auth import stored_role, stored_roles

Role = Annotated[list[str], words("ROLE")]

_HELP = """\
Add, delete and change roles.

A role is a set of permissions to read or write keys; users get it by `user grant-role`.
"""
_EXAMPLE = """\
  pyetcdctl role add reader
  pyetcdctl role grant-permission reader READ /app/ --prefix
  pyetcdctl role get reader"""

app = new_group(_HELP, _EXAMPLE)


@command(app, "add", "  pyetcdctl role add reader", prints=(AuthChanged,))
def add(
    ctx: typer.Context,
    roles: Role = [],  # noqa: B006 - Typer copies it
) -> None:
    """Add a role; it may do nothing yet."""
    _expect_one(roles, "role add command requires role name as its argument")
    session: Session = ctx.obj
    answer = auth.add_role(session.connection, roles[0], session.deadline())
    session.print(AuthChanged(answer, f"Role {roles[0]} created"))


@command(app, "delete", "  pyetcdctl role delete reader", prints=(AuthChanged,))
def delete(
    ctx: typer.Context,
    roles: Role = [],  # noqa: B006 - Typer copies it
) -> None:
    """Delete a role; users who have it lose it."""
    _expect_one(roles, "role delete command requires role name as its argument")
    session: Session = ctx.obj
    answer = auth.delete_role(session.connection, roles[0], session.deadline())
    session.print(AuthChanged(answer, f"Role {roles[0]} deleted"))


@command(app, "get", "  pyetcdctl role get reader", prints=(RolePermissions,), needs_server=False)
def get(
    ctx: typer.Context,
    roles: Role = [],  # noqa: B006 - Typer copies it
) -> None:
    """Show what a role may read and write.

    [a, b) are the keys from a up to, but without, b.
    """
    _expect_one(roles, "role get command requires role name as its argument")
    session: Session = ctx.obj
    if session.file_path:
        answer = stored_role(session.stored, roles[0])
    else:
        answer = auth.get_role(session.connection, roles[0], session.deadline())
    session.print(RolePermissions(answer, roles[0], prefix_end))


@command(app, "list", "  pyetcdctl role list", prints=(Roles,), needs_server=False)
def list_roles(
    ctx: typer.Context,
    surplus: Annotated[list[str], words("")] = [],  # noqa: B006 - Typer copies it
) -> None:
    """List the names of all roles."""
    if surplus:
        raise BadArguments("role list command requires no arguments")
    session: Session = ctx.obj
    if session.file_path:
        session.print(Roles(stored_roles(session.stored)))
    else:
        session.print(Roles(auth.list_roles(session.connection, session.deadline())))


@command(
    app,
    "grant-permission",
    "  pyetcdctl role grant-permission reader READWRITE /app/ --prefix",
    prints=(AuthChanged,),
)
def grant_permission(
    ctx: typer.Context,
    arguments: Annotated[list[str], words("ROLE READ|WRITE|READWRITE KEY [RANGE_END]")] = [],  # noqa: B006 - Typer copies it
    prefix: Prefix = False,
    from_key: FromKey = False,
) -> None:
    """Let a role read or write a key or a range of keys.

    Without a range end or a flag it is that one key. A `get` of a range needs the permission for
    all of the range. Another permission for the same keys takes the place of the first.
    """
    if len(arguments) < 3:
        raise BadArguments(
            "role grant command requires role name, permission type, and key [endkey] "
            "as its argument"
        )
    role, kind = arguments[:2]
    number = _permission_type(kind)
    key, range_end = _range(arguments[2:], prefix, from_key)
    permission = Permission(permType=number, key=key, range_end=range_end)
    session: Session = ctx.obj
    answer = auth.grant_permission(session.connection, role, permission, session.deadline())
    session.print(AuthChanged(answer, f"Role {role} updated"))


@command(
    app,
    "revoke-permission",
    "  pyetcdctl role revoke-permission reader /app/ --prefix",
    prints=(AuthChanged,),
)
def revoke_permission(
    ctx: typer.Context,
    arguments: Annotated[list[str], words("ROLE KEY [RANGE_END]")] = [],  # noqa: B006 - Typer copies it
    prefix: Prefix = False,
    from_key: FromKey = False,
) -> None:
    """Take a permission from a role.

    The keys must be those of the permission exactly: a part of a range cannot be taken away.
    """
    if len(arguments) < 2:
        raise BadArguments(
            "role revoke-permission command requires role name and key [endkey] as its argument"
        )
    role, word = arguments[:2]
    key, range_end = _range(arguments[1:], prefix, from_key)
    session: Session = ctx.obj
    answer = auth.revoke_permission(session.connection, role, key, range_end, session.deadline())
    session.print(AuthChanged(answer, f"{_revoked(word, range_end)} is revoked from role {role}"))


def _expect_one(roles: list[str], message: str) -> None:
    if len(roles) != 1:
        raise BadArguments(message)


def _permission_type(word: str) -> int:
    try:
        return PERMISSION_TYPES.index(word.upper())
    except ValueError:
        raise BadArguments(f"invalid permission type: {word}") from None


def _range(keys: list[str], prefix: bool, from_key: bool) -> tuple[bytes, bytes]:
    """Return (key, range_end); of an empty key neither the end nor its place are looked at."""
    key = raw(keys[0])
    if prefix and from_key and (not key or len(keys) == 1):
        raise BadArguments("--from-key and --prefix flags are mutually exclusive")
    if not key:
        return FIRST_KEY, NO_END if prefix or from_key else b""
    if len(keys) > 1:
        if prefix or from_key:
            flag = "--prefix" if prefix else "--from-key"
            raise BadArguments(f"unexpected endkey argument with {flag} flag")
        return key, raw(keys[1])
    if prefix:
        return key, prefix_end(key)
    return key, NO_END if from_key else b""


def _revoked(word: str, range_end: bytes) -> str:
    """Name the keys as etcdctl does, which shows the key as it was typed."""
    if not range_end:
        return f"Permission of key {word}"
    if range_end == NO_END:
        return f"Permission of range [{word}, <open ended>"
    return f"Permission of range [{word}, {os.fsdecode(range_end)})"
