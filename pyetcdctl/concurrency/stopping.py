"""Work beside the main thread: raise its failure there, and end waits."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from math import inf
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING

from pyetcdctl.client.status import CANCELED_TEXT
from pyetcdctl.errors import CallFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SLICE_SECONDS = 0.2
"""The longest wait before signal handlers can run: Python does not handle a signal that arrives
after its check for signals and before the wait has started.
"""


class Stop:
    """Rings once. It has no lock, which a signal's handler could find held by its own thread."""

    def __init__(self) -> None:
        self.has_rung = False
        self.is_urgent = False
        """Whether there is no time left even for the clean-up."""
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
        """Wait for the ring; return whether it rang."""
        end = inf if timeout is None else monotonic() + timeout
        while not self.has_rung and (left := end - monotonic()) > 0:
            with suppress(Empty):
                self._wake.get(timeout=min(left, SLICE_SECONDS))
                self._wake.put(None)
        return self.has_rung

    @contextmanager
    def calling(self, action: Callable[[], None]) -> Iterator[None]:
        """Call ``action`` at the ring; it may be called twice."""
        self._action = action
        if self.has_rung:
            action()
        try:
            yield
        finally:
            self._action = None


class WorkThread(Thread):
    """Runs work beside the main thread, which raises its failure."""

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        super().__init__(name=name, daemon=True)
        self._work = work
        self._failure: BaseException | None = None
        self.has_ended = Event()

    def run(self) -> None:
        """Do the work."""
        try:
            self._work()
        except BaseException as failure:  # the main thread raises it
            self._failure = failure
        finally:
            self.has_ended.set()

    def wait(self, seconds: float) -> None:
        """Wait for the end of the work, and raise its failure."""
        self.has_ended.wait(seconds)
        self.raise_failure()

    def raise_failure(self) -> None:
        """Raise the failure of the work, if there is one."""
        if self._failure is not None:
            raise self._failure


def canceled() -> CallFailed:
    """Return the error of work that was stopped before it was done."""
    return CallFailed(CANCELED_TEXT, code="CANCELLED")
