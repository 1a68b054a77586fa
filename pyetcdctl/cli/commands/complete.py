"""``__complete``: completions of the word under the cursor, for the shells' scripts.

The user is typing: after any failure nothing is printed, there are no messages and no prompts, and
the command ends within a second; PYETCDCTL_COMPLETION_TIMEOUT allows more.
"""

from __future__ import annotations

import os
from contextlib import closing, suppress
from functools import cached_property
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from pyetcdctl.cli.flags.grammar import parse_line
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.values import ValueRefused, duration
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.configuration import file_reading
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.session.streams import Buffer
from pyetcdctl.cli.word_commands import WordCommand, WordGroup
from pyetcdctl.completion.shapes import KEYS
from pyetcdctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyetcdctl.cli.candidates import Candidate
    from pyetcdctl.settings import ConnectionSettings
    from pyetcdctl.storage.file_source import FileSource

SECONDS = 0.7
GRACE_SECONDS = 0.25
"""The most time after the end of a search until its result is there."""
MOST_BYTES_WITH_LOG = 32 << 20
"""The largest database whose log is applied: that needs an index of all keys, which takes too
long.
"""
VARIABLE = "PYETCDCTL_COMPLETION_TIMEOUT"

app = new_app()


class LineSession(Session):
    """The session of the line that is being typed: quick, without messages and prompts."""

    @cached_property
    def settings(self) -> ConnectionSettings:
        """The settings to connect with, within the time limit."""
        settings = super().settings
        seconds = min(settings.command_timeout, patience(self.streams.environment))
        return settings._replace(command_timeout=seconds, dial_timeout=seconds)

    def open_file(self, path: str) -> FileSource:
        """Return a file as a source of keys, with its hash unchecked; of a large one without the
        log.
        """
        from pyetcdctl.storage.opening import database_path

        reading = file_reading(self.configuration)._replace(skip_hash_check=True)
        if os.path.getsize(database_path(path)) > MOST_BYTES_WITH_LOG:
            reading = reading._replace(use_log=False)
        return self.process.file(path, reading, self.note)

    def check_format(self) -> None:
        """Accept any format."""

    def ask_password(self, prompt: str = "Password: ") -> str:
        """Raise: completion has no prompts."""
        raise UsageError("completion asks no questions")


class Line(NamedTuple):
    """A command line before the cursor: the values of its flags, and its words."""

    flags: dict[str, Any]
    words: Sequence[str] = ()
    metavar: str = ""


@command(
    app,
    "__complete",
    "  pyetcdctl __complete keys -- get /registry/",
    needs_server=False,
    file_flags=(),
)
def complete(
    ctx: typer.Context,
    line: Annotated[list[str], words("[KIND] -- WORD...")] = [],  # noqa: B006 - Typer copies it
) -> None:
    """Print candidates for the completion scripts.

    KIND is what the word may be, a key unless it is named. The words are those of a command line
    without the program's name; the last is under the cursor. A line of the response is a candidate,
    and a tab and its description where it has one.
    """
    session: Session = ctx.obj
    found: list[Candidate] = []
    size = session.words_before_dashes or 0
    kind, typed = "".join(line[:size]) or KEYS, line[size:]

    ends = monotonic() + patience(session.streams.environment)

    def find() -> None:
        with suppress(Exception):
            found.extend(_found(session, ctx.find_root().command, kind, typed, ends))

    # A name server or a file system that hangs ignores the deadline of a call.
    search = Thread(target=find, daemon=True)
    search.start()
    search.join(patience(session.streams.environment) + GRACE_SECONDS)
    texts = (f"{text}\t{about}" if about else text for text, about in found)
    session.streams.out.text("".join(f"{text}\n" for text in texts))


def patience(environment: Mapping[str, str]) -> float:
    """Return the time limit of a look-up in seconds."""
    try:
        return duration(environment.get(VARIABLE, "0")) or SECONDS
    except ValueRefused:
        return SECONDS


def _found(
    session: Session, root: Any, kind: str, words: Sequence[str], ends: float
) -> Sequence[Candidate]:
    from pyetcdctl.cli.candidates import CursorPlace, candidates

    *before, typed = words
    line = _parsed(root, before)
    with closing(session.process.beside(Buffer(), Buffer(), b"")) as process:
        asking = LineSession(process, line.flags)
        if asking.via:
            return []  # a program in a pod takes longer than a user waits
        takes_keys = "KEY" in line.metavar
        place = CursorPlace(typed, asking, line.words, line.flags, takes_keys, ends)
        found = candidates(kind, place)
    may_be_flags = "--" not in before
    return [each for each in found if not (may_be_flags and each.text.startswith("-"))]


def _parsed(command: Any, line: Sequence[str]) -> Line:
    """Parse the line before the cursor; a flag without its value is left out."""
    arguments = list(line)
    while isinstance(command, WordGroup):
        word, *arguments = command.with_name_first(arguments) or [""]
        name = command.find(word)
        if name is None:
            return Line({})
        command = command.load(name)
    if not isinstance(command, WordCommand):
        return Line({})
    flags = command.flag_set()
    if arguments and _awaits_value(arguments[-1], flags):
        arguments.pop()
    values, words, _ = parse_line(arguments, flags)
    return Line(values, words, command.words_metavar)


def _awaits_value(word: str, flags: Any) -> bool:
    name, letter = word.removeprefix("--"), word.removeprefix("-")
    flag = flags.long(name) if word.startswith("--") else flags.short(letter)
    return word.startswith("-") and flag is not None and not flag.is_boolean
