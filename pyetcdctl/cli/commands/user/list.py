"""``user list``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import auth
from pyetcdctl.cluster_results import Users
from pyetcdctl.storage.auth import stored_users

app = new_app()


@command(app, "list", "  pyetcdctl user list", prints=(Users,), needs_server=False)
def list_users(session: Session, surplus: Annotated[list[str], words("")]) -> None:
    """List the names of all users."""
    check_count(0, surplus, "user list command requires no arguments")
    if session.file_path:
        session.print(Users(stored_users(session.stored)))
    else:
        session.print(Users(auth.list_users(session.connection, session.deadline())))
