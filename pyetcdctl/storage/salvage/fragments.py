"""Elements of damaged or unreferenced pages: each is checked by itself."""

from __future__ import annotations

from struct import unpack_from
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import DamagedSnapshot
from pyetcdctl.rpc.kv import KeyValue
from pyetcdctl.rpc.wire import WireError
from pyetcdctl.storage.bolt.pages import ELEMENT_BYTES, PAGE_HEAD
from pyetcdctl.storage.mvcc.revisions import REVISION_BYTES, TOMBSTONE_BYTES, parse_revision

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.storage.files import Readable

_MOST_BYTES = 16 << 20
"""Larger sizes of a page are taken for damage."""


class Fragment(NamedTuple):
    """An element of a page: its key, and where in the file its value is."""

    key: bytes
    offset: int
    value: bytes


def is_record(key: bytes, entry: bytes) -> bool:
    """Whether key and entry are a revision and its KeyValue."""
    try:
        revision, found = parse_revision(key), KeyValue.decode(entry)
    except (WireError, IndexError):
        return False
    return bool(found.key) and (revision.is_deletion or found.mod_revision == revision.main)


def records_in(file: Readable, page: int, page_size: int) -> Iterator[Fragment]:
    """Yield the records of keys in a page, whatever its header is."""
    for found in fragments_in(file, page, page_size):
        is_revision = len(found.key) in (REVISION_BYTES, TOMBSTONE_BYTES)
        if is_revision and is_record(found.key, found.value):
            yield found


def fragments_in(file: Readable, page: int, page_size: int) -> Iterator[Fragment]:
    """Yield the elements whose keys and values are within a page; they need not be records."""
    start = page * page_size
    left = file.size - start
    if left < PAGE_HEAD.size:
        return
    try:
        data = file.read(start, min(page_size, left))
        head = PAGE_HEAD.unpack_from(data)
        if 0 < (more := head[3] * page_size) <= min(_MOST_BYTES, left - page_size):
            data += file.read(start + page_size, more)
    except DamagedSnapshot:
        return
    for at in _elements(data, head[2]):
        flags, distance, key_size, value_size = unpack_from("<IIII", data, at)
        key = at + distance
        value = key + key_size
        end = value + value_size
        if not flags and key_size and end <= len(data):
            yield Fragment(data[key:value], start + value, data[value:end])


def _elements(data: bytes, entries: int) -> range:
    """Return the offsets of a page's elements: the first one's key follows the last element."""
    table = PAGE_HEAD.size
    if len(data) < table + ELEMENT_BYTES or not any(data[table : table + ELEMENT_BYTES]):
        return range(0)
    (first,) = unpack_from("<I", data, table + 4)
    most = (len(data) - table) // ELEMENT_BYTES
    count = min(max(entries, first // ELEMENT_BYTES), most)
    return range(table, table + count * ELEMENT_BYTES, ELEMENT_BYTES)
