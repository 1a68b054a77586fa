"""Progress of long operations: on standard error when that is a terminal, and erased at the end."""

from __future__ import annotations

from contextlib import contextmanager
from math import inf
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyetcdctl.cli.session.streams import Messages
    from pyetcdctl.rpc.maintenance import SnapshotResponse
    from pyetcdctl.tree.walk import TreeEntry

_EVERY_KEYS = 1_000
_EVERY_SECONDS = 0.2
_PATIENCE_SECONDS = 0.5
_BAR_COLUMNS = 40


def shown_progress(entries: Iterator[TreeEntry], total: int, err: Messages) -> Iterator[TreeEntry]:
    """Yield the entries; after half a second show how many of ``total`` were read."""
    start = monotonic()
    due = start + _PATIENCE_SECONDS
    keys = size = 0
    is_shown = False
    try:
        for entry in entries:
            keys += 1
            size += entry.size
            if not keys % _EVERY_KEYS and (now := monotonic()) >= due:
                due = now + _EVERY_SECONDS
                is_shown = True
                err.status(_text(keys, size, total, now - start))
            yield entry
    finally:
        if is_shown:
            err.status("")


class ReadingProgress:
    """The progress of a reading in pages; on a terminal, after half a second."""

    def __init__(self, total: int, err: Messages) -> None:
        """``total`` keys are expected, 0 if that is not known."""
        self._total = total
        self._err = err
        self._start = monotonic()
        self._due = self._start + _PATIENCE_SECONDS if err.is_terminal else inf
        self._keys = self._size = 0
        self._is_shown = False

    def __enter__(self) -> ReadingProgress:
        return self

    def add(self, keys: int, size: int) -> None:
        """Count what was read."""
        self._keys += keys
        self._size += size
        if (now := monotonic()) >= self._due:
            self._due = now + _EVERY_SECONDS
            self._is_shown = True
            self._err.status(_text(self._keys, self._size, self._total, now - self._start))

    def __exit__(self, *failure: object) -> None:
        if self._is_shown:
            self._err.status("")


def shown_bytes(pieces: Iterator[SnapshotResponse], err: Messages) -> Iterator[SnapshotResponse]:
    """Yield a snapshot's pieces; on a terminal show after half a second how much was received."""
    start = monotonic()
    due = start + _PATIENCE_SECONDS if err.is_terminal else inf
    size = 0
    try:
        for piece in pieces:
            size += len(piece.blob)
            if (now := monotonic()) >= due:
                due = now + _EVERY_SECONDS
                err.status(_bytes_text(size, piece.remaining_bytes, now - start))
            yield piece
    finally:
        if start + _PATIENCE_SECONDS < due < inf:
            err.status("")


@contextmanager
def reading_progress(path: str, err: Messages) -> Iterator[Callable[[int], None]]:
    """Yield a function that counts bytes; on a terminal it shows after half a second how many."""
    start = monotonic()
    due = start + _PATIENCE_SECONDS if err.is_terminal else inf
    size = 0

    def count(more: int) -> None:
        nonlocal size, due
        size += more
        if (now := monotonic()) >= due:
            due = now + _EVERY_SECONDS
            err.status(
                f"Reading {path}  {size / 1e6:,.0f} MB  {size / 1e6 / (now - start):,.0f} MB/s"
            )

    try:
        yield count
    finally:
        if start + _PATIENCE_SECONDS < due < inf:
            err.status("")


class CopyProgress:
    """How many keys of a copy are written; on a terminal, after half a second."""

    def __init__(self, err: Messages) -> None:
        self._err = err
        self._start = monotonic()
        self._is_shown = False

    def show(self, done: int, total: int) -> None:
        """Show the present numbers."""
        seconds = monotonic() - self._start
        if done and seconds >= _PATIENCE_SECONDS and self._err.is_terminal:
            self._is_shown = True
            self._err.status(_copy_text(done, total, seconds))

    def end(self) -> None:
        """Erase the line."""
        if self._is_shown:
            self._err.status("")
        self._is_shown = False


@contextmanager
def shown_steps(
    total: int, unit: str, done: Callable[[], int], err: Messages
) -> Iterator[Callable[[], None]]:
    """Yield a function to be called often; on a terminal it draws a bar of ``done`` of
    ``total``.
    """
    due = monotonic() if err.is_terminal else inf

    def look() -> None:
        nonlocal due
        if (now := monotonic()) >= due:
            due = now + _EVERY_SECONDS
            part = min(done(), total)
            full = part * _BAR_COLUMNS // total
            bar = "━" * full + "─" * (_BAR_COLUMNS - full)
            err.status(f"{bar}  {part:,} of {total:,} {unit}")

    try:
        yield look
    finally:
        if due < inf:
            err.status("")


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
