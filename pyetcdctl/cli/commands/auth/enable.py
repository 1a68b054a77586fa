"""``auth enable``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import auth

app = new_app()


@command(app, "enable", "  pyetcdctl auth enable")
def enable(session: Session, surplus: Annotated[list[str], words("")]) -> None:
    """Turn authentication on: from now on every call needs a user.

    A user root must exist; remember its password, because only root can turn authentication off
    again. The role root is created and granted to the user root where that is missing.
    """
    check_count(0, surplus, "auth enable command does not accept any arguments")
    auth.enable(session.connection, session.deadline())
    session.streams.out.text("Authentication Enabled\n")
