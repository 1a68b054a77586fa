"""``help``: show the help of a command."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.options import words

app = new_app()


@command(app, "help", "  pyetcdctl help get")
def show_help(
    ctx: typer.Context,
    path: Annotated[list[str], words("[COMMAND...]")] = [],  # noqa: B006 - Typer copies it
) -> None:
    """Show the help of a command."""
    root = ctx.find_root().command
    root.main([*path, "--help"], prog_name="pyetcdctl", standalone_mode=False, obj=ctx.obj)
