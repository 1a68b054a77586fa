"""Waiting for what another process does: on a condition that can be seen, never on time."""

from __future__ import annotations

from time import monotonic, sleep
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Seen = TypeVar("Seen")
SECONDS = 60


def until(condition: Callable[[], Seen], what: str = "it", seconds: float = SECONDS) -> Seen:
    """Ask until the condition is true, and return what it gives."""
    ends = monotonic() + seconds
    while not (seen := condition()):
        assert monotonic() < ends, f"{what} did not happen within {seconds} s"
        sleep(0.01)
    return seen
