"""Standard input, output and error as the program sees them: bytes out, text for people aside."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from pyetcdctl.errors import OutputClosed
from pyetcdctl.output.quoting import terminal_safe

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHUNK = 1 << 16


class Output:
    """Standard output: data only, as bytes, in chunks of 64 KiB or as ``flush`` demands."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._parts: list[bytes] = []
        self._size = 0

    @property
    def is_terminal(self) -> bool:
        """Whether a person looks at it."""
        return is_terminal(self._descriptor)

    @property
    def width(self) -> int:
        """The terminal's columns; 80 where there is none or it does not say."""
        return _width(self._descriptor)

    def write(self, data: bytes) -> None:
        """Take data. Raises OSError when it cannot be delivered (closed pipe, full disk)."""
        self._parts.append(data)
        self._size += len(data)
        if self._size >= _CHUNK:
            self.flush()

    def text(self, text: str) -> None:
        """Take text that is ours, or safe already."""
        self.write(text.encode("utf-8", "surrogateescape"))

    def flush(self) -> None:
        """Deliver everything taken so far."""
        data = memoryview(b"".join(self._parts))
        self._parts, self._size = [], 0
        while data:
            try:
                data = data[os.write(self._descriptor, data) :]
            except BrokenPipeError as error:
                raise OutputClosed from error


class Messages:
    """Standard error: what people read, one line at a time, safe on a terminal."""

    def __init__(self, descriptor: int, *, takes_escapes: bool) -> None:
        self._descriptor = descriptor
        self._takes_escapes = takes_escapes

    @property
    def is_terminal(self) -> bool:
        """Whether a person looks at it; progress is shown only then."""
        return is_terminal(self._descriptor)

    def line(self, text: str) -> None:
        """Write one line; a standard error that is gone is nobody's failure."""
        data = text.encode("utf-8", "surrogateescape")
        if self.is_terminal:
            data = terminal_safe(data)
        try:
            os.write(self._descriptor, data + b"\n")
        except OSError:
            return

    def safe(self, data: bytes) -> None:
        """Write what is safe for a terminal already."""
        with suppress(OSError):
            os.write(self._descriptor, data)

    def status(self, text: str) -> None:
        """Show a line on a terminal until the next one; an empty one takes it away.

        A terminal that cannot take lines away is shown none. What would go on in the next line
        could not be taken away, and is cut.
        """
        if not self._takes_escapes:
            return
        shown = terminal_safe(text.encode()).decode()[: _width(self._descriptor) - 1]
        with suppress(OSError):
            os.write(self._descriptor, b"\r\x1b[K" + shown.encode())


class Streams:
    """The three standard streams and the environment they came with."""

    def __init__(self, environment: Mapping[str, str], out: int = 1, err: int = 2) -> None:
        self.environment = environment
        self.out = Output(out)
        self.err = Messages(err, takes_escapes=_takes_escapes(environment))

    @property
    def input(self) -> BinaryIO:
        """Standard input as bytes; an empty one when it is closed."""
        if sys.stdin is None:
            return open(os.devnull, "rb")
        return sys.stdin.buffer

    @property
    def wants_colour(self) -> bool:
        """Whether the environment leaves colours on (no-color.org)."""
        return not self.environment.get("NO_COLOR") and _takes_escapes(self.environment)

    @property
    def input_is_terminal(self) -> bool:
        """Whether somebody can be asked."""
        return is_terminal(0)


def _takes_escapes(environment: Mapping[str, str]) -> bool:
    """Whether a terminal is known to understand escape sequences."""
    return environment.get("TERM", "dumb") not in ("dumb", "")


def _width(descriptor: int) -> int:
    try:
        return os.get_terminal_size(descriptor).columns or 80
    except OSError:
        return 80


def is_terminal(descriptor: int) -> bool:
    """Whether a descriptor is a terminal; a closed one is none."""
    try:
        return os.isatty(descriptor)
    except OSError:
        return False
