"""``compaction``: forget old revisions."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.values import ValueRefused, decimal
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client.kv import compact
from pyetcdctl.errors import PyetcdctlError, UsageError
from pyetcdctl.rpc.txn import CompactionRequest

_EXAMPLE = "  pyetcdctl compaction 2"

app = new_app()


@command(app, "compaction", _EXAMPLE)
def compaction(
    ctx: typer.Context,
    revisions: Annotated[list[str], words("REVISION")] = [],  # noqa: B006 - Typer copies it
    physical: Annotated[
        bool, typer.Option("--physical", help="Wait until the old revisions are really removed.")
    ] = False,
) -> None:
    """Discard key history older than a revision.

    The newest state of every key stays. The file does not shrink by this: see `defrag`.
    """
    session: Session = ctx.obj
    if len(revisions) != 1:
        raise UsageError("compaction command needs 1 argument")
    request = CompactionRequest(revision=_revision(revisions[0]), physical=physical)
    compact(session.connection, request, session.deadline())
    session.streams.out.text(f"compacted revision {request.revision}\n")


def _revision(text: str) -> int:
    try:
        return decimal(text)
    except ValueRefused as error:
        raise PyetcdctlError(str(error)) from error
