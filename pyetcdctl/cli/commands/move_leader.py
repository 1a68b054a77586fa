"""``move-leader``: hand the leadership to another member."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.values import ValueRefused, unsigned_hex
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import UsageError
from pyetcdctl.results import LeaderMoved

_EXAMPLE = """\
  id=$(pyetcdctl member list | cut -d, -f1 | tail -n 1)
  pyetcdctl move-leader "$id\""""

app = new_app()


@command(app, "move-leader", _EXAMPLE, prints=(LeaderMoved,))
def move_leader(
    ctx: typer.Context,
    member_ids: Annotated[list[str], words("MEMBER_ID")] = [],  # noqa: B006 - Typer copies it
) -> None:
    """Hand the leadership to another member.

    The leader must be among --endpoints. MEMBER_ID is hexadecimal, as `member list` shows it.
    """
    from pyetcdctl.client.leadership import move_leader as hand_over

    if len(member_ids) != 1:
        raise UsageError("move-leader command needs 1 argument")
    try:
        target = unsigned_hex(member_ids[0])
    except ValueRefused as error:
        raise UsageError(str(error)) from error
    session: Session = ctx.obj
    session.print(hand_over(session.connection, target, session.deadline()))
