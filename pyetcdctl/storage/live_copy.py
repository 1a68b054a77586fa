"""A consistent copy of a database that a server is writing to, without taking its lock.

bbolt writes a transaction's pages into free ones, then its meta page. So the pages of a meta page
do not change until the next one is written, and pages that were read while the meta page stayed the
same are consistent. A large database takes longer than that. It is copied leaf by leaf, each part
as of the transaction that is newest then: records never change, so those up to the first
transaction's last revision are the ones of that transaction, unless a compaction ran meanwhile;
then the copy starts again.
"""

from __future__ import annotations

import os
from tempfile import TemporaryFile
from time import monotonic, sleep
from typing import IO, TYPE_CHECKING, NamedTuple, TypeVar

from pyetcdctl.errors import DamagedSnapshot, PyetcdctlError
from pyetcdctl.storage.bolt.building import Builder
from pyetcdctl.storage.bolt.cursor import Cursor, buckets
from pyetcdctl.storage.bolt.pages import Pages
from pyetcdctl.storage.database import COMPACTIONS, KEYS, META
from pyetcdctl.storage.files import ReadOnlyFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyetcdctl.storage.bolt.pages import ChildPage, Leaf

    Result = TypeVar("Result")

SECONDS = 60.0
"""The time limit of the retries while the server writes continuously."""
_PAUSE_SECONDS = 0.05
_PART_BYTES = 1 << 18
LOCKS = "/proc/locks"


class _Moved(Exception):
    """A transaction was written meanwhile."""


class _Others(NamedTuple):
    """The state of one transaction: its last revision, and all buckets but the keys."""

    pairs: dict[bytes, list[tuple[bytes, bytes]]]
    last_revision: bytes
    pages: Pages

    @property
    def compactions(self) -> list[bytes | None]:
        """The revisions that a compaction was begun and finished with."""
        meta = dict(self.pairs.get(META, []))
        return [meta.get(name) for name in COMPACTIONS]


def is_written(path: str) -> bool:
    """Whether a process holds the lock of a writing server, as far as Linux reports it."""
    inode = f":{os.stat(path).st_ino} "
    try:
        with open(LOCKS) as locks:
            return any(" FLOCK " in line and inode in line for line in locks)
    except OSError:
        return False


def copy_of(file: ReadOnlyFile) -> ReadOnlyFile:
    """Return a consistent copy in an unnamed file, which is removed when it is closed."""
    ends = monotonic() + SECONDS
    with TemporaryFile() as out:
        while monotonic() < ends:
            out.truncate(0)
            try:
                _Copying(file, out, ends).run()
            except _Moved:
                sleep(_PAUSE_SECONDS)
            else:
                return ReadOnlyFile(file.path, os.dup(out.fileno()))
    raise _never_quiet(file)


class _Copying:
    """One attempt."""

    def __init__(self, file: ReadOnlyFile, out: IO[bytes], ends: float) -> None:
        self._file = file
        self._ends = ends
        first = self._pages()
        self._page_size = first.page_size
        self._builder = Builder(out, self._page_size)
        self._leaves: list[ChildPage] = []
        self._part_bytes = _PART_BYTES
        """How many bytes are read between two checks: fewer where the server writes often."""

    def run(self) -> None:
        others = self._steady(_others)
        scheduled, finished = others.compactions
        if scheduled != finished:
            raise _Moved
        self._copy_keys(others.last_revision)
        if self._steady(_others).compactions != others.compactions:
            raise _Moved
        roots = {name: self._builder.bucket(pairs) for name, pairs in others.pairs.items()}
        roots[KEYS] = self._builder.tree(self._leaves or [self._builder.leaf([])])
        self._builder.finish(roots, others.pages.count)

    def _copy_keys(self, end: bytes) -> None:
        """Copy all records up to a revision."""
        last = b""
        while last < end:
            pages = self._pages()
            try:
                for part in self._parts(pages, last, end):
                    if self._has_moved(pages):
                        raise _Moved
                    last = self._take(part, last, end)
                    self._part_bytes *= 2
            except (_Moved, DamagedSnapshot):
                if not self._has_moved(pages):
                    raise
                self._part_bytes = max(self._page_size, self._part_bytes // 2)
                self._check_time()
            else:
                return

    def _parts(self, pages: Pages, last: bytes, end: bytes) -> Iterator[list[Leaf]]:
        """Yield the leaves from one revision to another, some at a time."""
        part: list[Leaf] = []
        size = 0
        for leaf in Cursor(pages, buckets(pages)[KEYS]).leaves(last):
            part.append(leaf)
            size += len(leaf.page.data)
            is_last = bool(leaf.flags) and leaf.keys()[-1] >= end
            if is_last or size >= self._part_bytes:
                yield part
                part, size = [], 0
            if is_last:
                return
        if part:
            yield part

    def _take(self, part: list[Leaf], last: bytes, end: bytes) -> bytes:
        for leaf in filter(lambda leaf: leaf.flags, part):
            keys = leaf.keys()
            is_whole = last < keys[0] and keys[-1] <= end
            if is_whole and not len(leaf.page.data) % self._page_size:  # and not inline
                self._leaves.append(self._builder.copied(leaf.page.data, keys[0]))
            elif pairs := [pair for pair in leaf.pairs() if last < pair[0] <= end]:
                self._leaves.append(self._builder.leaf(pairs))
            last = max(last, min(keys[-1], end))
        return last

    def _steady(self, read: Callable[[Pages], Result]) -> Result:
        """Return the result of ``read`` on a single transaction."""
        while True:
            pages = self._pages()
            try:
                result = read(pages)
            except DamagedSnapshot:
                if not self._has_moved(pages):
                    raise
            else:
                if not self._has_moved(pages):
                    return result
            self._check_time()

    def _pages(self) -> Pages:
        while True:
            size = self._file.current_size()
            try:
                return Pages(self._file, size)
            except DamagedSnapshot:
                if self._file.current_size() == size:  # else it has grown since
                    raise

    def _has_moved(self, pages: Pages) -> bool:
        return not pages.is_current()

    def _check_time(self) -> None:
        if monotonic() > self._ends:
            raise _never_quiet(self._file)


def _others(pages: Pages) -> _Others:
    found = buckets(pages)
    pairs = {
        name: list(Cursor(pages, bucket).items()) for name, bucket in found.items() if name != KEYS
    }
    leaf = Cursor(pages, found[KEYS]).last_leaf()
    return _Others(pairs, leaf.keys()[-1] if leaf else b"", pages)


def _never_quiet(file: ReadOnlyFile) -> PyetcdctlError:
    return PyetcdctlError(
        f"{file.path} is written to all the time: no consistent copy in {SECONDS:.0f} s",
        "Try:  the same from the running server, without --from",
    )
