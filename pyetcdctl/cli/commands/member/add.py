"""``member add``."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.commands.member.arguments import PeerUrls, check_given, peer_urls
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cluster_results import MemberAdded
from pyetcdctl.errors import UsageError

_EXAMPLE = "  pyetcdctl member add n4 --peer-urls http://127.0.0.1:12380 --learner"

app = new_app()


class MemberAddFlags(Flags):
    """The flags of ``member add``."""

    learner: Annotated[
        bool, typer.Option("--learner", help="Without a vote until it is promoted.")
    ] = False
    peer_urls: PeerUrls = ""


@command(app, "add", _EXAMPLE, prints=(MemberAdded,))
def add(
    session: Session, names: Annotated[list[str], words("NAME")], flags: MemberAddFlags
) -> None:
    """Add a member, which is then to be started.

    It counts for the quorum at once: a cluster of one member stops until the second one runs. A
    learner does not count. The output is the environment of the new member's etcd.
    """
    _check_name(names)
    check_given(flags.peer_urls)
    deadline = session.deadline()
    service = session.client.cluster
    response = service.add(peer_urls(flags.peer_urls), deadline, is_learner=flags.learner)
    session.print(MemberAdded(response, names[0], flags.peer_urls))


def _check_name(names: list[str]) -> None:
    if not names:
        raise UsageError("member name not provided")
    if len(names) > 1:
        urls = [name for name in names if name.lower().startswith("http")]
        hints = "".join(f", did you mean --peer-urls={url}" for url in urls)
        raise UsageError(f"too many arguments{hints}")
