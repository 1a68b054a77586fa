"""Parameters that several ``kubernetes`` commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.errors import UnsupportedFormat
from pyetcdctl.output import formats

if TYPE_CHECKING:
    from pyetcdctl.cli.session.session import Session

EtcdPrefix = Annotated[
    str,
    typer.Option(
        "--etcd-prefix",
        metavar="PREFIX",
        help="The API server's --etcd-prefix (default this node's, or what the keys tell).",
    ),
]
Namespace = Annotated[
    str,
    typer.Option(
        "--namespace", "-n", metavar="NAMESPACE", help="In this namespace, else in default."
    ),
]


def session_of(ctx: typer.Context) -> Session:
    """Return the session of a command that has formats of its own."""
    session: Session = ctx.obj
    # One that the environment names is for etcdctl's commands.
    form = session.flags.get("write-out", "simple")
    if form != "simple":
        may_watch = "watch" in ctx.params and form not in formats()
        raise UnsupportedFormat(
            f"{form} not supported as output format",
            "The kubernetes commands take -o FORMAT; -w is for etcdctl's commands.",
            *(("Did you mean --watch?",) if may_watch else ()),
        )
    return session
