"""``context use``."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.configuration import note_without_context
from pyetcdctl.cli.session.session import Session
from pyetcdctl.contexts.store import Contexts
from pyetcdctl.errors import UsageError

app = new_app()


class UseFlags(Flags):
    """The flags of ``context use``."""

    none: Annotated[bool, typer.Option("--none", help="Use no context any more.")] = False


@command(
    app,
    "use",
    "  pyetcdctl context use prod\n  pyetcdctl context use --none",
    needs_server=False,
    file_flags=(),
)
def use(session: Session, names: Annotated[list[str], words("CONTEXT")], flags: UseFlags) -> None:
    """Make a context the current one.

    It holds for every command that names neither endpoints nor certificates, by flag or by
    environment; --context chooses another for one command.
    """
    if len(names) != (0 if flags.none else 1):
        raise UsageError("context use takes one CONTEXT, or --none")
    Contexts(session.streams.environment).use(names[0] if names else "")
    if names and (note := note_without_context(session.streams.environment)):
        session.streams.err.line(note)
