"""The real command tree as plain values. Imports every command: for the completion scripts."""

from __future__ import annotations

from typing import Any

from pyetcdctl.cli.flags.global_flags import GLOBAL_FLAGS
from pyetcdctl.cli.lazy import click_command
from pyetcdctl.cli.topics import SUMMARIES
from pyetcdctl.cli.word_commands import (
    WordCommand,
    WordGroup,
    first_line,
    flag_letter,
    flag_name,
)
from pyetcdctl.completion.shapes import NOTHING, CommandShape, FlagShape, offer_of

_HELP = FlagShape("help", "h", "Show the help of the command", NOTHING)


def command_tree() -> CommandShape:
    """Return the root; its flags are those that every command takes."""
    from pyetcdctl.cli.app import app

    root = _shape((), click_command(app))
    return root._replace(flags=(*_shared_flags(), _HELP))


def _shape(path: tuple[str, ...], command: Any) -> CommandShape:
    below: dict[str, Any] = {}
    if isinstance(command, WordGroup):
        listed = [name for rows in command.panels().values() for name, _ in rows]
        below = {name: command.load(name) for name in listed}
    is_leaf = isinstance(command, WordCommand)
    return CommandShape(
        path,
        first_line(command.help),
        tuple(_own_flags(command)) if is_leaf else (),
        command.words_metavar if is_leaf else "",
        tuple(_shape((*path, name), each) for name, each in below.items()),
        tuple(SUMMARIES.items()) if path == ("help",) else (),
    )


def _own_flags(command: WordCommand) -> list[FlagShape]:
    return [
        FlagShape(
            flag_name(option),
            flag_letter(option),
            first_line(option.help),
            NOTHING if option.is_flag else offer_of(option.metavar or ""),
        )
        for option in command.own_flags
        if not option.hidden
    ]


def _shared_flags() -> list[FlagShape]:
    return [
        FlagShape(
            flag.name,
            flag.short,
            flag.help,
            NOTHING if flag.kind == "bool" else offer_of(flag.values),
        )
        for flag in GLOBAL_FLAGS
    ]
