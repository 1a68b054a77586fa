"""``compaction``: discard old revisions."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import ValueRefused, decimal
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client.kv import compact
from pyetcdctl.errors import PyetcdctlError
from pyetcdctl.rpc.txn import CompactionRequest

app = new_app()


class CompactionFlags(Flags):
    """The flags of ``compaction``."""

    physical: Annotated[
        bool, typer.Option("--physical", help="Wait until the old revisions are removed.")
    ] = False


@command(app, "compaction", "  pyetcdctl compaction 2000")
def compaction(
    session: Session, revisions: Annotated[list[str], words("REVISION")], flags: CompactionFlags
) -> None:
    """Discard key history older than a revision.

    The newest state of every key is kept. The database file does not shrink: see `defrag`.
    """
    check_count(1, revisions, "compaction command needs 1 argument")
    request = CompactionRequest(revision=_revision(revisions[0]), physical=flags.physical)
    compact(session.connection, request, session.deadline())
    session.streams.out.text(f"compacted revision {request.revision}\n")


def _revision(text: str) -> int:
    try:
        return decimal(text)
    except ValueRefused as error:
        raise PyetcdctlError(str(error)) from error
