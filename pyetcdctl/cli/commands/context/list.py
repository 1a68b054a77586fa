"""``context list``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.configuration import note_without_context
from pyetcdctl.cli.session.session import Session
from pyetcdctl.contexts.store import Contexts
from pyetcdctl.errors import UsageError
from pyetcdctl.output.columns import aligned

app = new_app()


@command(app, "list", "  pyetcdctl context list", needs_server=False, file_flags=())
def list_contexts(session: Session, surplus: Annotated[list[str], words("")]) -> None:
    """List the contexts; a star marks the current one."""
    if surplus:
        raise UsageError("context list takes no arguments")
    contexts = Contexts(session.streams.environment)
    current = contexts.current()
    rows = [
        (
            "*" if name == current else "",
            name,
            ",".join(each.endpoints) or str(each.settings.get("via", "")),
            "read-only" if each.is_read_only else "",
        )
        for name, each in sorted(contexts.all().items())
    ]
    if rows:
        session.streams.out.write(aligned([("", "NAME", "ENDPOINTS", "MODE"), *rows]))
    else:
        session.note("# there is no context yet: pyetcdctl context add NAME --endpoints URL")
    if current and (note := note_without_context(session.streams.environment)):
        session.streams.err.line(note)
