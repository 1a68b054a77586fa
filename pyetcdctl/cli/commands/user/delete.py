"""``user delete``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import auth
from pyetcdctl.cluster_results import AuthChanged

app = new_app()


@command(app, "delete", "  pyetcdctl user delete alice", prints=(AuthChanged,))
def delete(session: Session, users: Annotated[list[str], words("USER")]) -> None:
    """Delete a user."""
    check_count(1, users, "user delete command requires user name as its argument")
    response = auth.delete_user(session.connection, users[0], session.deadline())
    session.print(AuthChanged(response, f"User {users[0]} deleted"))
