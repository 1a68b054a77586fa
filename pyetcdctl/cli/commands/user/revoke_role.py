"""``user revoke-role``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import auth
from pyetcdctl.cluster_results import AuthChanged

app = new_app()


@command(app, "revoke-role", "  pyetcdctl user revoke-role alice reader", prints=(AuthChanged,))
def revoke_role(session: Session, names: Annotated[list[str], words("USER ROLE")]) -> None:
    """Revoke a role from a user."""
    check_count(2, names, "user revoke-role requires user name and role name as its argument")
    user, role = names
    response = auth.revoke_role(session.connection, user, role, session.deadline())
    session.print(AuthChanged(response, f"Role {role} is revoked from user {user}"))
