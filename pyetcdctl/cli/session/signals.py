"""Signals that end a command which has something to clean up, or to show, first."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import TYPE_CHECKING

from pyetcdctl.ending import ENDING, end_by, let_signals_end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType


class _Signalled(BaseException):
    """A signal came; carries its number past everything that catches errors."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def cleaned_up_when_ended() -> Iterator[None]:
    """Let ``finally`` clauses run when a signal ends the program, which it then does as ever.

    Signals that were ignored, as nohup does, stay ignored.
    """
    before = {each: signal.getsignal(each) for each in ENDING}
    watched = [each for each in ENDING if before[each] != signal.SIG_IGN]

    def unwind(number: int, frame: FrameType | None) -> None:
        for each in watched:
            signal.signal(each, signal.SIG_IGN)
        raise _Signalled(number)

    for each in watched:
        signal.signal(each, unwind)
    try:
        yield
    except _Signalled as signalled:
        end_by(signalled.number)
    finally:
        for each in watched:
            signal.signal(each, before[each])


@contextmanager
def closed_before_end(close: Callable[[], None]) -> Iterator[None]:
    """Call ``close`` when a signal ends the program; a second signal ends it at once."""
    before = {each: signal.getsignal(each) for each in ENDING}
    watched = [each for each in ENDING if before[each] != signal.SIG_IGN]

    def end(number: int, frame: FrameType | None) -> None:
        let_signals_end(watched)
        close()
        end_by(number)

    for each in watched:
        signal.signal(each, end)
    try:
        yield
    finally:
        for each in watched:
            signal.signal(each, before[each])


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGINT raise KeyboardInterrupt instead of ending the program.

    A signal that was ignored, as nohup does, stays ignored.
    """
    before = signal.getsignal(signal.SIGINT)
    if before == signal.SIG_IGN or current_thread() is not main_thread():
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
