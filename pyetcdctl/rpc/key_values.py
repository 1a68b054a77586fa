"""KeyValues as they are on the wire: records of their fields, cut out without making messages.

Invariant: no field reaches beyond its KeyValue; one with fields of a later release, or in another
order than etcd writes them, is decoded with care.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from pyetcdctl.rpc.kv import KeyValue
from pyetcdctl.rpc.wire import WireError, append_varint, read_varint, signed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KEY_TAG = 0x0A
_NUMBER_TAGS, LEASE_TAG = (0x10, 0x18, 0x20), 0x30

_VARINT = rb"[\x80-\xff]{0,9}[\x00-\x7f]"
# The fields between a key and its value: three numbers, each left out when it is zero.
_REVISIONS = re.compile(
    rb"(?:\x10(%b))?(?:\x18(%b))?(?:\x20(%b))?(\x2a)?" % (_VARINT, _VARINT, _VARINT)
)


Record: TypeAlias = tuple[bytes, bytes | None, bytes | None, bytes | None, bytes, bytes | None]
"""Key, create_revision, mod_revision, version, value and lease of a KeyValue; the numbers as the
varints that they are on the wire, None for zero."""


def records_at(data: bytes, places: Iterable[tuple[int, int]]) -> Iterator[Record]:
    """Yield all fields of the KeyValues that begin and end at these offsets. Raises WireError."""
    revisions = _REVISIONS.match
    for body, body_end in places:
        try:
            size, at = data[body + 1], body + 2
            if size > 0x7F:
                size, at = read_varint(data, body + 1)
            end = at + size
            if end > body_end:
                raise WireError("a key reaches beyond its entry")
            key = data[at:end]
            found = revisions(data, end)
            assert found  # every part of the pattern may be missing
            at, value, lease = found.end(), b"", None
            create, mod, version, has_value = found.groups()
            if has_value:
                size = data[at]
                at += 1
                if size > 0x7F:
                    size, at = read_varint(data, at - 1)
                end = at + size
                value = data[at:end]
                at = end
            if at < body_end and data[at] == LEASE_TAG:
                start = at + 1
                at = read_varint(data, start)[1]
                lease = data[start:at]
        except (IndexError, WireError):
            at = -1
        if at == body_end:
            yield key, create, mod, version, value, lease
        else:
            yield _record_of(data[body:body_end])


def entry_of_key(key: bytes) -> bytes:
    """Return a serialized KeyValue that has only a key."""
    head = bytearray([KEY_TAG])
    append_varint(head, len(key))
    return bytes(head) + key


def key_of(entry: bytes) -> bytes:
    """Return the key of a serialized KeyValue: etcd writes it first."""
    return key_at(entry, 0)


def key_at(data: bytes, body: int) -> bytes:
    size, at = data[body + 1], body + 2
    if size > 0x7F:
        size, at = read_varint(data, body + 1)
    return data[at : at + size]


def _record_of(entry: bytes) -> Record:
    pair = KeyValue.decode(entry)
    if pair.key != key_of(entry):
        raise WireError("an entry has two keys")
    numbers = (pair.create_revision, pair.mod_revision, pair.version, pair.lease)
    create, mod, version, lease = (_varint(number) if number else None for number in numbers)
    return pair.key, create, mod, version, pair.value, lease


def _varint(number: int) -> bytes:
    out = bytearray()
    append_varint(out, number)
    return bytes(out)


def key_value(record: Record) -> KeyValue:
    """Return a record as a message of its own."""
    key, create, mod, version, value, lease = record
    return KeyValue(
        key=key,
        create_revision=number_of(create),
        mod_revision=number_of(mod),
        version=number_of(version),
        value=value,
        lease=number_of(lease),
    )


def number_of(varint: bytes | None) -> int:
    return signed(read_varint(varint, 0)[0]) if varint else 0


def without_value(entry: bytes, *, drops_lease: bool) -> bytes:
    """Return a serialized KeyValue without its value, and without its lease if that goes, too."""
    key, *numbers, _, lease = next(records_at(entry, [(0, len(entry))]))
    fields = [*zip(_NUMBER_TAGS, numbers, strict=True), (LEASE_TAG, None if drops_lease else lease)]
    return entry_of_key(key) + b"".join(bytes([tag]) + each for tag, each in fields if each)
