"""A running kubectl process: read its output in pieces, and end it.

A program in the pod keeps running when its kubectl dies, and blocks forever once a pipe without a
reader is full. So a kubectl that is not needed any more gets end of input, and its further output
is read and dropped until it exits; only one that takes too long is terminated.
"""

from __future__ import annotations

import os
import selectors
import subprocess
from contextlib import suppress
from threading import RLock
from time import monotonic
from typing import TYPE_CHECKING

from pyetcdctl.errors import KubectlFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

PIECE_BYTES = 1 << 20
_PIPE_BYTES = 1 << 20
_MESSAGE_BYTES = 64 << 10
_NOTICE_SECONDS = 1.0
DRAIN_SECONDS = 10.0
_TERMINATION_SECONDS = 2.0


class KubectlChild:
    """A running kubectl in a process group of its own, so that Ctrl-C does not reach it first."""

    def __init__(
        self,
        words: Sequence[str | bytes],
        environment: Mapping[str, str],
        input: bytes = b"",
        *,
        is_dialog: bool = False,
    ) -> None:
        """Start it. Its standard input is ``input``, then ends; or ``write`` writes to it."""
        stdin = subprocess.PIPE if input or is_dialog else subprocess.DEVNULL
        try:
            self._process = subprocess.Popen(
                words,
                env=environment,
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                process_group=0,
                bufsize=0,
            )
        except OSError as error:
            raise cannot_start(error) from error
        # One thread may read its output to the end while another cancels it. A signal's handler
        # may cancel it, too, in the thread that waits.
        self._ending = RLock()
        self._input = memoryview(input)
        self._messages = bytearray()
        self._selector = selectors.DefaultSelector()
        self._register(feeds=bool(input))

    @property
    def messages(self) -> str:
        """What it has written to standard error."""
        return self._messages.decode("utf-8", "backslashreplace")

    def pieces(self, first_seconds: float, seconds: float) -> Iterator[bytes]:
        """Yield its standard output until it ends.

        Raises TimeoutError when the first piece takes longer than ``first_seconds`` to come, or a
        later one longer than ``seconds``.
        """
        limit = first_seconds
        while self._selector.get_map():
            ends = monotonic() + limit
            piece = self._next_piece(ends)
            if piece:
                limit = seconds
                yield piece
                del piece

    def piece(self, seconds: float | None) -> bytes:
        """Return the next piece of its standard output; nothing at the end.

        Raises TimeoutError where it takes longer than so many seconds.
        """
        return self._next_piece(monotonic() + seconds if seconds is not None else None)

    def write(self, line: bytes) -> None:
        """Write to its standard input; lines after its end are dropped."""
        stdin = self._process.stdin
        if stdin is not None and not stdin.closed:
            with suppress(BrokenPipeError):
                stdin.write(line)

    def end_input(self) -> None:
        """End its standard input, which ends a dialog; any thread may."""
        stdin = self._process.stdin
        if stdin is not None and not stdin.closed:
            with suppress(BrokenPipeError):
                stdin.close()

    def wait(self) -> int:
        """Return the exit code of one whose output has ended."""
        with self._ending:
            try:
                code = self._process.wait(_TERMINATION_SECONDS)
            except subprocess.TimeoutExpired:
                self._terminate()
                code = self._process.wait()
            self._close()
        return code

    def stop(self) -> None:
        """Terminate a kubectl that runs nothing in a pod."""
        with self._ending:
            self._terminate()
            self._close()

    def cancel(self, notice: Callable[[], None] = lambda: None) -> None:
        """End it and the program in the pod; ``notice`` is called when that takes long."""
        with self._ending:
            if self._process.poll() is None:
                self._close_input()
                self._drain(notice)
                self._terminate()
            self._close()

    def _register(self, *, feeds: bool) -> None:
        stdout, stderr = self._process.stdout, self._process.stderr
        assert stdout
        assert stderr
        _widen(stdout.fileno())
        for pipe in (stdout, stderr):
            self._selector.register(pipe, selectors.EVENT_READ)
        if feeds and self._process.stdin is not None:
            os.set_blocking(self._process.stdin.fileno(), False)
            self._selector.register(self._process.stdin, selectors.EVENT_WRITE)

    def _next_piece(self, ends: float | None) -> bytes:
        """Return the bytes that are ready in the pipe; empty at its end."""
        gathered: list[bytes] = []
        size = 0
        while size < PIECE_BYTES and self._selector.get_map():
            ready = self._selector.select(0.0 if gathered else _seconds_until(ends))
            if not ready and gathered:
                break
            if not ready:
                raise TimeoutError
            for key, _ in ready:
                piece = self._serve(key)
                if piece:
                    gathered.append(piece)
                    size += len(piece)
        return b"".join(gathered)

    def _serve(self, key: selectors.SelectorKey) -> bytes:
        """Write to or read from one pipe; return what standard output had."""
        if key.fileobj is self._process.stdin:
            self._feed()
            return b""
        piece = os.read(key.fd, _PIPE_BYTES)
        if not piece:
            # The thread that cancels it may have reached the end first and closed the pipe.
            with suppress(KeyError, ValueError):
                self._selector.unregister(key.fileobj)
        if key.fileobj is self._process.stdout:
            return piece
        self._messages = (self._messages + piece)[-_MESSAGE_BYTES:]
        return b""

    def _feed(self) -> None:
        """Write as much of the input as the pipe accepts, and close it after the last byte."""
        assert self._process.stdin
        try:
            written = os.write(self._process.stdin.fileno(), self._input)
        except BlockingIOError:
            return
        except BrokenPipeError:
            written = len(self._input)
        self._input = self._input[written:]
        if not self._input:
            self._close_input()

    def _close_input(self) -> None:
        stdin = self._process.stdin
        if stdin is not None and not stdin.closed:
            with suppress(KeyError):  # a dialog's is not registered
                self._selector.unregister(stdin)
            with suppress(BrokenPipeError):
                stdin.close()

    def _drain(self, notice: Callable[[], None]) -> None:
        """Read and drop the rest of the output until it ends or the time limit has passed."""
        began, noticed = monotonic(), False
        while self._selector.get_map() and monotonic() - began < DRAIN_SECONDS:
            for key, _ in self._selector.select(_NOTICE_SECONDS):
                self._serve(key)
            if not noticed and monotonic() - began > _NOTICE_SECONDS:
                noticed = True
                notice()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(0 if self._selector.get_map() else _TERMINATION_SECONDS)

    def _terminate(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_TERMINATION_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _close(self) -> None:
        self._close_input()
        self._selector.close()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()


def _seconds_until(ends: float | None) -> float | None:
    return None if ends is None else max(0.0, ends - monotonic())


def cannot_start(error: OSError) -> KubectlFailed:
    """Return the error for a kubectl that does not exist or cannot be run."""
    reason = (error.strerror or str(error)).lower()
    return KubectlFailed(f"cannot run {error.filename or 'kubectl'}: {reason}")


def _widen(descriptor: int) -> None:
    """Enlarge a pipe's buffer beyond the usual 64 kB, where the system supports that."""
    import fcntl

    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
