"""``defrag``: give the free space in the members' files back."""

from __future__ import annotations

from time import monotonic_ns
from typing import Annotated

import typer

from pyetcdctl.cli.endpoints import OfCluster, endpoints_to_ask, tell_failure
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client.each import ask_one
from pyetcdctl.errors import Reported
from pyetcdctl.output.units import go_duration

_EXAMPLE = "  pyetcdctl defrag --cluster --command-timeout 5m"

app = new_app()


@command(app, "defrag", _EXAMPLE)
def defrag(
    ctx: typer.Context,
    surplus: Annotated[list[str], words("")] = [],  # noqa: B006 - Typer copies it
    cluster: OfCluster = False,
) -> None:
    """Give the free space in the members' files back.

    A member serves nobody while it defragments, seconds for each gigabyte: the endpoints take
    turns, each within --command-timeout. Compaction makes the free space; defrag only returns it.
    """
    session: Session = ctx.obj
    # One after the other, so that a cluster never has more than one member busy.
    endpoints = endpoints_to_ask(session, cluster)
    finished = [_defragment(session, endpoint) for endpoint in endpoints]
    if not all(finished):
        raise Reported


def _defragment(session: Session, endpoint: str) -> bool:
    from pyetcdctl.client.maintenance import MaintenanceService

    began = monotonic_ns()
    outcome = ask_one(
        session.connection,
        endpoint,
        lambda own: MaintenanceService(own).defragment(session.deadline()),
    )
    took = go_duration(monotonic_ns() - began)
    if outcome.failure is not None:
        what = f"Failed to defragment etcd member[{endpoint}]. took {took}."
        tell_failure(session, what, outcome.failure)
        return False
    session.streams.out.text(f"Finished defragmenting etcd member[{endpoint}]. took {took}\n")
    session.streams.out.flush()
    return True
