"""Progress of long operations: on standard error when that is a terminal, and erased at the end."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyetcdctl.cli.session.streams import Messages
    from pyetcdctl.rpc.maintenance import SnapshotResponse
    from pyetcdctl.tree.walk import TreeEntry

_EVERY_KEYS = 1_000
_EVERY_SECONDS = 0.2
_PATIENCE_SECONDS = 0.5
_BAR_COLUMNS = 40


class StatusLine:
    """The one line that shows how far an operation is.

    It appears on a terminal only, once the operation has taken ``patience`` seconds, is redrawn a
    few times a second, and is erased at the end.
    """

    def __init__(self, err: Messages, patience: float = _PATIENCE_SECONDS) -> None:
        self._err = err
        self._start = monotonic()
        self._due = self._start + patience if err.is_terminal else inf
        self._is_shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.erase()

    def show(self, text_of: Callable[[float], str]) -> None:
        """Redraw the line if it is due; ``text_of`` makes its text from the seconds so far."""
        if (now := monotonic()) >= self._due:
            self._due = now + _EVERY_SECONDS
            self._is_shown = True
            self._err.status(text_of(now - self._start))

    def erase(self) -> None:
        """Erase the line; a later ``show`` draws it again."""
        if self._is_shown:
            self._err.status("")
            self._is_shown = False


def countdown(err: Messages, text: str, seconds: float, wait: Callable[[float], object]) -> None:
    """Call ``wait`` until so many seconds have passed; on a terminal show how many are left."""
    ends = monotonic() + seconds

    def remaining(_seconds: float) -> str:
        return f"{text}, {max(ends - monotonic(), 0.0):.0f} s left"

    with StatusLine(err, patience=0) as line:
        while (left := ends - monotonic()) > 0:
            line.show(remaining)
            wait(min(left, 1.0) if err.is_terminal else left)


def shown_progress(entries: Iterator[TreeEntry], total: int, err: Messages) -> Iterator[TreeEntry]:
    """Yield the entries; after half a second show how many of ``total`` were read."""
    keys = size = 0
    with StatusLine(err) as line:
        for entry in entries:
            keys += 1
            size += entry.size
            if not keys % _EVERY_KEYS:
                line.show(partial(_text, keys, size, total))
            yield entry


class ReadingProgress:
    """The progress of a reading in pages."""

    def __init__(self, total: int, err: Messages) -> None:
        """``total`` keys are expected, 0 if that is not known."""
        self._total = total
        self._line = StatusLine(err)
        self._keys = self._size = 0

    def __enter__(self) -> Self:
        return self

    def add(self, keys: int, size: int) -> None:
        """Count what was read."""
        self._keys += keys
        self._size += size
        self._line.show(partial(_text, self._keys, self._size, self._total))

    def __exit__(self, *failure: object) -> None:
        self._line.erase()


def shown_bytes(pieces: Iterator[SnapshotResponse], err: Messages) -> Iterator[SnapshotResponse]:
    """Yield a snapshot's pieces; after half a second show how much was received."""
    size = 0
    with StatusLine(err) as line:
        for piece in pieces:
            size += len(piece.blob)
            line.show(partial(_bytes_text, size, piece.remaining_bytes))
            yield piece


@contextmanager
def reading_progress(path: str, err: Messages) -> Iterator[Callable[[int], None]]:
    """Yield a function that counts bytes; after half a second their number is shown."""
    size = 0

    def text(seconds: float) -> str:
        return f"Reading {path}  {size / 1e6:,.0f} MB  {size / 1e6 / seconds:,.0f} MB/s"

    with StatusLine(err) as line:

        def count(more: int) -> None:
            nonlocal size
            size += more
            line.show(text)

        yield count


class CopyProgress:
    """How many keys of a copy are written."""

    def __init__(self, err: Messages) -> None:
        self._line = StatusLine(err)

    def show(self, done: int, total: int) -> None:
        """Show the present numbers."""
        if done:
            self._line.show(partial(_copy_text, done, total))

    def end(self) -> None:
        """Erase the line."""
        self._line.erase()


@contextmanager
def shown_steps(
    total: int, unit: str, done: Callable[[], int], err: Messages
) -> Iterator[Callable[[], None]]:
    """Yield a function to be called often: it draws a bar of ``done`` of ``total``."""

    def bar(_seconds: float) -> str:
        part = min(done(), total)
        full = part * _BAR_COLUMNS // total
        return f"{'━' * full}{'─' * (_BAR_COLUMNS - full)}  {part:,} of {total:,} {unit}"

    with StatusLine(err, patience=0) as line:
        yield lambda: line.show(bar)


def _bytes_text(size: int, remaining: int, seconds: float) -> str:
    pace = size / seconds
    left = f"  about {remaining / pace:.0f} s left" if pace else ""
    total = (size + remaining) / 1e6
    return f"Saving  {size / 1e6:,.0f} of {total:,.0f} MB  {pace / 1e6:,.0f} MB/s{left}"


def _text(keys: int, size: int, total: int, seconds: float) -> str:
    pace = keys / seconds
    left = f"  about {(total - keys) / pace:.0f} s left" if total > keys else ""
    return f"Reading  {keys:,} keys  {size / 1e6:,.0f} MB  {pace:,.0f} keys/s{left}"


def _copy_text(done: int, total: int, seconds: float) -> str:
    pace = done / seconds
    left = f"about {(total - done) / pace:.0f} s left"
    return f"Copying  {done:,} of {total:,} keys  {pace:,.0f} keys/s  {left}"
