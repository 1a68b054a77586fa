"""The words and flags of several member commands."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.values import ValueRefused, unsigned_hex
from pyetcdctl.errors import UsageError

MemberId = Annotated[list[str], words("MEMBER_ID")]
PeerUrls = Annotated[
    str,
    typer.Option(
        "--peer-urls", metavar="URL[,URL]", help="The URLs at which other members reach it."
    ),
]


def member_id(given: list[str]) -> int:
    """Parse the one ID that is given, in hexadecimal. Raises UsageError."""
    if len(given) != 1:
        raise UsageError("member ID is not provided")
    try:
        return unsigned_hex(given[0])
    except ValueRefused as error:
        raise UsageError(f"bad member ID arg ({error}), expecting ID in Hex") from error


def check_given(peer_urls: str) -> None:
    """Raise UsageError for missing peer URLs."""
    if not peer_urls:
        raise UsageError("member peer urls not provided")
