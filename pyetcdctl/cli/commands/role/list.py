"""``role list``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import auth
from pyetcdctl.cluster_results import Roles
from pyetcdctl.storage.auth import stored_roles

app = new_app()


@command(app, "list", "  pyetcdctl role list", prints=(Roles,), needs_server=False)
def list_roles(session: Session, surplus: Annotated[list[str], words("")]) -> None:
    """List the names of all roles."""
    check_count(0, surplus, "role list command requires no arguments")
    if session.file_path:
        session.print(Roles(stored_roles(session.stored)))
    else:
        session.print(Roles(auth.list_roles(session.connection, session.deadline())))
