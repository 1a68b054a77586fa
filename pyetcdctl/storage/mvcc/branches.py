"""The continuations of a prefix among live keys, searched from the newest revision back.

The bucket is ordered by revision, so a prefix cannot be sought. Pages without a new continuation
are skipped at the speed of memory: continuations that were found are excluded from the search, and
with them most pages of a large file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.rpc.key_values import KEY_TAG, key_of
from pyetcdctl.storage.bolt.leaves import leaves_at, overflow_of, runs
from pyetcdctl.storage.mvcc.key_index import usual_keys
from pyetcdctl.storage.mvcc.revisions import (
    REVISION_BYTES,
    SEPARATOR,
    TOMBSTONE,
    TOMBSTONE_BYTES,
    key_in,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.storage.bolt.leaves import LeafColumns
    from pyetcdctl.storage.database import Database
    from pyetcdctl.storage.mvcc.model import Model

MOST = 10_000
_RUN_PAGES = 64
_SAMPLES = 50
_BATCH = 4096
"""The number of leaves that are sorted into runs at the same time."""
_BEFORE_KEY = rb"%c\0\0\0\0.{4}%c?%c[\x80-\xff]{0,4}[\0-\x7f]" % (SEPARATOR, TOMBSTONE, KEY_TAG)
"""The end of a revision, and the tag and size of the key in the KeyValue after it."""
_MOST_EXCLUDED = 16
"""The most continuations that a pattern excludes; a longer one is slower than looking them up."""


class Branches(NamedTuple):
    """Keys, and prefixes of keys up to a slash; ``is_whole`` where there are no others."""

    found: list[bytes]
    is_whole: bool


def branches(model: Model, typed: bytes, seconds: float, most: int = MOST) -> Branches:
    """Return the continuations of ``typed``, up to the next slash, in order; at most ``most``."""
    ends, search = monotonic() + seconds, _Search(typed)
    for change in reversed(model.changes):
        search.take(key_of(change.entry), is_deletion=change.revision.is_deletion)
    found, sampled = search.found, _Search(typed)
    if most > 1:
        _sample(model.database, sampled)
    is_whole = _searched(model.database, search, ends, most)
    if not is_whole:  # unread records may be deletions, rarely of a whole branch
        found = found | (sampled.found - search.dead)
    return Branches(sorted(found), is_whole)


def _sample(database: Database, search: _Search) -> None:
    """Search a few parts of the whole."""
    numbers, count = database.key_pages, database.pages.count
    for start in range(0, len(numbers), max(1, len(numbers) // _SAMPLES)):
        run = next(runs(numbers[start : start + _RUN_PAGES], _RUN_PAGES, count))
        _search_run(database, run, search)


def _searched(database: Database, search: _Search, ends: float, most: int) -> bool:
    """Search until all is read or the time limit has passed; return whether all was read."""
    if not database.key_pages:
        for leaf in database.key_leaves():
            search.take_leaf(leaf)
        return True
    for run in _runs_backwards(database.key_pages, database.pages.count):
        _search_run(database, run, search)
        if monotonic() > ends or len(search.found) >= most:
            return run[0] == database.key_pages[0]
    return True


def _search_run(database: Database, run: Sequence[int], search: _Search) -> None:
    for number in reversed(_hits(database, run, search)):
        for leaf in leaves_at(database.pages, [number]):
            search.take_leaf(leaf)


def _runs_backwards(numbers: Sequence[int], count: int) -> Iterator[Sequence[int]]:
    for end in range(len(numbers), 0, -_BATCH):
        yield from reversed(list(runs(numbers[max(0, end - _BATCH) : end], _RUN_PAGES, count)))


def _hits(database: Database, run: Sequence[int], search: _Search) -> list[int]:
    """Return the leaves of a run with a match anywhere."""
    pages, first, last = database.pages, run[0], run[-1]
    size, hits, at = pages.page_size, [], 0
    data = pages.read_pages(first, last + 1)
    if more := overflow_of(data, (last - first) * size):
        data += pages.read_pages(last + 1, min(last + 1 + more, pages.count))
    while found := search.pattern.search(data, at):
        if found.group(1) in search.rests:
            at = found.end()
            continue
        index = bisect_right(run, first + found.start() // size) - 1
        hits.append(run[index])
        if index + 1 == len(run):
            break
        at = (run[index + 1] - first) * size
    return hits


class _Search:
    """The results so far; records are taken from the newest on."""

    def __init__(self, typed: bytes) -> None:
        self._typed = typed
        self.found: set[bytes] = set()
        self.rests: set[bytes | None] = set()
        """What follows ``typed`` in the branches that were found, their slash included."""
        self._known: tuple[bytes, ...] = ()
        self.dead: set[bytes] = set()
        self.pattern = self._pattern(b"")

    def take_leaf(self, leaf: LeafColumns) -> None:
        """Take the records of a leaf."""
        if not leaf.key_sizes:
            return
        usual = max(leaf.key_sizes) == min(leaf.key_sizes) == REVISION_BYTES and usual_keys(leaf)
        if usual:
            for key in reversed(usual[1]):
                self.take(key, is_deletion=False)
            return
        for start, value, end in reversed(list(leaf.spans())):
            self.take(key_in(leaf.data, value, end), is_deletion=value - start == TOMBSTONE_BYTES)

    def take(self, key: bytes, *, is_deletion: bool) -> None:
        """Take a record; all newer ones were taken before."""
        if not key.startswith(self._typed) or key.startswith(self._known) or key in self.dead:
            return
        if is_deletion:
            self.dead.add(key)
            return
        slash = key.find(b"/", max(len(self._typed), 1))
        branch = key if slash < 0 else key[: slash + 1]
        if branch in self.found:
            return
        self.found.add(branch)
        if slash >= 0:
            self.rests.add(branch[len(self._typed) :])
            if len(self._known) < _MOST_EXCLUDED:
                self._exclude(branch)

    def _exclude(self, branch: bytes) -> None:
        self._known = (*self._known, branch)
        rests = b"|".join(re.escape(each[len(self._typed) :]) for each in self._known)
        self.pattern = self._pattern(b"(?!" + rests + b")")

    def _pattern(self, unwanted: bytes) -> re.Pattern[bytes]:
        """Match the beginning of a key, what is typed, and in a group what follows to a slash."""
        first = b"" if self._typed else b"."
        rest = b"(%b[^/]{0,255}/)?" % first
        return re.compile(_BEFORE_KEY + re.escape(self._typed) + unwanted + rest, re.DOTALL)
