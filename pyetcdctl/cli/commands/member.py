"""``member``: who the members are, and changing that."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.values import ValueRefused, unsigned_hex
from pyetcdctl.cli.lazy import command, new_group
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.words.peer_urls import peer_urls as checked
from pyetcdctl.errors import BadArguments, BadFeature
from pyetcdctl.results import MemberAdded, MemberChanged, MemberList

MemberId = Annotated[list[str], words("MEMBER_ID")]
PeerUrls = Annotated[
    str,
    typer.Option("--peer-urls", metavar="URL[,URL]", help="Where the other members reach it."),
]

app = new_group("List, add, remove and change the members.", "  pyetcdctl member list -w table")


@command(
    app,
    "add",
    "  pyetcdctl member add n4 --peer-urls http://127.0.0.1:12380 --learner",
    prints=(MemberAdded,),
)
def add(
    ctx: typer.Context,
    names: Annotated[list[str], words("NAME")] = [],  # noqa: B006 - Typer copies it
    learner: Annotated[
        bool, typer.Option("--learner", help="It only listens until it is promoted.")
    ] = False,
    peer_urls: PeerUrls = "",
) -> None:
    """Add a member that is still to be started.

    It counts for the quorum at once: of one member it makes a cluster that stands still until the
    second runs. A learner does not count. What is printed is the new member's environment.
    """
    _check_name(names)
    _check_urls(peer_urls)
    session: Session = ctx.obj
    deadline = session.deadline()
    service = session.client.cluster
    response = service.add(checked(peer_urls), deadline, is_learner=learner)
    session.print(MemberAdded(response, names[0], peer_urls))


@command(app, "list", "  pyetcdctl member list -w table", prints=(MemberList,), needs_server=False)
def list_members(
    ctx: typer.Context,
    surplus: Annotated[list[str], words("")] = [],  # noqa: B006 - Typer copies it
    consistency: Annotated[
        str,
        typer.Option(
            "--consistency",
            metavar="l|s",
            help="l: linearizable, as of now; s: serializable, one member's view without quorum.",
        ),
    ] = "l",
) -> None:
    """List the members of the cluster.

    \b
    Columns: id, status, name, peer URLs, client URLs, is learner. A member that was added and
    never ran is unstarted; one that ran and is down now is still called started.
    """
    if consistency not in ("l", "s"):
        # etcdctl shows another command's value here.
        raise BadFeature('unknown consistency flag "l"', f"It was {consistency!r}; use l or s.")
    session: Session = ctx.obj
    if session.file_path:
        from pyetcdctl.storage.members import stored_members

        session.print(MemberList(stored_members(session.stored)))
        return
    deadline = session.deadline()
    response = session.client.cluster.list(deadline, linearizable=consistency == "l")
    session.print(MemberList(response))


@command(app, "promote", "  pyetcdctl member promote 8e9e05c52164694d", prints=(MemberChanged,))
def promote(
    ctx: typer.Context,
    member_ids: MemberId = [],  # noqa: B006 - Typer copies it
) -> None:
    """Let a learner vote.

    etcd refuses while the learner is not in sync with the leader.
    """
    member_id = _member_id(member_ids)
    session: Session = ctx.obj
    response = session.client.cluster.promote(member_id, session.deadline())
    session.print(MemberChanged(response, member_id, "promoted in"))


@command(app, "remove", "  pyetcdctl member remove 8e9e05c52164694d", prints=(MemberChanged,))
def remove(
    ctx: typer.Context,
    member_ids: MemberId = [],  # noqa: B006 - Typer copies it
) -> None:
    """Remove a member for good.

    Its process ends, and its data cannot join again: add it anew with an empty folder.
    """
    member_id = _member_id(member_ids)
    session: Session = ctx.obj
    response = session.client.cluster.remove(member_id, session.deadline())
    session.print(MemberChanged(response, member_id, "removed from"))


@command(
    app,
    "update",
    "  pyetcdctl member update 8e9e05c52164694d --peer-urls http://127.0.0.1:2380",
    prints=(MemberChanged,),
)
def update(
    ctx: typer.Context,
    member_ids: MemberId = [],  # noqa: B006 - Typer copies it
    peer_urls: PeerUrls = "",
) -> None:
    """Give a member other peer URLs.

    Do this before the member is restarted at its new address.
    """
    member_id = _member_id(member_ids)
    _check_urls(peer_urls)
    session: Session = ctx.obj
    deadline = session.deadline()
    service = session.client.cluster
    response = service.update(member_id, checked(peer_urls), deadline)
    session.print(MemberChanged(response, member_id, "updated in"))


def _check_name(names: list[str]) -> None:
    if not names:
        raise BadArguments("member name not provided")
    if len(names) > 1:
        urls = [name for name in names if name.lower().startswith("http")]
        hints = "".join(f", did you mean --peer-urls={url}" for url in urls)
        raise BadArguments(f"too many arguments{hints}")


def _check_urls(peer_urls: str) -> None:
    if not peer_urls:
        raise BadArguments("member peer urls not provided")


def _member_id(member_ids: list[str]) -> int:
    if len(member_ids) != 1:
        raise BadArguments("member ID is not provided")
    try:
        return unsigned_hex(member_ids[0])
    except ValueRefused as error:
        raise BadArguments(f"bad member ID arg ({error}), expecting ID in Hex") from error
