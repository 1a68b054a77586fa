"""``member promote``."""

from __future__ import annotations

from pyetcdctl.cli.commands.member.arguments import MemberId, member_id
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cluster_results import MemberChanged

app = new_app()


@command(app, "promote", "  pyetcdctl member promote 8e9e05c52164694d", prints=(MemberChanged,))
def promote(session: Session, given: MemberId) -> None:
    """Promote a learner to a voting member.

    etcd refuses while the learner has not caught up with the leader.
    """
    number = member_id(given)
    response = session.client.cluster.promote(number, session.deadline())
    session.print(MemberChanged(response, number, "promoted in"))
