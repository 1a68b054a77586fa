"""``auth status``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import auth
from pyetcdctl.cluster_results import AuthState
from pyetcdctl.storage.auth import stored_status

app = new_app()


@command(app, "status", "  pyetcdctl auth status", prints=(AuthState,), needs_server=False)
def status(session: Session, surplus: Annotated[list[str], words("")]) -> None:
    """Show whether authentication is on.

    The revision counts changes of users and roles, not of keys.
    """
    check_count(0, surplus, "auth status command does not accept any arguments")
    if session.file_path:
        session.print(AuthState(stored_status(session.stored)))
    else:
        session.print(AuthState(auth.status(session.connection, session.deadline())))
