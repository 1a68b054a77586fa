"""The words of lease commands, and how etcdctl reports their failures."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.values import ValueRefused, decimal, hex_id
from pyetcdctl.errors import CallFailed, ConnectionFailed, ResponseMakesNoSense, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

SOME_LEASE = "694d5765fc71500b"
LeaseId = Annotated[list[str], words("LEASE")]


def lease_id(text: str) -> int:
    """Parse a hexadecimal ID. Raises UsageError."""
    try:
        return hex_id(text)
    except ValueRefused as error:
        raise UsageError(f"bad lease ID arg ({error}), expecting ID in Hex") from error


def seconds(text: str) -> int:
    """Parse a time to live. Raises UsageError."""
    try:
        return decimal(text)
    except ValueRefused as error:
        raise UsageError(f"bad TTL ({error})") from error


@contextmanager
def in_brackets(failure: str) -> Iterator[None]:
    """Put the server's error in brackets after the text of the failure."""
    try:
        yield
    except CallFailed as error:
        message = f"{failure} ({error.message})"
        raise CallFailed(message, *error.advice, code=error.code, details=error.details) from error


@contextmanager
def as_bad_connection() -> Iterator[None]:
    """Give the server's errors the exit code that etcdctl gives them in some lease commands."""
    try:
        yield
    except ResponseMakesNoSense:
        raise
    except CallFailed as error:
        raise ConnectionFailed(error.message, *error.advice) from error
