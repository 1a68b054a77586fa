"""Signals for commands that hold a lease: a signal ends them, and they release it."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from pyetcdctl.concurrency.stopping import Stop, canceled
from pyetcdctl.signals import handled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    Handler = Callable[[int, FrameType | None], None]

ENDING = (signal.SIGINT, signal.SIGTERM)
PATIENCE_SECONDS = 0.5


@contextmanager
def stop_by_signals() -> Iterator[Stop]:
    """Yield a stop that SIGINT and SIGTERM ring.

    The block has half a second from then on: a server that does not respond cannot delay the end.
    """

    stop = Stop()

    def receive(number: int, frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_REAL, PATIENCE_SECONDS)
        stop.ring()

    def give_up(number: int, frame: FrameType | None) -> NoReturn:
        stop.is_urgent = True
        raise canceled()

    handlers: dict[int, Handler] = dict.fromkeys(ENDING, receive)
    with handled(handlers | {signal.SIGALRM: give_up}):
        try:
            yield stop
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


@contextmanager
def left_to_the_child() -> Iterator[None]:
    """Ignore SIGINT and SIGTERM while a child runs; the child does not inherit that."""
    with handled(dict.fromkeys(ENDING, _ignore)):
        yield


def _ignore(number: int, frame: FrameType | None) -> None:
    """Do nothing; the child would inherit an ignored signal."""
