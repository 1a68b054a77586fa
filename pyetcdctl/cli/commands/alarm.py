"""``alarm``: what a member has raised and somebody must end."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.lazy import command, new_group
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import BadArguments
from pyetcdctl.results import Alarms

Surplus = Annotated[list[str], words("")]

app = new_group("List and disarm the alarms of the members.", "  pyetcdctl alarm list")


@command(app, "list", "  pyetcdctl alarm list", prints=(Alarms,), needs_server=False)
def list_alarms(
    ctx: typer.Context,
    surplus: Surplus = [],  # noqa: B006 - Typer copies it
) -> None:
    """List the alarms that are on.

    Nothing is printed where there is none. NOSPACE: a member's file has reached its quota, and
    nobody may write any more. CORRUPT: the members' data differ.
    """
    if surplus:
        raise BadArguments("alarm list command accepts no arguments")
    session: Session = ctx.obj
    if session.file_path:
        from pyetcdctl.storage.members import stored_alarms

        session.print(Alarms(stored_alarms(session.stored)))
    else:
        session.print(Alarms(session.client.maintenance.alarms(session.deadline())))


@command(app, "disarm", "  pyetcdctl alarm disarm", prints=(Alarms,))
def disarm(
    ctx: typer.Context,
    surplus: Surplus = [],  # noqa: B006 - Typer copies it
) -> None:
    """End all alarms.

    After NOSPACE make room first (compaction, then defrag), or it is raised again at once.
    """
    if surplus:
        raise BadArguments("alarm disarm command accepts no arguments")
    session: Session = ctx.obj
    session.print(Alarms(session.client.maintenance.disarm(session.deadline())))
