"""Shared by the commands that call every endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.errors import (
    BadArguments,
    CallFailed,
    ConnectionFailed,
    DeadlineExceeded,
    PyetcdctlError,
    UsageError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.client.each import EndpointOutcome


class ClusterFlag(Flags):
    """The flag of commands that call every endpoint."""

    cluster: Annotated[
        bool, typer.Option("--cluster", help="All members, at the client URLs of the member list.")
    ] = False


def refuse_cluster(flags: ClusterFlag) -> None:
    """Raise UsageError for --cluster with a file."""
    if flags.cluster:
        raise UsageError("--cluster is for servers: a file has one member's data")


def endpoints_to_call(session: Session, of_cluster: bool) -> tuple[str, ...]:
    """Return the endpoints given, or the client URLs of all members."""
    connection = session.connection
    if not of_cluster:
        return connection.endpoints
    try:
        found = session.client.cluster.client_urls(session.deadline())
    except CallFailed as error:
        message = f"failed to fetch endpoints from etcd cluster member list: {error.message}"
        raise error.with_message(message) from error.__cause__
    except (BadArguments, ConnectionFailed) as error:  # etcdctl has one exit code for all of them
        raise PyetcdctlError(error.message, *error.advice) from error
    if found.doubt is not None:
        session.streams.err.line(
            f"Warning: {connection.endpoint} alone was asked for the members, "
            f"for they do not agree: {found.doubt.message}"
        )
    return found.urls


def report_failures(
    session: Session, action: str, outcomes: Sequence[EndpointOutcome[Any]]
) -> None:
    """Report for each endpoint without a response that ``action`` failed, and why."""
    failures = [outcome for outcome in outcomes if outcome.failure is not None]
    for outcome in failures:
        report_failure(session, f"Failed to {action} {outcome.endpoint}", outcome.failure)
    if len(failures) == len(outcomes):
        report_local_advice(session, [outcome.failure for outcome in failures])


def report_failure(session: Session, what: str, failure: PyetcdctlError | None) -> None:
    """Write etcdctl's line, with the error in brackets, and the advice below it."""
    if failure is not None:
        session.streams.err.line(f"{what} ({failure.message})")
        for line in failure.advice:
            session.streams.err.line(f"  {line}")


def report_local_advice(session: Session, failures: Sequence[PyetcdctlError | None]) -> None:
    """Print advice from this node's files where no endpoint responded."""
    if failures and all(isinstance(failure, DeadlineExceeded) for failure in failures):
        for line in session.local_advice():
            session.streams.err.line(f"  {line}")
