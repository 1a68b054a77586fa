"""Parameters that several ``kubernetes`` commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.errors import BadArguments, UnsupportedFormat
from pyetcdctl.output import formats
from pyetcdctl.output.objects import LIST_FORMATS

if TYPE_CHECKING:
    from pyetcdctl.cli.session.session import Session

ManagedFields = Annotated[
    bool, typer.Option("--show-managed-fields", help="Do not hide metadata.managedFields.")
]
StoredAs = Annotated[
    str,
    typer.Option(
        "--as", metavar="protobuf|json|cbor", help="Instead of the form that the kind has."
    ),
]
TableForm = Annotated[
    str,
    typer.Option("--output", "-o", metavar="table|json|jsonl|yaml", help="Format of the list."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def check_no_write_out(session: Session, *, may_watch: bool = False) -> None:
    """Refuse -w on the command line: these commands have formats of their own.

    One that the environment names is for etcdctl's commands.
    """
    form = session.flags.get("write-out", "simple")
    if form != "simple":
        raise UnsupportedFormat(
            f"{form} not supported as output format",
            "The kubernetes commands take -o FORMAT; -w is for etcdctl's commands.",
            *(("Did you mean --watch?",) if may_watch and form not in formats() else ()),
        )


def check_list_form(form: str, *more: str) -> None:
    """Raise BadArguments for an unknown ``-o`` of a list."""
    known = (*LIST_FORMATS, *more)
    if form not in known:
        raise BadArguments(f"-o is one of: {', '.join(known)}")
