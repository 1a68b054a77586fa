"""``auth disable``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import auth

app = new_app()


@command(app, "disable", "  pyetcdctl auth disable --user root:secret")
def disable(session: Session, surplus: Annotated[list[str], words("")]) -> None:
    """Turn authentication off: every client may do anything.

    Users and roles are kept.
    """
    check_count(0, surplus, "auth disable command does not accept any arguments")
    auth.disable(session.connection, session.deadline())
    session.streams.out.text("Authentication Disabled\n")
