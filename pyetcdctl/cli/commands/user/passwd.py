"""``user passwd``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.commands.user.new_password import Interactive, new_password
from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import auth
from pyetcdctl.cluster_results import AuthChanged

_EXAMPLE = "  echo secret | pyetcdctl user passwd alice --interactive=false"

app = new_app()


class PasswordFlags(Flags):
    """The flags of ``user passwd``."""

    interactive: Interactive = True


@command(app, "passwd", _EXAMPLE, prints=(AuthChanged,))
def passwd(
    session: Session, users: Annotated[list[str], words("USER")], flags: PasswordFlags
) -> None:
    """Change the password of a user.

    Clients that are logged in as this user must log in again.
    """
    check_count(1, users, "user passwd command requires user name as its argument")
    password = new_password(session, users[0], interactive=flags.interactive)
    response = auth.change_password(session.connection, users[0], password, session.deadline())
    session.print(AuthChanged(response, "Password updated"))
