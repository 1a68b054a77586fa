"""``member remove``."""

from __future__ import annotations

from pyetcdctl.cli.commands.member.arguments import MemberId, member_id
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cluster_results import MemberChanged

app = new_app()


@command(app, "remove", "  pyetcdctl member remove 8e9e05c52164694d", prints=(MemberChanged,))
def remove(session: Session, given: MemberId) -> None:
    """Remove a member permanently.

    Its process ends, and its data cannot join again: to return, it is added with an empty data
    directory.
    """
    number = member_id(given)
    response = session.client.cluster.remove(number, session.deadline())
    session.print(MemberChanged(response, number, "removed from"))
