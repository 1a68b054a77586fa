"""Signal handlers for a part of the program: to clean up, or to print, before a signal ends it."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import TYPE_CHECKING

from pyetcdctl.ending import ENDING, end_by, let_signals_end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import FrameType

    Handler = Callable[[int, FrameType | None], object]


class _Signalled(BaseException):
    """Carries the number of a signal past every handler of errors."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def handled(handlers: Mapping[int, Handler]) -> Iterator[None]:
    """Install signal handlers for the block, and the earlier ones again after it.

    Ignored signals stay ignored, as under nohup or in a background job. Unlike SIG_IGN, a handler
    is not inherited by child processes.
    """
    not_ignored = [each for each in handlers if signal.getsignal(each) != signal.SIG_IGN]
    before = {number: signal.signal(number, handlers[number]) for number in not_ignored}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def cleaned_up_when_ended() -> Iterator[None]:
    """Run ``finally`` clauses before a signal ends the program."""

    def unwind(number: int, frame: FrameType | None) -> None:
        for each in ENDING:
            signal.signal(each, signal.SIG_IGN)
        raise _Signalled(number)

    with handled(dict.fromkeys(ENDING, unwind)):
        try:
            yield
        except _Signalled as signalled:
            end_by(signalled.number)


@contextmanager
def closed_before_end(close: Callable[[], None]) -> Iterator[None]:
    """Call ``close`` when a signal ends the program; a second signal ends it at once."""

    def end(number: int, frame: FrameType | None) -> None:
        let_signals_end(ENDING)
        close()
        end_by(number)

    with handled(dict.fromkeys(ENDING, end)):
        yield


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGINT raise KeyboardInterrupt in the main thread instead of ending the program."""
    if current_thread() is not main_thread():
        yield
        return
    with handled({signal.SIGINT: signal.default_int_handler}):
        yield
