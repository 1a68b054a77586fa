"""Which group a write belongs to: by its key, or by the manager that its value names."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.codec.envelope import ENCRYPTED, MAGIC, SELF_DESCRIBED_CBOR, unwrap
from pyetcdctl.kubernetes.registry_keys import parse
from pyetcdctl.rpc.wire import WireError, read_fields

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.kubernetes.objects import Plain
    from pyetcdctl.kubernetes.stored_value import Reader

GROUPS = ("resource", "namespace", "key", "manager")
NO_NAMESPACE, NO_OBJECT = "(cluster-scoped)", "(not an object)"
NO_MANAGER, NOT_DECRYPTED, DELETED = "(no manager)", "(encrypted)", "(deletions)"
_METADATA, _MANAGED_FIELDS = 1, 17
"""Numbers of fields: an object's ObjectMeta, and in it (apimachinery, meta/v1) managedFields."""
_MANAGER, _TIME = 1, 4


def folder_grouping(by: str, registry: str) -> Callable[[bytes], str]:
    """Return what names the group of all keys of one folder, by one of them."""

    def resource(key: bytes) -> str:
        found = parse(os.fsdecode(key), registry)
        return found.resource.full_name if found else _first_names(key)

    def namespace(key: bytes) -> str:
        found = parse(os.fsdecode(key), registry)
        return (found.namespace or NO_NAMESPACE) if found else NO_OBJECT

    return {"resource": resource, "namespace": namespace}[by]


def _first_names(key: bytes) -> str:
    """Return the first two names of a key, which other programs than Kubernetes wrote."""
    at = 0
    for _ in range(2):
        slash = key.find(b"/", at or int(key.startswith(b"/")))
        if slash < 0:
            break
        at = slash + 1
    return os.fsdecode(key[:at]) or "(keys without a slash)"


class ManagerOf:
    """Names who wrote a value: the manager of the newest entry of metadata.managedFields.

    Only that is read of a value; one that is encrypted, or CBOR, is decoded for it.
    """

    def __init__(self, read: Reader) -> None:
        self._read = read

    def __call__(self, key: bytes, value: bytes) -> str:
        """Return the manager's name."""
        try:
            if value.startswith((ENCRYPTED, SELF_DESCRIBED_CBOR)):
                return self._of_decoded(key, value)
            if value.startswith(MAGIC):
                return _newest(_managers(unwrap(value).raw)) or NO_MANAGER
            if value.startswith(b"{"):
                return _of_object(json.loads(value))
        except (WireError, ValueError, RecursionError):
            pass
        return NO_OBJECT

    def _of_decoded(self, key: bytes, value: bytes) -> str:
        stored = self._read(key, value)
        if stored.decryption_error:
            return NOT_DECRYPTED
        return _of_object(stored.decoded.object)


def _managers(encoded: bytes) -> list[tuple[bytes, str]]:
    """Return time and manager of each entry of an encoded object's managedFields."""
    found = []
    for number, metadata in read_fields(encoded):
        if number != _METADATA or isinstance(metadata, int):
            continue
        for inner, entry in read_fields(metadata):
            if inner == _MANAGED_FIELDS and not isinstance(entry, int):
                fields = dict(read_fields(entry))
                found.append((_time(fields.get(_TIME)), _text(fields.get(_MANAGER))))
        break
    return found


def _time(encoded: int | bytes | None) -> bytes:
    """Return the seconds of a Time, which are its first field, to be compared."""
    seconds = dict(read_fields(encoded)).get(1) if isinstance(encoded, bytes) else None
    return seconds.to_bytes(8, "big") if isinstance(seconds, int) else b""


def _text(encoded: int | bytes | None) -> str:
    return encoded.decode("utf-8", "replace") if isinstance(encoded, bytes) else ""


def _of_object(obj: Plain) -> str:
    metadata = obj.get("metadata") if isinstance(obj, dict) else None
    if not isinstance(metadata, dict):
        return NO_OBJECT
    fields = metadata.get("managedFields")
    entries = (
        [each for each in fields if isinstance(each, dict)] if isinstance(fields, list) else []
    )
    found = [(str(each.get("time")).encode(), str(each.get("manager"))) for each in entries]
    return _newest(found) or NO_MANAGER


def _newest(managers: list[tuple[bytes, str]]) -> str:
    """Return the manager of the newest entry, the last of several."""
    newest, name = b"", ""
    for time, manager in managers:
        if time >= newest:
            newest, name = time, manager
    return name
