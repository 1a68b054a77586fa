"""``elect``: campaign in an election, or observe who leads."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import Decode, NoDecode, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import raw
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.kubernetes import decoding
from pyetcdctl.cli.session.releasing import stop_by_signals
from pyetcdctl.cli.session.session import Session
from pyetcdctl.concurrency.stopping import Stop
from pyetcdctl.errors import UsageError
from pyetcdctl.results import DecodedResponse, Decoding
from pyetcdctl.rpc.kv import RangeResponse

_EXAMPLE = """\
  pyetcdctl elect database-primary node-7
  pyetcdctl elect --listen database-primary"""

app = new_app()


class ElectFlags(Flags):
    """The flags of ``elect``."""

    decode: Decode = False
    listen: Annotated[
        bool, typer.Option("--listen", "-l", help="Print each leader; do not campaign.")
    ] = False
    no_decode: NoDecode = False


@command(app, "elect", _EXAMPLE, prints=(DecodedResponse, RangeResponse))
def elect(
    session: Session,
    arguments: Annotated[list[str], words("ELECTION [PROPOSAL]")],
    flags: ElectFlags,
) -> None:
    """Campaign in an election, or observe who leads.

    Other clients see the PROPOSAL of the leader. The command waits until it is elected, prints its
    key and proposal, and leads until SIGINT or SIGTERM. etcdctl's candidates take part in the same
    elections.
    """
    if len(arguments) not in (1, 2):
        raise UsageError("elect takes one election name argument and an optional proposal argument")
    shown = decoding(session, decode=flags.decode, no_decode=flags.no_decode)
    listen = flags.listen
    session.check_format()  # a wrong format is reported before other errors
    if len(arguments) == 1 and not listen:
        raise UsageError("no proposal argument but -l not set")
    if len(arguments) == 2 and listen:
        raise UsageError("proposal given but -l is set")
    with stop_by_signals() as stop:
        if listen:
            _listen(session, raw(arguments[0]), stop, shown)
        else:
            _lead(session, raw(arguments[0]), raw(arguments[1]), stop, shown)


def _lead(
    session: Session, election: bytes, proposal: bytes, stop: Stop, shown: Decoding | None
) -> None:
    # gRPC takes its time to load, and the signal may come meanwhile.
    from pyetcdctl.concurrency.elections import LOST, Leadership
    from pyetcdctl.concurrency.sessions import DEFAULT_TTL, LeaseSession

    with (
        LeaseSession(session.connection, DEFAULT_TTL, stop) as lease,
        Leadership(lease, election, proposal) as leadership,
    ):
        session.print_values(leadership.read(), shown)
        session.streams.out.flush()
        lease.hold(LOST)


def _listen(session: Session, election: bytes, stop: Stop, shown: Decoding | None) -> None:
    from pyetcdctl.concurrency.elections import leaders

    for leader in leaders(session.connection, election, stop):
        session.print_values(leader, shown)
        session.streams.out.flush()
