"""Read the managers of an object: the entries of metadata.managedFields, without decoding the
rest.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.kubernetes.codec.envelope import MAGIC, unwrap
from pyetcdctl.rpc.wire import WireError, read_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.kubernetes.objects import Object

_METADATA, _MANAGED_FIELDS = 1, 17
"""Numbers of fields: an object's ObjectMeta, and in it (apimachinery, meta/v1) managedFields."""
_MANAGER, _OPERATION, _TIME, _SUBRESOURCE = 1, 2, 4, 8
_CACHED = 100
"""The size of the cache of entries: a write changes one entry of an object, the others are the same
bytes.
"""


class ManagerEntry(NamedTuple):
    """An entry of managedFields; entries of objects in one format can be compared."""

    manager: str
    operation: str
    subresource: str
    time: str
    """The time for comparing: the number of seconds, or the API's text."""
    fields: object
    """The entry without its time."""

    def __str__(self) -> str:
        place = f"({self.subresource})" if self.subresource else ""
        return " ".join(filter(None, (self.manager, self.operation, place)))

    def is_like(self, other: ManagerEntry) -> bool:
        """Whether only the time differs."""
        return self.fields is other.fields or self.fields == other.fields


def entries_of_protobuf(value: bytes) -> list[ManagerEntry] | None:
    """Return the entries of a value in protobuf; None for one that is not, or is damaged."""
    if not value.startswith(MAGIC):
        return None
    envelope = unwrap(value)
    if envelope.problem or envelope.content_encoding or envelope.content_type:
        return None
    try:
        return [
            _entry(encoded)
            for metadata in _messages(envelope.raw, _METADATA)
            for encoded in _messages(metadata, _MANAGED_FIELDS)
        ]
    except WireError:
        return None


def entries_of_object(obj: Object | None) -> list[ManagerEntry]:
    """Return the entries of a decoded object."""
    metadata = obj.get("metadata") if obj else None
    fields = metadata.get("managedFields") if isinstance(metadata, dict) else None
    entries = fields if isinstance(fields, list) else []
    return [_plain_entry(each) for each in entries if isinstance(each, dict)]


def _messages(encoded: bytes, wanted: int) -> Iterator[bytes]:
    for number, value in read_fields(encoded):
        if number == wanted and isinstance(value, bytes):
            yield value


@lru_cache(maxsize=_CACHED)
def _entry(encoded: bytes) -> ManagerEntry:
    found = dict(read_fields(encoded))
    time = found.pop(_TIME, b"")
    manager, operation, subresource = (
        _text(found.get(number)) for number in (_MANAGER, _OPERATION, _SUBRESOURCE)
    )
    return ManagerEntry(manager, operation, subresource, _seconds(time), found)


def _seconds(encoded: int | bytes) -> str:
    """Return the seconds of a Time, which are its first field, so that texts are in order."""
    seconds = dict(read_fields(encoded)).get(1) if isinstance(encoded, bytes) else None
    return f"{seconds:020}" if isinstance(seconds, int) else ""


def _text(encoded: int | bytes | None) -> str:
    return encoded.decode("utf-8", "replace") if isinstance(encoded, bytes) else ""


def _plain_entry(entry: Object) -> ManagerEntry:
    manager, operation, subresource, time = (
        str(entry.get(name) or "") for name in ("manager", "operation", "subresource", "time")
    )
    fields = {name: value for name, value in entry.items() if name != "time"}
    return ManagerEntry(manager, operation, subresource, time, fields)
