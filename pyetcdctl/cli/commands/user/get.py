"""``user get``."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import auth
from pyetcdctl.cluster_results import RolePermissions, UserRoles
from pyetcdctl.keyspace.ranges import prefix_end
from pyetcdctl.rpc.auth import RoleGetResponse, RolesResponse
from pyetcdctl.storage.auth import stored_role, stored_user

app = new_app()


class UserFlags(Flags):
    """The flags of ``user get``."""

    detail: Annotated[bool, typer.Option("--detail", help="Show what each role may do.")] = False


@command(
    app,
    "get",
    "  pyetcdctl user get alice --detail",
    prints=(UserRoles, RolePermissions),
    needs_server=False,
)
def get(session: Session, users: Annotated[list[str], words("USER")], flags: UserFlags) -> None:
    """Show the roles of a user."""
    check_count(1, users, "user get command requires user name as its argument")
    response = _user(session, users[0])
    if not flags.detail:
        session.print(UserRoles(response, users[0]))
        return
    session.streams.out.text(f"User: {users[0]}\n")
    for role in response.roles:
        session.streams.out.text("\n")
        session.print(RolePermissions(_role(session, role), role, prefix_end))


def _user(session: Session, name: str) -> RolesResponse:
    if session.file_path:
        return stored_user(session.stored, name)
    return auth.get_user(session.connection, name, session.deadline())


def _role(session: Session, name: str) -> RoleGetResponse:
    if session.file_path:
        return stored_role(session.stored, name)
    return auth.get_role(session.connection, name, session.deadline())
