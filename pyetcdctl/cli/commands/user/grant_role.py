"""``user grant-role``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import auth
from pyetcdctl.cluster_results import AuthChanged

app = new_app()


@command(app, "grant-role", "  pyetcdctl user grant-role alice reader", prints=(AuthChanged,))
def grant_role(session: Session, names: Annotated[list[str], words("USER ROLE")]) -> None:
    """Grant a role to a user.

    The role root may do everything.
    """
    check_count(2, names, "user grant command requires user name and role name as its argument")
    user, role = names
    response = auth.grant_role(session.connection, user, role, session.deadline())
    session.print(AuthChanged(response, f"Role {role} is granted to user {user}"))
