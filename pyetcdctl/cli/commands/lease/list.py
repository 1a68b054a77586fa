"""``lease list``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.commands.lease.arguments import as_bad_connection
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import lease as leases
from pyetcdctl.rpc.lease import LeasesResponse
from pyetcdctl.storage.leases import stored_leases

app = new_app()


@command(
    app, "list", "  pyetcdctl lease list -w json", prints=(LeasesResponse,), needs_server=False
)
def list_leases(session: Session, surplus: Annotated[list[str], words("")]) -> None:
    """List the IDs of all leases."""
    if session.file_path:
        session.print(stored_leases(session.stored))
        return
    with as_bad_connection():
        found = leases.leases(session.connection, session.deadline())
    session.print(found)
