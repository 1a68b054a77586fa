"""``lease revoke``."""

from __future__ import annotations

from pyetcdctl.cli.commands.lease.arguments import SOME_LEASE, LeaseId, in_brackets, lease_id
from pyetcdctl.cli.flags.parameters import check_count
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import lease as leases
from pyetcdctl.results import LeaseRevoked

app = new_app()


@command(app, "revoke", f"  pyetcdctl lease revoke {SOME_LEASE}", prints=(LeaseRevoked,))
def revoke(session: Session, lease: LeaseId) -> None:
    """Revoke a lease and delete all keys that were put with it."""
    check_count(1, lease, "lease revoke command needs 1 argument")
    number = lease_id(lease[0])
    with in_brackets("failed to revoke lease"):
        response = leases.revoke(session.connection, number, session.deadline())
    session.print(LeaseRevoked(number, response))
