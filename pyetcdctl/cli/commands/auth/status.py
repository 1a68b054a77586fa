"""``auth status``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import auth
from pyetcdctl.cluster_results import AuthState
from pyetcdctl.errors import InvalidInput, PyetcdctlError
from pyetcdctl.storage.auth import stored_status

app = new_app()


@command(app, "status", "  pyetcdctl auth status", prints=(AuthState,), needs_server=False)
def status(session: Session, surplus: Annotated[list[str], words("")]) -> None:
    """Show whether authentication is on.

    The revision counts changes of users and roles, not of keys. To a cluster of etcd 3.5 with a
    member of 3.4 the call is not made: that member would panic, now and at each start.
    """
    check_count(0, surplus, "auth status command does not accept any arguments")
    if session.file_path:
        session.print(AuthState(stored_status(session.stored)))
    else:
        _check_members(session)
        session.print(AuthState(auth.status(session.connection, session.deadline())))


def _check_members(session: Session) -> None:
    """Raise InvalidInput where the call would reach the log of a member of 3.4."""
    from pyetcdctl.measuring.members import list_members, locate, status_of

    connection, seconds = session.connection, session.settings.command_timeout
    try:
        if not status_of(connection, seconds).version.startswith("3.5."):
            return
        members = list_members(connection, seconds).members
        found = locate(connection, members, seconds) if len(members) > 1 else ()
    except PyetcdctlError:  # the call itself reports what is wrong
        return
    for each in found:
        if each.status and each.status.version.startswith("3.4."):
            raise InvalidInput(
                f"{each.label} is of etcd {each.status.version}, which panics when a member of 3.5 "
                "is asked for this",
                "Try:  after the upgrade of all members",
            )
