"""``auth``: whether everybody is served, or who has a user."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.lazy import command, new_group
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import auth
from pyetcdctl.errors import BadArguments
from pyetcdctl.results import AuthState
from pyetcdctl.storage.auth import stored_status

Surplus = Annotated[list[str], words("")]

_HELP = """\
Turn authentication on and off.

While it is off everybody who reaches the servers may do everything, whatever users there are.
"""
_EXAMPLE = """\
  pyetcdctl user add root --new-user-password secret
  pyetcdctl auth enable
  pyetcdctl auth status --user root:secret"""

app = new_group(_HELP, _EXAMPLE)


@command(app, "enable", "  pyetcdctl auth enable")
def enable(
    ctx: typer.Context,
    surplus: Surplus = [],  # noqa: B006 - Typer copies it
) -> None:
    """Turn authentication on: from now on every call needs a user.

    A user root must be there first; know its password, for nobody else can turn it off again. The
    role root is made and granted to it where that is missing.
    """
    _refuse(surplus, "enable")
    session: Session = ctx.obj
    auth.enable(session.connection, session.deadline())
    session.streams.out.text("Authentication Enabled\n")


@command(app, "disable", "  pyetcdctl auth disable --user root:secret")
def disable(
    ctx: typer.Context,
    surplus: Surplus = [],  # noqa: B006 - Typer copies it
) -> None:
    """Turn authentication off: everybody may do everything.

    Users and roles stay as they are, for the next time.
    """
    _refuse(surplus, "disable")
    session: Session = ctx.obj
    auth.disable(session.connection, session.deadline())
    session.streams.out.text("Authentication Disabled\n")


@command(app, "status", "  pyetcdctl auth status", prints=(AuthState,), needs_server=False)
def status(
    ctx: typer.Context,
    surplus: Surplus = [],  # noqa: B006 - Typer copies it
) -> None:
    """Show whether authentication is on.

    The revision counts changes of users and roles, not of keys.
    """
    _refuse(surplus, "status")
    session: Session = ctx.obj
    if session.file_path:
        session.print(AuthState(stored_status(session.stored)))
    else:
        session.print(AuthState(auth.status(session.connection, session.deadline())))


def _refuse(surplus: list[str], name: str) -> None:
    if surplus:
        raise BadArguments(f"auth {name} command does not accept any arguments")
