"""``move-leader``: transfer leadership to another member."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.flags.values import ValueRefused, unsigned_hex
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cluster_results import LeaderMoved
from pyetcdctl.errors import UsageError

_EXAMPLE = """\
  id=$(pyetcdctl member list | cut -d, -f1 | tail -n 1)
  pyetcdctl move-leader "$id\""""

app = new_app()


@command(app, "move-leader", _EXAMPLE, prints=(LeaderMoved,))
def move_leader(session: Session, member_ids: Annotated[list[str], words("MEMBER_ID")]) -> None:
    """Transfer leadership to another member.

    The leader must be among --endpoints. MEMBER_ID is hexadecimal, as `member list` prints it.
    """
    from pyetcdctl.client.leadership import move_leader as transfer

    check_count(1, member_ids, "move-leader command needs 1 argument")
    try:
        target = unsigned_hex(member_ids[0])
    except ValueRefused as error:
        raise UsageError(str(error)) from error
    session.print(transfer(session.connection, target, session.deadline()))
