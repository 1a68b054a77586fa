"""The password of a user that is added or changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.session.terminal import ask_twice, first_word

if TYPE_CHECKING:
    from pyetcdctl.cli.session.session import Session

Interactive = Annotated[
    bool,
    typer.Option(
        "--interactive", help="Prompt for the password; =false reads it from standard input."
    ),
]


def new_password(session: Session, user: str, *, interactive: bool) -> str:
    """Prompt for a password, or read the first word of standard input."""
    return ask_twice(session.streams, user) if interactive else first_word(session.streams)
