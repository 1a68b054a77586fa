"""``lease timetolive``."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.commands.lease.arguments import SOME_LEASE, LeaseId, as_bad_connection, lease_id
from pyetcdctl.cli.flags.parameters import check_count
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import lease as leases
from pyetcdctl.results import LeaseLife
from pyetcdctl.rpc.lease import LeaseTimeToLiveResponse
from pyetcdctl.storage.leases import stored_time_to_live

_EXAMPLE = f"  pyetcdctl lease timetolive {SOME_LEASE} --keys"

app = new_app()


class TimeToLiveFlags(Flags):
    """The flags of ``lease timetolive``."""

    keys: Annotated[bool, typer.Option("--keys", help="Also list the keys of the lease.")] = False


@command(app, "timetolive", _EXAMPLE, prints=(LeaseLife,), needs_server=False)
def timetolive(session: Session, lease: LeaseId, flags: TimeToLiveFlags) -> None:
    """Show the remaining time to live of a lease.

    A lease that does not exist, or no longer, is not an error: it is reported as expired.
    """
    check_count(1, lease, "lease timetolive command needs lease ID as argument")
    with as_bad_connection():
        life = _life(session, lease[0], with_keys=flags.keys)
    session.print(LeaseLife(life, flags.keys))


def _life(session: Session, lease: str, *, with_keys: bool) -> LeaseTimeToLiveResponse:
    if session.file_path:
        return stored_time_to_live(session.stored, lease_id(lease), with_keys=with_keys)
    connection = session.connection
    return leases.time_to_live(connection, lease_id(lease), session.deadline(), keys=with_keys)
