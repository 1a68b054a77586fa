"""Ends a test that hangs, and what it waits for again while it is being ended.

One exception is not enough: where a program hangs, ``with Popen(...)`` waits for it on the way out.
A timer of the process would be stopped by commands that have one of their own, so a thread sends
the signal. What holds Python's own lock is shown by pytest's ``faulthandler_timeout``.
"""

from __future__ import annotations

import faulthandler
import signal
import sys
from contextlib import contextmanager
from threading import Event, Thread, get_ident
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

MOST_SECONDS = 300.0
AGAIN_SECONDS = 10.0
SIGNAL = signal.SIGUSR2


@contextmanager
def ended_when_overdue(
    name: str, seconds: float = MOST_SECONDS, again: float = AGAIN_SECONDS
) -> Iterator[None]:
    """Raise pytest's failure in the main thread after so many seconds, and again until the end."""
    ended, main = Event(), get_ident()

    def fail(number: int, frame: FrameType | None) -> NoReturn:
        pytest.fail(f"{name} did not end within {seconds:g} s")

    def watch() -> None:
        patience = seconds
        while not ended.wait(patience):
            print(f"\n{name} did not end within {seconds:g} s:", file=sys.__stderr__, flush=True)
            faulthandler.dump_traceback(file=sys.__stderr__)
            signal.pthread_kill(main, SIGNAL)
            patience = again

    before = signal.signal(SIGNAL, fail)
    watching = Thread(target=watch, name="watching for a test that hangs", daemon=True)
    watching.start()
    try:
        yield
    finally:
        ended.set()
        watching.join(again)
        signal.signal(SIGNAL, before)
