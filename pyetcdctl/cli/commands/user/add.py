"""``user add``."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.commands.user.new_password import Interactive, new_password
from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import auth
from pyetcdctl.cluster_results import AuthChanged
from pyetcdctl.errors import UsageError

_EXAMPLE = "  echo secret | pyetcdctl user add alice --interactive=false"

app = new_app()


class UserAddFlags(Flags):
    """The flags of ``user add``."""

    interactive: Interactive = True
    new_user_password: Annotated[
        str, typer.Option("--new-user-password", metavar="PASSWORD", help="The password.")
    ] = ""
    no_password: Annotated[
        bool,
        typer.Option("--no-password", help="Log in by the client certificate's name alone."),
    ] = False


@command(app, "add", _EXAMPLE, prints=(AuthChanged,))
def add(
    session: Session, users: Annotated[list[str], words("USER[:PASSWORD]")], flags: UserAddFlags
) -> None:
    """Add a user.

    Every user of this machine can read a password on the command line: enter it at the prompt, or
    give it as the first word of standard input.
    """
    check_count(1, users, "user add command requires user name as its argument")
    name, password = users[0], None
    if not flags.no_password:
        name, password = _new_user(session, users[0], flags)
    response = auth.add_user(session.connection, name, password, session.deadline())
    session.print(AuthChanged(response, f"User {name} created"))


def _new_user(session: Session, word: str, flags: UserAddFlags) -> tuple[str, str]:
    """Return name and password: of the flag, the word, or the prompt."""
    if flags.new_user_password:
        return word, flags.new_user_password
    name, colon, password = word.partition(":")
    if not colon:
        return word, new_password(session, word, interactive=flags.interactive)
    if not name:
        raise UsageError("empty user name is not allowed")
    return name, password
