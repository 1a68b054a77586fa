"""``lease grant``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.commands.lease.arguments import in_brackets, seconds
from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import lease as leases
from pyetcdctl.rpc.lease import LeaseGrantResponse

app = new_app()


@command(app, "grant", "  pyetcdctl lease grant 600", prints=(LeaseGrantResponse,))
def grant(session: Session, ttl: Annotated[list[str], words("SECONDS")]) -> None:
    """Grant a lease with a time to live of SECONDS.

    The server raises a time that is shorter than its election timeout allows; the time granted is
    printed.
    """
    check_count(1, ttl, "lease grant command needs TTL argument")
    wanted = seconds(ttl[0])
    with in_brackets("failed to grant lease"):
        granted = leases.grant(session.connection, wanted, session.deadline())
    session.print(granted)
