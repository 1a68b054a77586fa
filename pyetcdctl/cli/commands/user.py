"""``user``: who may log in, and with which roles."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.lazy import command, new_group
from pyetcdctl.cli.session.passwords import ask_twice, first_word
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import auth
from pyetcdctl.errors import BadArguments
from pyetcdctl.keyspace.ranges import prefix_end
from pyetcdctl.results import AuthChanged, RolePermissions, UserRoles, Users
from pyetcdctl.rpc.auth import RoleGetResponse, RolesResponse
from pyetcdctl.storage.auth import stored_role, stored_user, stored_users

User = Annotated[list[str], words("USER")]
UserAndRole = Annotated[list[str], words("USER ROLE")]
Interactive = Annotated[
    bool,
    typer.Option(
        "--interactive", help="Ask for the password; =false takes it from standard input."
    ),
]

_HELP = """\
Add, delete and change users.

A user may do what its roles may. None of it counts before `auth enable`.
"""
_EXAMPLE = """\
  pyetcdctl user add alice --new-user-password secret
  pyetcdctl role add reader
  pyetcdctl user grant-role alice reader
  pyetcdctl user get alice"""

app = new_group(_HELP, _EXAMPLE)


@command(
    app,
    "add",
    "  echo secret | pyetcdctl user add alice --interactive=false",
    prints=(AuthChanged,),
)
def add(
    ctx: typer.Context,
    users: Annotated[list[str], words("USER[:PASSWORD]")] = [],  # noqa: B006 - Typer copies it
    interactive: Interactive = True,
    new_user_password: Annotated[
        str, typer.Option("--new-user-password", metavar="PASSWORD", help="The password.")
    ] = "",
    no_password: Annotated[
        bool,
        typer.Option("--no-password", help="A user known by its client certificate's name alone."),
    ] = False,
) -> None:
    """Add a user.

    A password on the command line is seen by everybody who lists the processes: let it be asked
    for, or give it on standard input, whose first word it is.
    """
    _expect(1, users, "user add command requires user name as its argument")
    session: Session = ctx.obj
    name, password = users[0], None
    if not no_password:
        name, password = _new_user(session, users[0], new_user_password, interactive)
    answer = auth.add_user(session.connection, name, password, session.deadline())
    session.print(AuthChanged(answer, f"User {name} created"))


@command(app, "delete", "  pyetcdctl user delete alice", prints=(AuthChanged,))
def delete(
    ctx: typer.Context,
    users: User = [],  # noqa: B006 - Typer copies it
) -> None:
    """Delete a user."""
    _expect(1, users, "user delete command requires user name as its argument")
    session: Session = ctx.obj
    answer = auth.delete_user(session.connection, users[0], session.deadline())
    session.print(AuthChanged(answer, f"User {users[0]} deleted"))


@command(
    app,
    "get",
    "  pyetcdctl user get alice --detail",
    prints=(UserRoles, RolePermissions),
    needs_server=False,
)
def get(
    ctx: typer.Context,
    users: User = [],  # noqa: B006 - Typer copies it
    detail: Annotated[bool, typer.Option("--detail", help="Show what each role may do.")] = False,
) -> None:
    """Show the roles of a user."""
    _expect(1, users, "user get command requires user name as its argument")
    session: Session = ctx.obj
    answer = _user(session, users[0])
    if not detail:
        session.print(UserRoles(answer, users[0]))
        return
    session.streams.out.text(f"User: {users[0]}\n")
    for role in answer.roles:
        session.streams.out.text("\n")
        session.print(RolePermissions(_role(session, role), role, prefix_end))


@command(app, "list", "  pyetcdctl user list", prints=(Users,), needs_server=False)
def list_users(
    ctx: typer.Context,
    surplus: Annotated[list[str], words("")] = [],  # noqa: B006 - Typer copies it
) -> None:
    """List the names of all users."""
    _expect(0, surplus, "user list command requires no arguments")
    session: Session = ctx.obj
    if session.file_path:
        session.print(Users(stored_users(session.stored)))
    else:
        session.print(Users(auth.list_users(session.connection, session.deadline())))


@command(
    app,
    "passwd",
    "  echo secret | pyetcdctl user passwd alice --interactive=false",
    prints=(AuthChanged,),
)
def passwd(
    ctx: typer.Context,
    users: User = [],  # noqa: B006 - Typer copies it
    interactive: Interactive = True,
) -> None:
    """Give a user another password.

    Whoever has logged in as this user before must do so again.
    """
    _expect(1, users, "user passwd command requires user name as its argument")
    session: Session = ctx.obj
    password = _password(session, users[0], interactive)
    answer = auth.change_password(session.connection, users[0], password, session.deadline())
    session.print(AuthChanged(answer, "Password updated"))


@command(app, "grant-role", "  pyetcdctl user grant-role alice reader", prints=(AuthChanged,))
def grant_role(
    ctx: typer.Context,
    names: UserAndRole = [],  # noqa: B006 - Typer copies it
) -> None:
    """Let a user do what a role may.

    The role root may do everything.
    """
    _expect(2, names, "user grant command requires user name and role name as its argument")
    user, role = names
    session: Session = ctx.obj
    answer = auth.grant_role(session.connection, user, role, session.deadline())
    session.print(AuthChanged(answer, f"Role {role} is granted to user {user}"))


@command(app, "revoke-role", "  pyetcdctl user revoke-role alice reader", prints=(AuthChanged,))
def revoke_role(
    ctx: typer.Context,
    names: UserAndRole = [],  # noqa: B006 - Typer copies it
) -> None:
    """Take a role from a user."""
    _expect(2, names, "user revoke-role requires user name and role name as its argument")
    user, role = names
    session: Session = ctx.obj
    answer = auth.revoke_role(session.connection, user, role, session.deadline())
    session.print(AuthChanged(answer, f"Role {role} is revoked from user {user}"))


def _user(session: Session, name: str) -> RolesResponse:
    if session.file_path:
        return stored_user(session.stored, name)
    return auth.get_user(session.connection, name, session.deadline())


def _role(session: Session, name: str) -> RoleGetResponse:
    if session.file_path:
        return stored_role(session.stored, name)
    return auth.get_role(session.connection, name, session.deadline())


def _expect(count: int, given: list[str], message: str) -> None:
    if len(given) != count:
        raise BadArguments(message)


def _new_user(
    session: Session, word: str, new_user_password: str, interactive: bool
) -> tuple[str, str]:
    """Return name and password from the first place that has one."""
    if new_user_password:
        return word, new_user_password
    name, colon, password = word.partition(":")
    if not colon:
        return word, _password(session, word, interactive)
    if not name:
        raise BadArguments("empty user name is not allowed")
    return name, password


def _password(session: Session, name: str, interactive: bool) -> str:
    return ask_twice(session.streams, name) if interactive else first_word(session.streams)
