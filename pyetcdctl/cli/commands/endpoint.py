"""``endpoint``: ask each endpoint on its own."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.endpoints import OfCluster, endpoints_to_ask, tell_failures
from pyetcdctl.cli.flags.parameters import number, words
from pyetcdctl.cli.lazy import command, new_group
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client.each import Outcome, ask_each
from pyetcdctl.client.health import Health, health_of
from pyetcdctl.errors import BadArguments, PyetcdctlError, Reported
from pyetcdctl.results import (
    EndpointHash,
    EndpointHealth,
    EndpointStatus,
    HashReport,
    HealthReport,
    StatusReport,
)

Surplus = Annotated[list[str], words("")]

app = new_group(
    "Ask each endpoint for its health, status or hash.",
    "  pyetcdctl endpoint status --cluster -w table",
)


@command(app, "health", "  pyetcdctl endpoint health --cluster", prints=(HealthReport,))
def health(
    ctx: typer.Context,
    surplus: Surplus = [],  # noqa: B006 - Typer copies it
    cluster: OfCluster = False,
) -> None:
    """Check that each endpoint answers a consistent read and that no alarm is on.

    An alarm is the cluster's: it makes every endpoint unhealthy. Exit code 1 if one is.
    """
    session: Session = ctx.obj
    endpoints = endpoints_to_ask(session, cluster)
    outcomes = ask_each(
        session.connection, endpoints, lambda own: health_of(own, session.deadline())
    )
    session.print(HealthReport(tuple(map(_row, outcomes))))
    session.streams.out.flush()
    _tell_unhealthy(session, outcomes)


@command(
    app,
    "status",
    "  pyetcdctl endpoint status -w table",
    prints=(StatusReport,),
    needs_server=False,
)
def status(
    ctx: typer.Context,
    surplus: Surplus = [],  # noqa: B006 - Typer copies it
    cluster: OfCluster = False,
) -> None:
    """Show version, size, leader and raft state of each endpoint.

    \b
    Columns: endpoint, member id, version, storage version, size of the file, in use, not in
    use, quota, is leader, is learner, raft term, index and applied index, errors, downgrade
    target, downgrade enabled. Servers before 3.6 leave some empty.
    """
    from pyetcdctl.client.maintenance import MaintenanceService

    session: Session = ctx.obj
    if session.file_path:
        session.print(_status_of_file(session, cluster))
        return
    endpoints = endpoints_to_ask(session, cluster)
    outcomes = ask_each(
        session.connection,
        endpoints,
        lambda own: MaintenanceService(own).status(session.deadline()),
    )
    tell_failures(session, "get the status of endpoint", outcomes)
    rows = [EndpointStatus(each.endpoint, each.answer) for each in outcomes if each.answer]
    session.print(StatusReport(tuple(rows)))
    if len(rows) < len(outcomes):
        raise Reported


@command(
    app,
    "hashkv",
    "  pyetcdctl endpoint hashkv --cluster --rev 2",
    prints=(HashReport,),
    needs_server=False,
)
def hashkv(
    ctx: typer.Context,
    surplus: Surplus = [],  # noqa: B006 - Typer copies it
    cluster: OfCluster = False,
    rev: Annotated[int, number("--rev", "Hash up to this revision; 0 for the newest.")] = 0,
) -> None:
    """Show the hash over each endpoint's keys and their history.

    Compare members at one --rev: while keys are written, the newest differs from one to the next.
    """
    from pyetcdctl.client.maintenance import MaintenanceService

    session: Session = ctx.obj
    if session.file_path:
        session.print(_hash_of_file(session, cluster, rev))
        return
    endpoints = endpoints_to_ask(session, cluster)
    outcomes = ask_each(
        session.connection,
        endpoints,
        lambda own: MaintenanceService(own).hash_kv(rev, session.deadline()),
    )
    tell_failures(session, "get the hash of endpoint", outcomes)
    rows = [EndpointHash(each.endpoint, each.answer) for each in outcomes if each.answer]
    session.print(HashReport(tuple(rows)))
    failures = [each.failure for each in outcomes if each.failure]
    if failures:
        raise PyetcdctlError(failures[-1].message)


def _status_of_file(session: Session, of_cluster: bool) -> StatusReport:
    from pyetcdctl.storage.figures import stored_figures

    _refuse_cluster(of_cluster)
    figures = stored_figures(session.stored)
    return StatusReport((EndpointStatus(session.file_path, figures),))


def _hash_of_file(session: Session, of_cluster: bool, revision: int) -> HashReport:
    from pyetcdctl.storage.figures import stored_hash

    _refuse_cluster(of_cluster)
    found = stored_hash(session.stored, revision)
    return HashReport((EndpointHash(session.file_path, found),))


def _refuse_cluster(of_cluster: bool) -> None:
    if of_cluster:
        raise BadArguments("--cluster is for servers: a file has one member's data")


def _row(outcome: Outcome[Health]) -> EndpointHealth:
    found = _health(outcome)
    return EndpointHealth(outcome.endpoint, found.nanoseconds, found.error)


def _health(outcome: Outcome[Health]) -> Health:
    if outcome.answer is not None:
        return outcome.answer
    failure = outcome.failure
    return Health(0, failure.message, failure.advice) if failure else Health()


def _tell_unhealthy(session: Session, outcomes: list[Outcome[Health]]) -> None:
    unhealthy = [each for each in outcomes if _health(each).error]
    if not unhealthy:
        return
    if session.output.format == "simple":
        for each in unhealthy:
            text = f"is unhealthy: failed to commit proposal: {_health(each).error}"
            session.streams.err.line(f"{each.endpoint} {text}")
    advice = dict.fromkeys(line for each in unhealthy for line in _health(each).advice)
    raise PyetcdctlError("unhealthy cluster", *advice)
