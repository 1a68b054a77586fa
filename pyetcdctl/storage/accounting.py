"""The use of each byte of a database file. The parts add up exactly to the file's size.

A record of a bucket is one key: its element of 16 bytes in the table of the page, the key and the
value. In the bucket of keys each record is a revision: live, superseded by a later one, or a
deletion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.rpc.key_values import records_at
from pyetcdctl.rpc.wire import WireError
from pyetcdctl.storage.bolt.audit import Audit
from pyetcdctl.storage.bolt.pages import ELEMENT_BYTES, damage
from pyetcdctl.storage.database import KEYS
from pyetcdctl.storage.mvcc.revisions import REVISION_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyetcdctl.storage.bolt.leaves import LeafColumns
    from pyetcdctl.storage.database import Database

_HALF_BITS = 32
_HALF = (1 << _HALF_BITS) - 1


class Accounting(NamedTuple):
    """Bytes of a file, part by part."""

    live_values: int
    live_records: int
    """Keys, revisions and elements around the live values."""
    superseded: int
    deletions: int
    other_buckets: int
    page_overhead: int
    """Headers, branches and meta pages, and unused bytes at the end of pages in use."""
    free_pages: int
    after_pages: int
    """Bytes after the last page: the digest of a snapshot, or space never used."""

    @property
    def history(self) -> int:
        """The bytes that a compaction at the newest revision would free within the file."""
        return self.superseded + self.deletions


class Sizing:
    """One pass through a database that also finds the sizes of all live values.

    The keys' leaves are read as the index reads them (bolt/leaves.py), all other pages as the audit
    does. After an interrupted pass the sizes found so far are available.
    """

    def __init__(self, database: Database, file_size: int) -> None:
        self._database = database
        self._file_size = file_size
        self._live: dict[bytes, int] = {}
        """For each live key the size of its record and, in the lower half, of its value."""
        self._overflow = 0
        self._superseded = self._deletions = 0

    def run(self, on_bytes: Callable[[int], None] = lambda size: None) -> None:
        """Read all. Raises DamagedSnapshot for a damaged page."""
        for leaf in self._database.key_leaves():
            self._overflow += max(leaf.pages - 1, 0)
            try:
                self._take(leaf)
            except (WireError, IndexError) as error:
                raise damage(leaf.number, leaf.offset, str(error)) from error
            on_bytes(sum(leaf.value_sizes))

    def values(self) -> Iterator[tuple[bytes, int]]:
        """Yield the live keys, in no order, with the sizes of their values."""
        for key, both in self._live.items():
            yield key, both & _HALF

    def accounting(self) -> Accounting:
        """Return the use of the file's bytes, after a complete pass."""
        pages, audit, other = self._database.pages, Audit(self._database.pages), 0
        for bucket in audit.buckets():
            if bucket.name != KEYS or bucket.inline:
                for leaf in audit.leaves(bucket):
                    size = len(leaf.body) + ELEMENT_BYTES * len(leaf.key_sizes)
                    other += size if bucket.name != KEYS else 0
        taken = self._database.key_branches + len(self._database.key_pages) + self._overflow
        free = (len(audit.free_pages()) - taken) * pages.page_size
        live = sum(each >> _HALF_BITS for each in self._live.values())
        values = sum(each & _HALF for each in self._live.values())
        used = live + self._superseded + self._deletions + other
        return Accounting(
            values,
            live - values,
            self._superseded,
            self._deletions,
            other,
            pages.size - free - used,
            free,
            self._file_size - pages.size,
        )

    def _take(self, leaf: LeafColumns) -> None:
        live = self._live
        spans = [(value, end) for _, value, end in leaf.spans()]
        records = records_at(leaf.data, spans)
        for record, key_size, size in zip(records, leaf.key_sizes, leaf.value_sizes, strict=True):
            key, whole = record[0], ELEMENT_BYTES + key_size + size
            if key in live:
                self._superseded += live[key] >> _HALF_BITS
            if key_size > REVISION_BYTES:
                live.pop(key, None)
                self._deletions += whole
            else:
                live[key] = whole << _HALF_BITS | len(record[4])
