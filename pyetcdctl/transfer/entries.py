"""A key that is moved from one store to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.rpc.wire import read_varint, signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.keyspace.source import PagedRange
    from pyetcdctl.rpc.key_values import Record


class TransferEntry(NamedTuple):
    """A key with its value; the revisions are those of the source."""

    key: bytes
    value: bytes
    mod_revision: int = 0
    lease: int = 0


def entries_of(reading: PagedRange) -> Iterator[TransferEntry]:
    """Yield the keys of a range in key order."""
    for page in reading.pages():
        for key, _, modified, _, value, lease in page.records():
            yield TransferEntry(key, value, _number(modified), _number(lease))


def entry_of(record: Record) -> TransferEntry:
    """Return the key of a KeyValue on the wire."""
    key, _, modified, _, value, lease = record
    return TransferEntry(key, value, _number(modified), _number(lease))


def _number(varint: bytes | None) -> int:
    return signed(read_varint(varint, 0)[0]) if varint else 0
