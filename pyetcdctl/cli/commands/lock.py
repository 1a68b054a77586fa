"""``lock``: hold a lock that only one client can have at a time."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.children import Child
from pyetcdctl.cli.flags.parameters import number, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import raw
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.kubernetes import decoding
from pyetcdctl.cli.session.releasing import left_to_the_child, stop_by_signals
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import CommandFailed, PyetcdctlError, Reported, UsageError
from pyetcdctl.results import DecodedResponse, Decoding
from pyetcdctl.rpc.kv import RangeResponse

if TYPE_CHECKING:
    from pyetcdctl.concurrency.locks import Lock
    from pyetcdctl.concurrency.sessions import LeaseSession

_EXAMPLE = """\
  pyetcdctl lock deploy -- sh -c 'echo I hold $ETCD_LOCK_KEY'"""
_LOST = "session expired"

app = new_app()


class LockFlags(Flags):
    """The flags of ``lock``."""

    keep_running_after_loss: Annotated[
        bool,
        typer.Option("--keep-running-after-loss", help="Let COMMAND run on when the lock is lost."),
    ] = False
    ttl: Annotated[
        int, number("--ttl", "Seconds after which the lock of a holder that died is free.")
    ] = 10


@command(app, "lock", _EXAMPLE, prints=(DecodedResponse, RangeResponse))
def lock(
    session: Session,
    arguments: Annotated[list[str], words("NAME [-- COMMAND ...]")],
    flags: LockFlags,
) -> None:
    """Hold a lock that only one client can have at a time.

    With COMMAND it is held while that runs, and its exit code is returned; the command finds
    ETCD_LOCK_KEY and ETCD_LOCK_REV. If the lock is lost meanwhile the command is ended (SIGTERM,
    after 5 s SIGKILL) and the exit code is 1. Without COMMAND the lock's key is printed and the
    lock held until SIGINT or SIGTERM. It works together with etcdctl's locks of the same name.
    """
    if not arguments:
        raise UsageError("lock takes a lock name argument and an optional command to execute")
    name, *program = arguments
    if program:
        session.prints = ()
    elif flags.keep_running_after_loss:
        raise UsageError("--keep-running-after-loss needs a COMMAND")
    shown = decoding(session, decode=False, no_decode=False)
    with stop_by_signals() as stop:
        # gRPC takes its time to load, and the signal may come meanwhile.
        from pyetcdctl.concurrency.locks import Lock
        from pyetcdctl.concurrency.sessions import LeaseSession

        with (
            LeaseSession(session.connection, flags.ttl, stop) as lease,
            Lock(lease, raw(name)) as held,
        ):
            if program:
                _run(session, lease, held, program, flags)
            else:
                show_and_hold(session, lease, held, shown)


def _run(
    session: Session, lease: LeaseSession, held: Lock, program: list[str], flags: LockFlags
) -> None:
    keeps_running = flags.keep_running_after_loss
    variables = {
        "ETCD_LOCK_KEY": os.fsdecode(held.key),
        "ETCD_LOCK_REV": str(held.header.revision),
    }
    err = session.streams.err
    with left_to_the_child():
        lease.check(_LOST)
        # As in etcdctl a variable that was there before wins: in nested locks the outer one's.
        child = Child(program, {**variables, **session.streams.environment}, session.streams)

        def report_loss() -> None:
            if keeps_running:
                err.line(f"Warning: {_LOST}: the lock is lost, and the command runs on")
            else:
                err.line(f"Error: {_LOST}")
                err.line("  The lock is lost: the command is ended (SIGTERM, after 5 s SIGKILL).")
                child.end()

        try:
            with lease.stop.calling(report_loss):
                child.wait()
        except CommandFailed:
            if keeps_running or not lease.is_lost:
                raise
        if lease.is_lost and not keeps_running:
            raise Reported


def show_and_hold(
    session: Session, lease: LeaseSession, held: Lock, shown: Decoding | None = None
) -> None:
    """Print the lock's key and hold the lock until a signal."""
    response = held.read()
    if not response.kvs:
        raise PyetcdctlError("lock lost on init")
    session.print_values(response, shown)
    session.streams.out.flush()
    lease.hold(_LOST)
