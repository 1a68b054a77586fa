"""One key's records, found without an index by searching all pages for its bytes.

Most of a database is skipped at the speed of memory; only leaves that have the bytes are parsed.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.rpc.key_values import LEASE_TAG, entry_of_key
from pyetcdctl.rpc.kv import KeyValue
from pyetcdctl.rpc.wire import WireError, append_varint
from pyetcdctl.storage.bolt.pages import damage
from pyetcdctl.storage.mvcc.revisions import Revision, key_in, parse_revision

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator

    from pyetcdctl.storage.database import Database

CHUNK_BYTES = 1 << 20


class RevisedEntry(NamedTuple):
    """A key at a revision: ``entry`` is a serialized KeyValue."""

    revision: Revision
    entry: bytes


def all_records(database: Database) -> Iterator[RevisedEntry]:
    """Yield all revisions of all keys, oldest first."""
    for leaf in database.key_leaves():
        data, at = leaf.data, leaf.start
        for key_size, value_size in zip(leaf.key_sizes, leaf.value_sizes, strict=True):
            value, end = at + key_size, at + key_size + value_size
            yield RevisedEntry(parse_revision(data[at:value]), data[value:end])
            at = end


def records_of(database: Database, key: bytes) -> list[RevisedEntry]:
    """Return all stored revisions of a key, oldest first."""
    found = _records_with(database, entry_of_key(key))
    return sorted(record for record in found if key_in(record.entry, 0, len(record.entry)) == key)


def keys_with_lease(database: Database, lease: int) -> set[bytes]:
    """Return the keys that were put with a lease at some revision."""
    field = bytearray([LEASE_TAG])
    append_varint(field, lease)
    found = (KeyValue.decode(record.entry) for record in _records_with(database, bytes(field)))
    return {entry.key for entry in found if entry.lease == lease}


def _records_with(database: Database, field: bytes) -> Iterator[RevisedEntry]:
    """Yield the records of the leaves that have these bytes anywhere."""
    leaves = database.key_leaves()
    if database.key_pages:
        leaves = database.key_leaves_at(sorted(_leaves_with(database, field)))
    for leaf in leaves:
        data = leaf.data
        try:
            for at, value, end in leaf.spans():
                if data.find(field, value, end) >= 0:
                    yield RevisedEntry(parse_revision(data[at:value]), data[value:end])
        except (WireError, IndexError) as error:
            raise damage(leaf.number, leaf.offset, str(error)) from error


def _leaves_with(database: Database, field: bytes) -> set[int]:
    """Return the leaves that may have the bytes."""
    leaves = _ascending(database.key_pages)
    size, found, end = database.pages.page_size, set(), database.size
    overlap = len(field) - 1
    for start in range(0, end, CHUNK_BYTES):
        data = database.read(start, min(CHUNK_BYTES + overlap, end - start))
        at = data.find(field)
        while at >= 0:
            page = (start + at) // size
            index = bisect_right(leaves, page) - 1
            if index >= 0:
                found.add(leaves[index])
            # A page with one match is read completely.
            at = data.find(field, (page + 1) * size - start)
    return found


def _ascending(numbers: array[int]) -> array[int]:
    return type(numbers)(numbers.typecode, sorted(numbers))
