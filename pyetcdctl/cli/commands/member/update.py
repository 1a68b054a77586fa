"""``member update``."""

from __future__ import annotations

from pyetcdctl.cli.commands.member.arguments import (
    MemberId,
    PeerUrls,
    check_given,
    member_id,
    peer_urls,
)
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cluster_results import MemberChanged

_EXAMPLE = "  pyetcdctl member update 8e9e05c52164694d --peer-urls http://127.0.0.1:2380"

app = new_app()


class UpdateFlags(Flags):
    """The flags of ``member update``."""

    peer_urls: PeerUrls = ""


@command(app, "update", _EXAMPLE, prints=(MemberChanged,))
def update(session: Session, given: MemberId, flags: UpdateFlags) -> None:
    """Change the peer URLs of a member.

    Do this before the member is restarted at its new address.
    """
    number = member_id(given)
    check_given(flags.peer_urls)
    deadline = session.deadline()
    service = session.client.cluster
    response = service.update(number, peer_urls(flags.peer_urls), deadline)
    session.print(MemberChanged(response, number, "updated in"))
