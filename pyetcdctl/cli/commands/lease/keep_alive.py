"""``lease keep-alive``."""

from __future__ import annotations

from threading import Event
from typing import Annotated

import typer

from pyetcdctl.cli.commands.lease.arguments import SOME_LEASE, LeaseId, as_bad_connection, lease_id
from pyetcdctl.cli.flags.parameters import check_count
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import lease as leases
from pyetcdctl.concurrency.keepalive import renewals
from pyetcdctl.results import LeaseGone
from pyetcdctl.rpc.lease import LeaseKeepAliveResponse

_EXAMPLE = f"  pyetcdctl lease keep-alive --once {SOME_LEASE}"

app = new_app()


class KeepAliveFlags(Flags):
    """The flags of ``lease keep-alive``."""

    once: Annotated[bool, typer.Option("--once", help="Renew it once and exit.")] = False


@command(app, "keep-alive", _EXAMPLE, prints=(LeaseKeepAliveResponse,))
def keep_alive(session: Session, lease: LeaseId, flags: KeepAliveFlags) -> None:
    """Renew a lease until interrupted, each time after a third of its time to live.

    It fails over to another server when one is lost. The lease is not revoked at the end: it
    expires after its time to live.
    """
    check_count(1, lease, "lease keep-alive command needs lease ID as argument")
    number = lease_id(lease[0])
    connection = session.connection
    with as_bad_connection():
        if flags.once:
            session.print(leases.renew_once(connection, number, session.deadline()))
            return
        for renewal in renewals(connection, number, Event()):
            session.print(renewal)
            session.streams.out.flush()
    session.print(LeaseGone(number))
