"""``version``: what we stand in for, and what we are."""

from __future__ import annotations

import typer

from pyetcdctl import __version__
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session

app = new_app()


@command(app, "version", "  pyetcdctl version")
def version(ctx: typer.Context) -> None:
    """Print the version.

    The first two lines are etcdctl's, of the release whose commands and output these are.
    """
    session: Session = ctx.obj
    session.streams.out.text(
        f"etcdctl version: 3.7.1\nAPI version: 3.7\npyetcdctl version: {__version__}\n"
    )
