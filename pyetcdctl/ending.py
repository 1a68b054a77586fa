"""Let signals end the program at once.

The kernel drops signals without a handler for process 1 of a container, so that neither Ctrl-C nor
SIGTERM would end it: there the handler of this module does what the default action does elsewhere.
"""

from __future__ import annotations

# Built in, where ``signal`` loads enum and more first, during which Ctrl-C shows a traceback.
from _signal import (  # type: ignore[import-not-found]
    SIG_DFL,
    SIG_IGN,
    SIGHUP,
    SIGINT,
    SIGQUIT,
    SIGTERM,
    getsignal,
    signal,
)
from posix import _exit, getpid, kill
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType

IS_FIRST_PROCESS = getpid() == 1
ENDING = (SIGINT, SIGTERM, SIGHUP, SIGQUIT)


def let_signals_end(numbers: Iterable[int]) -> None:
    """Let each signal end the program at once and silently; ignored signals stay ignored.

    A background job of a script inherits an ignored SIGINT, a program under nohup SIGHUP.
    """
    for number in numbers:
        if getsignal(number) != SIG_IGN:
            signal(number, _exit_by if IS_FIRST_PROCESS else SIG_DFL)


def end_by(number: int) -> NoReturn:
    """End the program as the signal's default action does, so that a shell sees the signal."""
    signal(number, SIG_DFL)
    kill(getpid(), number)
    _exit(128 + number)


def _exit_by(number: int, frame: FrameType | None) -> NoReturn:
    _exit(128 + number)
