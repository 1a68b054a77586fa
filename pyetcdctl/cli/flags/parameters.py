"""Types of parameters that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.flags.values import int64
from pyetcdctl.errors import UsageError

Prefix = Annotated[bool, typer.Option("--prefix", help="All keys that start with KEY.")]
FromKey = Annotated[bool, typer.Option("--from-key", help="All keys from KEY on, in byte order.")]
Decode = Annotated[
    bool,
    typer.Option("--decode", help="Show Kubernetes' values as YAML, the default on a terminal."),
]
LikeApi = Annotated[
    bool,
    typer.Option("--like-api", help="Objects as `kubectl get -o yaml` shows them, not as stored."),
]
NoDecode = Annotated[
    bool, typer.Option("--no-decode", help="Show the bytes of every value, as etcdctl does.")
]
PreviousValue = Annotated[bool, typer.Option("--prev-kv", help="Also print the previous value.")]

Consistency = Annotated[
    str,
    typer.Option(
        "--consistency",
        metavar="l|s",
        help="Linearizable (l), as of now, or serializable (s), one member's view without quorum.",
    ),
]

EtcdPrefix = Annotated[
    str,
    typer.Option(
        "--etcd-prefix",
        metavar="PREFIX",
        help="The API server's --etcd-prefix (default this node's, or what the keys show).",
    ),
]
Namespace = Annotated[
    str,
    typer.Option(
        "--namespace",
        "-n",
        metavar="NAMESPACE",
        help="In this namespace, else in default.",
        show_default=False,
    ),
]


WHAT_FITS = -1
"""The number of rows that a flag has unless it is given."""


def number(name: str, text: str, *, show_default: bool = True) -> typer.models.OptionInfo:
    """Declare a flag that takes a 64-bit number, with Go's spellings (0x1f, 1_000)."""
    option: typer.models.OptionInfo = typer.Option(
        name, parser=int64, metavar="int", help=text, show_default=show_default
    )
    return option


def check_count(count: int, given: list[str], message: str) -> None:
    """Raise UsageError with the message unless so many words are given."""
    if len(given) != count:
        raise UsageError(message)


def words(metavar: str) -> typer.models.ArgumentInfo:
    """Declare the command's words; the command itself checks how many there are."""
    argument: typer.models.ArgumentInfo = typer.Argument(metavar=metavar, show_default=False)
    return argument
