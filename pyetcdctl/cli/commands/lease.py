"""``lease``: what keys can be bound to, so that they go when nobody renews it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.values import ValueRefused, decimal, hex_id
from pyetcdctl.cli.lazy import command, new_group
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import lease as leases
from pyetcdctl.concurrency.keepalive import renewals
from pyetcdctl.errors import BadArguments, CallFailed, ConnectionFailed
from pyetcdctl.results import LeaseGone, LeaseLife, LeaseRevoked
from pyetcdctl.rpc.lease import (
    LeaseGrantResponse,
    LeaseKeepAliveResponse,
    LeasesResponse,
    LeaseTimeToLiveResponse,
)
from pyetcdctl.storage.leases import stored_leases, stored_time_to_live

_HELP = """\
Grant, renew and end leases.

Keys that are put with a lease go when it ends: by `lease revoke`, or by itself if nobody renews it
in time (see `lease keep-alive`). Ids are hexadecimal, as `lease grant` prints them.
"""
_EXAMPLE = """\
  pyetcdctl lease grant 600
  pyetcdctl lease list"""
_SOME_LEASE = "694d5765fc71500b"

app = new_group(_HELP, _EXAMPLE)


@command(app, "grant", "  pyetcdctl lease grant 600", prints=(LeaseGrantResponse,))
def grant(
    ctx: typer.Context,
    ttl: Annotated[list[str], words("SECONDS")] = [],  # noqa: B006 - Typer copies it
) -> None:
    """Make a lease that lives so many seconds.

    The server raises a time that is shorter than its election timeout allows; what it grants is
    printed.
    """
    if len(ttl) != 1:
        raise BadArguments("lease grant command needs TTL argument")
    seconds = _seconds(ttl[0])
    session: Session = ctx.obj
    with _said_as("failed to grant lease"):
        answer = leases.grant(session.connection, seconds, session.deadline())
    session.print(answer)


@command(app, "revoke", f"  pyetcdctl lease revoke {_SOME_LEASE}", prints=(LeaseRevoked,))
def revoke(
    ctx: typer.Context,
    lease: Annotated[list[str], words("LEASE")] = [],  # noqa: B006 - Typer copies it
) -> None:
    """End a lease; all keys that were put with it are deleted."""
    if len(lease) != 1:
        raise BadArguments("lease revoke command needs 1 argument")
    lease_id = _lease_id(lease[0])
    session: Session = ctx.obj
    with _said_as("failed to revoke lease"):
        answer = leases.revoke(session.connection, lease_id, session.deadline())
    session.print(LeaseRevoked(lease_id, answer))


@command(
    app,
    "timetolive",
    f"  pyetcdctl lease timetolive {_SOME_LEASE} --keys",
    prints=(LeaseLife,),
    needs_server=False,
)
def timetolive(
    ctx: typer.Context,
    lease: Annotated[list[str], words("LEASE")] = [],  # noqa: B006 - Typer copies it
    keys: Annotated[bool, typer.Option("--keys", help="Also list the lease's keys.")] = False,
) -> None:
    """Show how long a lease will live.

    A lease that is not there, or no more, is no error: it is said to have expired.
    """
    if len(lease) != 1:
        raise BadArguments("lease timetolive command needs lease ID as argument")
    session: Session = ctx.obj
    with _bad_connection():
        answer = _time_to_live(session, lease[0], keys)
    session.print(LeaseLife(answer, keys))


@command(
    app, "list", "  pyetcdctl lease list -w json", prints=(LeasesResponse,), needs_server=False
)
def list_leases(
    ctx: typer.Context,
    _surplus: Annotated[list[str], words("")] = [],  # noqa: B006 - Typer copies it
) -> None:
    """List the ids of all leases."""
    session: Session = ctx.obj
    if session.file_path:
        session.print(stored_leases(session.stored))
        return
    with _bad_connection():
        answer = leases.leases(session.connection, session.deadline())
    session.print(answer)


@command(
    app,
    "keep-alive",
    f"  pyetcdctl lease keep-alive --once {_SOME_LEASE}",
    prints=(LeaseKeepAliveResponse,),
)
def keep_alive(
    ctx: typer.Context,
    lease: Annotated[list[str], words("LEASE")] = [],  # noqa: B006 - Typer copies it
    once: Annotated[bool, typer.Option("--once", help="Renew it once and end.")] = False,
) -> None:
    """Renew a lease until it is interrupted, each time when a third of its time is over.

    It goes on with another server when one is lost. The lease is not revoked at the end: it lives
    on for its time.
    """
    if len(lease) != 1:
        raise BadArguments("lease keep-alive command needs lease ID as argument")
    lease_id = _lease_id(lease[0])
    session: Session = ctx.obj
    connection = session.connection
    with _bad_connection():
        if once:
            session.print(leases.renew_once(connection, lease_id, session.deadline()))
            return
        for answer in renewals(connection, lease_id, Event()):
            session.print(answer)
            session.streams.out.flush()
    session.print(LeaseGone(lease_id))


def _time_to_live(session: Session, lease: str, keys: bool) -> LeaseTimeToLiveResponse:
    if session.file_path:
        return stored_time_to_live(session.stored, _lease_id(lease), with_keys=keys)
    connection = session.connection
    return leases.time_to_live(connection, _lease_id(lease), session.deadline(), keys=keys)


def _seconds(text: str) -> int:
    try:
        return decimal(text)
    except ValueRefused as error:
        raise BadArguments(f"bad TTL ({error})") from error


def _lease_id(text: str) -> int:
    try:
        return hex_id(text)
    except ValueRefused as error:
        raise BadArguments(f"bad lease ID arg ({error}), expecting ID in Hex") from error


@contextmanager
def _said_as(failure: str) -> Iterator[None]:
    """Let the server's error follow, in brackets, what failed."""
    try:
        yield
    except CallFailed as error:
        message = f"{failure} ({error.message})"
        raise CallFailed(message, *error.advice, code=error.code, details=error.details) from error


@contextmanager
def _bad_connection() -> Iterator[None]:
    """Give the server's errors the exit code that etcdctl gives to these commands' errors."""
    try:
        yield
    except CallFailed as error:
        raise ConnectionFailed(error.message, *error.advice) from error
