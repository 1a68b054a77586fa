"""``role add``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import auth
from pyetcdctl.cluster_results import AuthChanged

app = new_app()


@command(app, "add", "  pyetcdctl role add reader", prints=(AuthChanged,))
def add(session: Session, roles: Annotated[list[str], words("NAME")]) -> None:
    """Add a role without permissions."""
    check_count(1, roles, "role add command requires role name as its argument")
    response = auth.add_role(session.connection, roles[0], session.deadline())
    session.print(AuthChanged(response, f"Role {roles[0]} created"))
