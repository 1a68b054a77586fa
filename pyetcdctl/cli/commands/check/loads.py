"""The sizes of the loads, and the flags of both checks."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import typer

from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.errors import BadFeature

_ALIASES = {"small": "s", "medium": "m", "large": "l", "xLarge": "xl"}


class LoadSize(NamedTuple):
    """How many writes at once and a second, and how many in all."""

    clients: int
    per_second: int
    pairs: int


_SIZES = {
    "s": LoadSize(50, 150, 10_000),
    "m": LoadSize(200, 1_000, 100_000),
    "l": LoadSize(500, 8_000, 1_000_000),
    "xl": LoadSize(1_000, 15_000, 3_000_000),
}


class LoadFlags(Flags):
    """The flags of ``check perf`` and ``check datascale``, besides --prefix."""

    auto_compact: Annotated[
        bool, typer.Option("--auto-compact", help="Compact to the last revision afterwards.")
    ] = False
    auto_defrag: Annotated[
        bool, typer.Option("--auto-defrag", help="Defragment every endpoint afterwards.")
    ] = False
    load: Annotated[
        str,
        typer.Option(
            "--load", metavar="s|m|l|xl", help="The size: small, medium, large or xLarge."
        ),
    ] = "s"


def prefix_option() -> typer.models.OptionInfo:
    """Declare --prefix, whose default is another one for each check."""
    option: typer.models.OptionInfo = typer.Option(
        "--prefix", metavar="string", help="Prefix of the keys."
    )
    return option


def load_size(name: str) -> LoadSize:
    """Return the size of that name. Raises BadFeature."""
    size = _SIZES.get(_ALIASES.get(name, name))
    if size is None:
        raise BadFeature(f"unknown load option {name}")
    return size
