"""``help``: show the help of a command."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.errors import FlagError

app = new_app()


@command(app, "help", "  pyetcdctl help get", needs_server=False)
def show_help(
    ctx: typer.Context,
    path: Annotated[list[str], words("[COMMAND...]")] = [],  # noqa: B006 - Typer copies it
) -> None:
    """Show the help of a command."""
    root = ctx.find_root()
    try:
        root.command.main(
            [*path, "--help"], prog_name="pyetcdctl", standalone_mode=False, obj=ctx.obj
        )
    except FlagError as error:
        topics = " ".join(f"`{word}`" for word in path)
        lines = (f"Unknown help topic [{topics}]", *error.advice, *root.get_help().split("\n"))
        for line in lines:
            ctx.obj.streams.err.line(line)
