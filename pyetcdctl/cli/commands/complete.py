"""``__complete``: the keys that the word under the cursor may become, for the shells' scripts.

A person is in the middle of typing: whatever is wrong, nothing is printed and no message, no
question is asked, and it is over within a second.
"""

from __future__ import annotations

from contextlib import nullcontext, suppress
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pyetcdctl.cli.flags.grammar import parse_line
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.values import raw
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.configuration import configuration, connection_settings, file_path
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.word_commands import WordGroup
from pyetcdctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyetcdctl.keyspace.source import Source
    from pyetcdctl.settings import ConnectionSettings

SECONDS = 0.7

app = new_app()


@command(app, "__complete", "  pyetcdctl __complete -- get /registry/", needs_server=False)
def complete(
    ctx: typer.Context,
    line: Annotated[list[str], words("-- WORD...")] = [],  # noqa: B006 - Typer copies it
) -> None:
    """Print candidates for the completion scripts.

    The words are those of a command line without the program's name; the last is under the cursor.
    """
    session: Session = ctx.obj
    answer: list[str] = []

    def find() -> None:
        with suppress(Exception):
            from pyetcdctl.completion.values import key_candidates

            flags = _global_flags(ctx.find_root().command, line[:-1])
            source, seconds = _source(flags, session.streams.environment)
            may_be_flags = "--" not in line[:-1]
            found = key_candidates(source, raw(line[-1]), seconds)
            answer.extend(key for key in found if not (may_be_flags and key.startswith("-")))

    # A name server or a file system that hangs is beyond any deadline of a call.
    search = Thread(target=find, daemon=True)
    search.start()
    search.join(SECONDS + 0.05)
    session.streams.out.text("".join(f"{candidate}\n" for candidate in answer))


def _source(flags: Mapping[str, Any], environment: Mapping[str, str]) -> tuple[Source, float]:
    """Return the keys that the line is about, and how many seconds a look at them may take."""
    if path := file_path(flags, environment):
        return _file(path, configuration(flags, environment).values), SECONDS
    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.live_source import LiveSource

    settings = _settings(flags, environment)
    return LiveSource(Connection(settings)), settings.command_timeout


def _file(path: str, values: Mapping[str, Any]) -> Source:
    from pyetcdctl.storage.file_source import FileSource
    from pyetcdctl.storage.opening import OpenedFile

    opened = OpenedFile(
        path,
        skip_hash_check=values["skip-hash-check"],
        use_log=not values["no-wal"],
        progress=lambda: nullcontext(lambda size: None),
        note=lambda line: None,
    )
    return FileSource(opened)


def _settings(flags: Mapping[str, Any], environment: Mapping[str, str]) -> ConnectionSettings:
    found = configuration(flags, environment)
    settings = connection_settings(found, environment, _refuse_to_ask)
    seconds = min(settings.command_timeout, SECONDS)
    return settings._replace(command_timeout=seconds, dial_timeout=seconds)


def _global_flags(command: Any, line: Sequence[str]) -> dict[str, Any]:
    """Return the values of the flags on a line, wherever they stand."""
    arguments = list(line)
    while isinstance(command, WordGroup):
        word, *arguments = command.with_name_first(arguments) or [""]
        name = command.find(word)
        if name is None:
            return {}
        command = command.load(name)
    return parse_line(arguments, command.flag_set()).values


def _refuse_to_ask() -> str:
    raise UsageError("completion asks no questions")
