"""``role get``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import auth
from pyetcdctl.cluster_results import RolePermissions
from pyetcdctl.keyspace.ranges import prefix_end
from pyetcdctl.storage.auth import stored_role

app = new_app()


@command(app, "get", "  pyetcdctl role get reader", prints=(RolePermissions,), needs_server=False)
def get(session: Session, roles: Annotated[list[str], words("ROLE")]) -> None:
    """Show what a role may read and write.

    [a, b) are the keys from a up to, but without, b.
    """
    check_count(1, roles, "role get command requires role name as its argument")
    if session.file_path:
        response = stored_role(session.stored, roles[0])
    else:
        response = auth.get_role(session.connection, roles[0], session.deadline())
    session.print(RolePermissions(response, roles[0], prefix_end))
