"""The groups of a value by its content: its kind, its owner, its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.codec.envelope import ENCRYPTED, MAGIC, unwrap
from pyetcdctl.kubernetes.codec.json_writing import json_text
from pyetcdctl.kubernetes.schema import table
from pyetcdctl.rpc.wire import WireError, read_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyetcdctl.kubernetes.objects import Object, Plain
    from pyetcdctl.kubernetes.stored_value import Reader, StoredValue

    Parts = list[tuple[str, int]]

NOT_DECRYPTED = "(encrypted)"
NO_OBJECT = "(not an object)"
NO_OWNER = "(no owner)"
REST = "(everything else)"
MANAGED_FIELDS, LAST_APPLIED = "metadata.managedFields", "metadata.annotations[last-applied]"
_LAST_APPLIED_KEY = "kubectl.kubernetes.io/last-applied-configuration"
_METADATA, _ANNOTATIONS, _MANAGED = 1, 12, 17
"""Numbers of fields: an object's ObjectMeta, and two of its own (apimachinery, meta/v1)."""


class ByKind:
    """Groups by version and kind."""

    def __init__(self, read: Reader) -> None:
        self._read = read

    def __call__(self, key: bytes, value: bytes) -> Parts:
        """Return the one group of a value."""
        if value.startswith(MAGIC) and not value.startswith(ENCRYPTED):
            envelope = unwrap(value)
            return [(f"{envelope.api_version} {envelope.kind}".strip() or NO_OBJECT, len(value))]
        stored = self._read(key, value)
        return [(_not_an_object(stored) or stored.type, len(value))]


class ByOwner:
    """Groups by the kind of the object that owns an object."""

    def __init__(self, read: Reader) -> None:
        self._read = read

    def __call__(self, key: bytes, value: bytes) -> Parts:
        """Return the one group of a value."""
        stored = self._read(key, value)
        return [(_not_an_object(stored) or _owner(stored.decoded.object or {}), len(value))]


class ByField:
    """Groups the bytes of all values by the fields of the objects that they are in.

    Protobuf is measured as it is stored, other objects by the length of their JSON; all other bytes
    are the rest. The parts of a value add up to its length.
    """

    def __init__(self, read: Reader) -> None:
        self._read = read

    def __call__(self, key: bytes, value: bytes) -> Parts:
        """Return the parts of a value."""
        plain = value
        if value.startswith(ENCRYPTED):
            stored = self._read(key, value)
            if stored.decryption_error:
                return [(NOT_DECRYPTED, len(value))]
            plain = stored.plain
        parts = _protobuf_parts(plain) if plain.startswith(MAGIC) else self._json_parts(key, plain)
        rest = len(value) - sum(size for _, size in parts)
        return [*parts, (REST, rest)] if rest > 0 else parts

    def _json_parts(self, key: bytes, plain: bytes) -> Parts:
        stored = self._read(key, plain)
        obj = stored.decoded.object
        if obj is None:
            return [(NO_OBJECT, len(plain))]
        parts = [part for part in _object_parts(obj) if part[1]]
        # JSON with blanks is longer than its parts; where it is not longer there is no rest.
        return parts if sum(size for _, size in parts) <= len(plain) else []


def parts_by(what: str, read: Reader) -> Callable[[bytes, bytes], Parts]:
    """Return the function that finds the groups of a value: by kind, owner or field."""
    if what == "kind":
        return ByKind(read)
    return ByOwner(read) if what == "owner" else ByField(read)


def _not_an_object(stored: StoredValue) -> str:
    if stored.decryption_error:
        return NOT_DECRYPTED
    return "" if stored.decoded.object is not None and stored.type else NO_OBJECT


def _owner(obj: Object) -> str:
    metadata = obj.get("metadata")
    owners = metadata.get("ownerReferences") if isinstance(metadata, dict) else None
    named = [each for each in owners if isinstance(each, dict)] if isinstance(owners, list) else []
    named.sort(key=lambda each: not each.get("controller"))
    return next((str(each["kind"]) for each in named if each.get("kind")), NO_OWNER)


def _protobuf_parts(plain: bytes) -> Parts:
    envelope = unwrap(plain)
    name = table.message_name(envelope.api_version, envelope.kind)
    message = table.message(name) if name else None
    names = {each.number: each.name for each in message.fields} if message else {}
    try:
        return list(_fields_of(envelope.raw, names))
    except WireError:
        return []


def _fields_of(raw: bytes, names: dict[int, str]) -> Iterator[tuple[str, int]]:
    for number, value in read_fields(raw):
        size = len(value) if isinstance(value, bytes) else 0
        if number == _METADATA and isinstance(value, bytes):
            for part, part_size in _metadata_parts(value):
                size -= part_size
                yield part, part_size
            yield "metadata (rest)", size
        elif number in names and size:
            yield names[number], size


def _metadata_parts(raw: bytes) -> Iterator[tuple[str, int]]:
    for number, value in read_fields(raw):
        if not isinstance(value, bytes):
            continue
        if number == _MANAGED:
            yield MANAGED_FIELDS, len(value)
        elif number == _ANNOTATIONS and _LAST_APPLIED_KEY.encode() in value[:80]:
            yield LAST_APPLIED, len(value)


def _object_parts(obj: Object) -> Iterator[tuple[str, int]]:
    for name, value in obj.items():
        if name in ("apiVersion", "kind"):
            continue
        size = len(json_text(value).encode())
        if name == "metadata" and isinstance(value, dict):
            managed = _json_size(value.get("managedFields"))
            annotations = value.get("annotations")
            applied = annotations.get(_LAST_APPLIED_KEY) if isinstance(annotations, dict) else None
            yield MANAGED_FIELDS, managed
            yield LAST_APPLIED, _json_size(applied)
            yield "metadata (rest)", size - managed - _json_size(applied)
        else:
            yield name, size


def _json_size(value: Plain) -> int:
    return len(json_text(value).encode()) if value is not None else 0
