"""A database of etcd: its buckets, and the leaves of its keys; a few pages of it in memory."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pyetcdctl.errors import DamagedSnapshot
from pyetcdctl.storage.bolt.cursor import Cursor, buckets, used_pages
from pyetcdctl.storage.bolt.leaves import branch_pages, inline_leaf, leaf_numbers, leaves_at
from pyetcdctl.storage.bolt.pages import Pages

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator, Sequence

    from pyetcdctl.storage.bolt.leaves import LeafColumns
    from pyetcdctl.storage.files import Readable

KEYS, META = b"key", b"meta"
COMPACTIONS = (b"scheduledCompactRev", b"finishedCompactRev")
"""The keys in META of the revisions of the last scheduled and finished compaction."""
_MAIN_BYTES = 8
"""The number of bytes of the revision at the start of a key of the bucket."""


class Database:
    """The database in the first ``size`` bytes of a file."""

    def __init__(self, file: Readable, size: int, name: str) -> None:
        """Read the table of buckets. Raises DamagedSnapshot for a file that is not a database of
        etcd.
        """
        self._file = file
        self.pages = Pages(file, size)
        self._buckets = buckets(self.pages)
        if KEYS not in self._buckets:
            raise DamagedSnapshot(
                "invalid database", f"{name} is a bbolt file without etcd's bucket of keys."
            )

    @property
    def size(self) -> int:
        """The bytes of all pages."""
        return self.pages.size

    def size_in_use(self) -> int:
        """The bytes of the pages that are not free."""
        return (2 + used_pages(self.pages)) * self.pages.page_size

    def get(self, bucket: bytes, key: bytes) -> bytes | None:
        """Return the value of a key of a bucket, None if it is absent."""
        found = self._buckets.get(bucket)
        return None if found is None else Cursor(self.pages, found).get(key)

    def items(self, bucket: bytes, start: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """Yield the keys of a bucket, from ``start`` on, with their values, in order."""
        found = self._buckets.get(bucket)
        return iter(()) if found is None else Cursor(self.pages, found).items(start)

    def read(self, offset: int, size: int) -> bytes:
        """Return bytes of the file."""
        return self._file.read(offset, size)

    def last_revision(self) -> bytes:
        """Return the greatest key of the bucket of keys, empty where it has none."""
        leaf = Cursor(self.pages, self._buckets[KEYS]).last_leaf()
        return leaf.keys()[-1] if leaf else b""

    def last_records(self) -> list[tuple[bytes, bytes]]:
        """Return keys and values of the last revision, those in the last leaf."""
        leaf = Cursor(self.pages, self._buckets[KEYS]).last_leaf()
        if not leaf:
            return []
        last = leaf.keys()[-1][:_MAIN_BYTES]
        return [(key, value) for key, value in leaf.pairs() if key.startswith(last)]

    def key_leaves(self) -> Iterator[LeafColumns]:
        """Yield the leaves of the bucket of keys in the order of the revisions."""
        if not self.key_pages:
            return inline_leaf(self._buckets[KEYS])
        return self.key_leaves_at(self.key_pages)

    def key_leaves_at(self, numbers: Sequence[int]) -> Iterator[LeafColumns]:
        """Yield some leaves of the bucket of keys, by the numbers of their pages."""
        return (leaf for leaf in leaves_at(self.pages, numbers) if leaf.key_sizes)

    @cached_property
    def key_pages(self) -> array[int]:
        """The pages of the leaves of the bucket of keys, in order; none where it is inline."""
        return leaf_numbers(self.pages, self._buckets[KEYS])

    @property
    def key_branches(self) -> int:
        """The number of pages of the bucket of keys above its leaves."""
        return branch_pages(self.pages, self._buckets[KEYS])
