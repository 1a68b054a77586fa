"""A terminal screen that a command redraws, and the keys that are typed meanwhile."""

from __future__ import annotations

import os
import select
import signal
import termios
import tty
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any, Self

from pyetcdctl.signals import closed_before_end, handled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.cli.session.streams import Streams

_STDIN = 0
_HOME, _TO_LINE_END, _TO_SCREEN_END, _CLEAR = b"\x1b[H", b"\x1b[K", b"\x1b[J", b"\x1b[2J"
_ESCAPE = b"\x1b"
_MOST_TYPED = 64
REDRAW = "\f"
"""What ``wait`` returns when the screen's size has changed, or the program resumes after Ctrl-Z."""


class LiveScreen:
    """Standard output as a screen of lines; the last ones drawn stay when it is closed."""

    def __init__(self, streams: Streams) -> None:
        self._out = streams.out
        self._reads_keys = streams.input_is_terminal
        self._before: list[Any] = []
        self._opened = ExitStack()
        self._is_clear = False
        self._woken, self._wake = -1, -1

    def __enter__(self) -> Self:
        self._woken, self._wake = os.pipe()
        for descriptor in (self._woken, self._wake):
            os.set_blocking(descriptor, False)
            self._opened.callback(os.close, descriptor)
        if self._reads_keys:
            self._before = termios.tcgetattr(_STDIN)
            self._opened.callback(self._restore)
        self._opened.enter_context(
            handled({signal.SIGWINCH: self._resized, signal.SIGCONT: self._resumed})
        )
        self._opened.enter_context(closed_before_end(self._restore))
        self._take_keys()
        return self

    def __exit__(self, *failure: object) -> None:
        self._opened.close()

    @property
    def size(self) -> tuple[int, int]:
        """The numbers of columns and lines."""
        return self._out.width, self._out.height

    def draw(self, lines: Sequence[bytes]) -> None:
        """Replace the screen's content with lines that are escaped for a terminal already."""
        begin = _HOME if self._is_clear else _CLEAR + _HOME
        self._is_clear = True
        shown = lines[: self._out.height - 1]
        self._out.safe(begin + b"".join(line + _TO_LINE_END + b"\n" for line in shown))
        self._out.safe(_TO_SCREEN_END)
        self._out.flush()

    def wait(self, seconds: float) -> str:
        """Return the characters typed within the time, REDRAW, or an empty string."""
        sources = [self._woken, *([_STDIN] if self._reads_keys else [])]
        ready, _, _ = select.select(sources, [], [], max(seconds, 0.0))
        if self._woken in ready:
            with suppress(BlockingIOError):
                os.read(self._woken, _MOST_TYPED)
            self._is_clear = False
            return REDRAW
        if _STDIN not in ready:
            return ""
        typed = os.read(_STDIN, _MOST_TYPED)
        if not typed:
            self._reads_keys = False
        return "" if typed.startswith(_ESCAPE) else typed.decode("ascii", "replace")

    def _take_keys(self) -> None:
        if self._reads_keys:
            tty.setcbreak(_STDIN, termios.TCSANOW)

    def _restore(self) -> None:
        if self._before:
            with suppress(termios.error):
                termios.tcsetattr(_STDIN, termios.TCSANOW, self._before)

    def _resized(self, number: int, frame: object) -> None:
        with suppress(BlockingIOError):
            os.write(self._wake, b".")

    def _resumed(self, number: int, frame: object) -> None:
        self._take_keys()
        self._resized(number, frame)
