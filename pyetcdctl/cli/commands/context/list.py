"""``context list``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.commands.context.formats import print_json, wants_json
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.configuration import note_without_context
from pyetcdctl.cli.session.session import Session
from pyetcdctl.contexts.store import Context, Contexts
from pyetcdctl.errors import UsageError
from pyetcdctl.output.columns import aligned

app = new_app()


@command(app, "list", "  pyetcdctl context list", needs_server=False, file_flags=())
def list_contexts(session: Session, surplus: Annotated[list[str], words("")]) -> None:
    """List the contexts; a star marks the current one."""
    if surplus:
        raise UsageError("context list takes no arguments")
    as_json = wants_json(session)
    contexts = Contexts(session.streams.environment)
    current = contexts.current()
    if as_json:
        every = sorted(contexts.all().items())
        found = [_as_json(name, each, is_current=name == current) for name, each in every]
        print_json(session, found)
        return
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


def _as_json(name: str, context: Context, *, is_current: bool) -> dict[str, object]:
    return {
        "name": name,
        "current": is_current,
        "endpoints": list(context.endpoints),
        "via": str(context.settings.get("via", "")),
        "read_only": context.is_read_only,
    }
