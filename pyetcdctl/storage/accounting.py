"""Where the bytes of a database file are. The parts add up to the file's size, exactly.

A record is what a bucket holds for one key: its element of 16 bytes in the table of the page, the
key and the value. In the bucket of keys each record is a revision: live, superseded by a later one,
or a deletion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.rpc.key_values import records_at
from pyetcdctl.storage.bolt.audit import Audit
from pyetcdctl.storage.bolt.pages import ELEMENT_BYTES
from pyetcdctl.storage.database import KEYS
from pyetcdctl.storage.mvcc.revisions import REVISION_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.storage.bolt.pages import Leaf, Pages


class Accounting(NamedTuple):
    """Bytes of a file, part by part."""

    live_values: int
    live_records: int
    """Keys, revisions and elements around the live values."""
    superseded: int
    deletions: int
    other_buckets: int
    page_overhead: int
    """Headers, branches and meta pages, and what is unused at the end of pages in use."""
    free_pages: int
    after_pages: int
    """What follows the last page: the digest of a snapshot, or space never used."""

    @property
    def history(self) -> int:
        """What a compaction at the newest revision would free within the file."""
        return self.superseded + self.deletions


def account(
    pages: Pages, file_size: int, on_bytes: Callable[[int], None] = lambda size: None
) -> Accounting:
    """Read every page once. Raises DamagedSnapshot where one is not what it should be."""
    audit, records, other = Audit(pages), _Records(), 0
    for bucket in audit.buckets():
        for leaf in audit.leaves(bucket):
            if bucket.name == KEYS:
                records.take(leaf)
            else:
                other += len(leaf.body) + ELEMENT_BYTES * len(leaf.key_sizes)
            on_bytes(len(leaf.page.data))
    free = len(audit.free_pages()) * pages.page_size
    live_values, live = records.live()
    used = live + records.superseded + records.deletions + other
    return Accounting(
        live_values,
        live - live_values,
        records.superseded,
        records.deletions,
        other,
        pages.size - free - used,
        free,
        file_size - pages.size,
    )


class _Records:
    """The revisions so far: of each live key the sizes of its last record and of its value."""

    def __init__(self) -> None:
        self._live: dict[bytes, int] = {}
        self.superseded = 0
        self.deletions = 0

    def take(self, leaf: Leaf) -> None:
        """Take a leaf of the bucket of keys; leaves come in the order of the revisions."""
        live, body = self._live, leaf.body
        spans, at = [], 0
        for key_size, value_size in zip(leaf.key_sizes, leaf.value_sizes, strict=True):
            spans.append((at + key_size, at + key_size + value_size))
            at += key_size + value_size
        sizes = zip(leaf.key_sizes, leaf.value_sizes, strict=True)
        for (key_size, value_size), record in zip(sizes, records_at(body, spans), strict=True):
            size = ELEMENT_BYTES + key_size + value_size
            self.superseded += live.pop(record[0], 0) >> 32
            if key_size > REVISION_BYTES:
                self.deletions += size
            else:
                live[record[0]] = size << 32 | len(record[4])

    def live(self) -> tuple[int, int]:
        """Return the bytes of all live values, and of the records that hold them."""
        both = self._live.values()
        return sum(each & 0xFFFFFFFF for each in both), sum(each >> 32 for each in both)
