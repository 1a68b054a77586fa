"""``context show``."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.commands.context.formats import print_json, wants_json
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.contexts.store import FIELDS, Contexts
from pyetcdctl.errors import BadArguments, UsageError
from pyetcdctl.output.columns import aligned
from pyetcdctl.settings import DEFAULT_ENDPOINT

app = new_app()


class ShowFlags(Flags):
    """The flags of ``context show``."""

    origin: Annotated[
        bool, typer.Option("--origin", help="What a command would use, and where it comes from.")
    ] = False


@command(
    app,
    "show",
    "  pyetcdctl context show prod\n  pyetcdctl context show --origin",
    needs_server=False,
    file_flags=(),
)
def show(
    session: Session, names: Annotated[list[str], words("[CONTEXT]")], flags: ShowFlags
) -> None:
    """Show the settings of a context: of the current one without CONTEXT.

    With --origin, what a command on this line would use: a flag wins over its variable, that over
    the context, that over what is found on this node.
    """
    if len(names) > 1 or (names and flags.origin):
        raise UsageError("context show takes at most one CONTEXT, and none with --origin")
    as_json = wants_json(session)
    rows = _origins(session) if flags.origin else _settings(session, names)
    if as_json:
        print_json(session, _as_json(rows))
    elif rows:
        session.streams.out.write(aligned(rows))


def _as_json(rows: list[tuple[str, ...]]) -> dict[str, object]:
    """Return the values by name; with --origin each with where it comes from."""
    return {
        name: {"value": rest[0], "origin": rest[1]} if len(rest) > 1 else rest[0]
        for name, *rest in rows
    }


def _settings(session: Session, names: list[str]) -> list[tuple[str, ...]]:
    contexts = Contexts(session.streams.environment)
    name = names[0] if names else contexts.current()
    if not name:
        raise BadArguments("there is no current context", "Try:  pyetcdctl context list")
    settings = contexts.get(name).settings
    rows = [(field, _shown(settings[field])) for field in FIELDS if field in settings]
    return [("context", name), *rows]


def _origins(session: Session) -> list[tuple[str, ...]]:
    found, used = session.configuration, session.located
    rows: list[tuple[str, ...]] = []
    values = {
        "endpoints": used.endpoints,
        "cacert": used.tls.ca,
        "cert": used.tls.certificate,
        "key": used.tls.key,
        "user": found.values["user"].partition(":")[0],
        "via": found.values["via"],
    }
    for name, value in values.items():
        if value:
            rows.append((name, _shown(value), found.origins.get(name) or _unnamed(used, value)))
    if found.read_only_context:
        rows.append(("read-only", "true", f"context {found.read_only_context}"))
    return rows


def _unnamed(used: object, value: object) -> str:
    """Return the origin of a value that neither flag, variable nor context has set."""
    found_in = getattr(used, "found_in", "")
    is_default = value == (DEFAULT_ENDPOINT,)
    return "default" if is_default and not found_in else f"this node: {found_in or 'its files'}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
