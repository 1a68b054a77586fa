"""Ends work that waits, also from a signal handler."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from math import inf
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING

from pyetcdctl.client.status import CANCELED_TEXT
from pyetcdctl.errors import CallFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SLICE_SECONDS = 0.2
"""How long a wait lasts at most before signal handlers get their turn: Python does not notice a
signal that arrives after it has looked for one and before the wait has begun."""


class Stop:
    """Rings once. There is no lock in it that a signal's handler could find taken by its thread."""

    def __init__(self) -> None:
        self.has_rung = False
        self.is_urgent = False
        """Whether there is no time left even for tidying up."""
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._action: Callable[[], None] | None = None

    def ring(self) -> None:
        """End all waiting, now and later."""
        self.has_rung = True
        self._wake.put(None)
        action = self._action
        if action is not None:
            action()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the ring; whether it has come."""
        end = inf if timeout is None else monotonic() + timeout
        while not self.has_rung and (left := end - monotonic()) > 0:
            with suppress(Empty):
                self._wake.get(timeout=min(left, SLICE_SECONDS))
                self._wake.put(None)
        return self.has_rung

    @contextmanager
    def calling(self, action: Callable[[], None]) -> Iterator[None]:
        """Have ``action`` called at the ring; it may be called twice."""
        self._action = action
        if self.has_rung:
            action()
        try:
            yield
        finally:
            self._action = None


def canceled() -> CallFailed:
    """Return the error of work that was ended before it was done."""
    return CallFailed(CANCELED_TEXT, code="CANCELLED")
