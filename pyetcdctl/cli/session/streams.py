"""Standard input, output and error: data as bytes on output, text for people on error."""

from __future__ import annotations

import os
import select
import sys
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO, Protocol

from pyetcdctl.errors import OutputClosed
from pyetcdctl.escaping import terminal_safe

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHUNK = 1 << 16


class ByteSink(Protocol):
    """A sink of bytes: a descriptor of the process, or a buffer."""

    @property
    def is_terminal(self) -> bool:
        """Whether a person looks at it."""

    @property
    def width(self) -> int:
        """The terminal's columns; 80 where there is none or it does not say."""

    @property
    def height(self) -> int:
        """The terminal's lines; 24 where there is none or it does not say."""

    def write(self, data: memoryview) -> int:
        """Take some of the bytes and return how many. Raises OSError."""


class Descriptor:
    """A descriptor of the process."""

    def __init__(self, number: int) -> None:
        self._number = number

    @property
    def is_terminal(self) -> bool:
        """Whether it is a terminal; a closed one is not."""
        return is_terminal(self._number)

    @property
    def width(self) -> int:
        """The terminal's columns."""
        return _width(self._number)

    @property
    def height(self) -> int:
        """The terminal's lines."""
        return _height(self._number)

    def write(self, data: memoryview) -> int:
        """Write what the descriptor takes at once; wait until it takes something."""
        while True:
            try:
                return os.write(self._number, data)
            except BlockingIOError:  # another program that shares it made it non-blocking
                select.select([], [self._number], [])


class Buffer:
    """A buffer in memory: for invocations whose output another part of the process reads."""

    is_terminal = False
    width = 80
    height = 24

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: memoryview) -> int:
        """Take all."""
        self.data += data
        return len(data)


class Output:
    """Standard output: data only, as bytes, in chunks of 64 KiB or as ``flush`` demands.

    On a terminal data is escaped, so that stored text cannot control it.
    """

    def __init__(self, sink: ByteSink) -> None:
        self._sink = sink
        self._parts: list[bytes] = []
        self._size = 0

    @cached_property
    def is_terminal(self) -> bool:
        """Whether a person looks at it."""
        return self._sink.is_terminal

    @property
    def width(self) -> int:
        """The terminal's columns; 80 where there is none or it does not say."""
        return self._sink.width

    @property
    def height(self) -> int:
        """The terminal's lines; 24 where there is none or it does not say."""
        return self._sink.height

    def write(self, data: bytes) -> None:
        """Take data, which is escaped on a terminal.

        Raises OSError when it cannot be delivered (closed pipe, full disk).
        """
        self.safe(terminal_safe(data) if self.is_terminal else data)

    def safe(self, data: bytes) -> None:
        """Take data that is safe for a terminal as it is: escaped before, or coloured."""
        self._parts.append(data)
        self._size += len(data)
        if self._size >= _CHUNK:
            self.flush()

    def text(self, text: str) -> None:
        """Take text."""
        self.write(text.encode("utf-8", "surrogateescape"))

    def flush(self) -> None:
        """Deliver everything taken so far."""
        data = memoryview(b"".join(self._parts))
        self._parts, self._size = [], 0
        while data:
            try:
                data = data[self._sink.write(data) :]
            except BrokenPipeError as error:
                raise OutputClosed from error


class Messages:
    """Standard error: messages for people, one line at a time, escaped on a terminal."""

    def __init__(self, sink: ByteSink, *, takes_escapes: bool) -> None:
        self._sink = sink
        self._takes_escapes = takes_escapes

    @property
    def is_terminal(self) -> bool:
        """Whether a person looks at it; progress is shown only then."""
        return self._sink.is_terminal

    @property
    def takes_escapes(self) -> bool:
        """Whether it is a terminal that can erase lines."""
        return self.is_terminal and self._takes_escapes

    def line(self, text: str) -> None:
        """Write one line; a closed standard error is not a failure."""
        data = text.encode("utf-8", "surrogateescape")
        if self.is_terminal:
            data = terminal_safe(data)
        self.safe(data + b"\n")

    def error(self, text: str, *, coloured: bool) -> None:
        """Write the first line of an error, its label in red if ``coloured`` on a terminal."""
        if not (coloured and self.is_terminal):
            self.line(f"Error: {text}")
            return
        data = terminal_safe(text.encode("utf-8", "surrogateescape"))
        self.safe(b"\x1b[31mError:\x1b[0m %b\n" % data)

    def safe(self, data: bytes) -> None:
        """Write data that is safe for a terminal already."""
        rest = memoryview(data)
        with suppress(OSError):
            while rest:
                rest = rest[self._sink.write(rest) :]

    def status(self, text: str) -> None:
        """Show a line on a terminal until the next one; an empty one erases it.

        A terminal that cannot erase lines is shown none. A line is cut at the terminal's width,
        because a wrapped one could not be erased.
        """
        if not self._takes_escapes:
            return
        shown = terminal_safe(text.encode()).decode()[: self._sink.width - 1]
        self.safe(b"\r\x1b[K" + shown.encode())


class Streams:
    """The three standard streams and the environment they came with."""

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        out: ByteSink | None = None,
        err: ByteSink | None = None,
        input: BinaryIO | None = None,
    ) -> None:
        """Streams that are left out are the process's own."""
        self.are_of_process = out is None and err is None
        """Whether a program that this one starts shares its output by inheriting it."""
        self.environment = environment
        self.out = Output(out or Descriptor(1))
        self.err = Messages(err or Descriptor(2), takes_escapes=_takes_escapes(environment))
        self._input = input

    @property
    def input(self) -> BinaryIO:
        """Standard input as bytes; an empty one when it is closed."""
        if self._input is not None:
            return self._input
        if sys.stdin is None:
            return open(os.devnull, "rb")
        return sys.stdin.buffer

    @property
    def takes_escapes(self) -> bool:
        """Whether the terminal is known to understand escape sequences."""
        return _takes_escapes(self.environment)

    @property
    def wants_colour(self) -> bool:
        """Whether the environment allows colours (no-color.org)."""
        return not self.environment.get("NO_COLOR") and _takes_escapes(self.environment)

    @property
    def input_is_terminal(self) -> bool:
        """Whether there is a user to prompt."""
        return self._input is None and is_terminal(0)


def _takes_escapes(environment: Mapping[str, str]) -> bool:
    """Whether a terminal is known to understand escape sequences."""
    return environment.get("TERM", "dumb") not in ("dumb", "")


def _width(descriptor: int) -> int:
    try:
        return os.get_terminal_size(descriptor).columns or 80
    except OSError:
        return 80


def _height(descriptor: int) -> int:
    try:
        return os.get_terminal_size(descriptor).lines or 24
    except OSError:
        return 24


def is_terminal(descriptor: int) -> bool:
    """Whether a descriptor is a terminal; a closed one is not."""
    try:
        return os.isatty(descriptor)
    except OSError:
        return False
