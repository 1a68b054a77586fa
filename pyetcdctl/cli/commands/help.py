"""``help``: show the help of a command or a topic."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.topics import topics
from pyetcdctl.errors import FlagError

app = new_app()


@command(app, "help", "  pyetcdctl help get", needs_server=False, file_flags=())
def show_help(
    ctx: typer.Context,
    path: Annotated[list[str], words("[COMMAND... | TOPIC]")] = [],  # noqa: B006 - Typer copies it
) -> None:
    """Show the help of a command or a topic.

    Topics: environment, exit-codes, formats, registry.
    """
    found = topics().get(path[0]) if len(path) == 1 else None
    if found:
        ctx.obj.streams.out.text(found)
        return
    root = ctx.find_root()
    try:
        root.command.main(
            [*path, "--help"], prog_name="pyetcdctl", standalone_mode=False, obj=ctx.obj
        )
    except FlagError as error:
        asked = " ".join(f"`{word}`" for word in path)
        lines = (f"Unknown help topic [{asked}]", *error.advice, *root.get_help().split("\n"))
        for line in lines:
            ctx.obj.streams.err.line(line)
