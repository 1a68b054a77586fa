"""The group of a write: by its key, or by the manager that its value names."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.codec.envelope import ENCRYPTED, MAGIC, SELF_DESCRIBED_CBOR
from pyetcdctl.kubernetes.managed_fields import entries_of_object, entries_of_protobuf
from pyetcdctl.kubernetes.registry_keys import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyetcdctl.kubernetes.managed_fields import ManagerEntry
    from pyetcdctl.kubernetes.objects import Plain
    from pyetcdctl.kubernetes.stored_value import Reader

GROUPS = ("resource", "namespace", "key", "manager")
NO_NAMESPACE, NO_OBJECT = "(cluster-scoped)", "(not an object)"
NO_MANAGER, NOT_DECRYPTED, DELETED = "(no manager)", "(encrypted)", "(deletions)"


def folder_grouping(by: str, registry: str) -> Callable[[bytes], str]:
    """Return the function that names the group of a folder's keys, given one of them."""

    def resource(key: bytes) -> str:
        found = parse(os.fsdecode(key), registry)
        return found.resource.full_name if found else _first_names(key)

    def namespace(key: bytes) -> str:
        found = parse(os.fsdecode(key), registry)
        return (found.namespace or NO_NAMESPACE) if found else NO_OBJECT

    return {"resource": resource, "namespace": namespace}[by]


def _first_names(key: bytes) -> str:
    """Return the first two names of a key that is not Kubernetes'."""
    at = 0
    for _ in range(2):
        slash = key.find(b"/", at or int(key.startswith(b"/")))
        if slash < 0:
            break
        at = slash + 1
    return os.fsdecode(key[:at]) or "(keys without a slash)"


class ManagerOf:
    """Names the writer of a value: the manager of the newest entry of metadata.managedFields.

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
                entries = entries_of_protobuf(value)
                return NO_OBJECT if entries is None else _newest(entries)
            if value.startswith(b"{"):
                return _of_object(json.loads(value))
        except (ValueError, RecursionError):
            pass
        return NO_OBJECT

    def _of_decoded(self, key: bytes, value: bytes) -> str:
        stored = self._read(key, value)
        if stored.decryption_error:
            return NOT_DECRYPTED
        return _of_object(stored.decoded.object)


def _of_object(obj: Plain) -> str:
    if not isinstance(obj, dict) or not isinstance(obj.get("metadata"), dict):
        return NO_OBJECT
    return _newest(entries_of_object(obj))


def _newest(entries: Sequence[ManagerEntry]) -> str:
    """Return the manager of the newest entry, the last of several."""
    newest = max(reversed(entries), key=lambda each: each.time, default=None)
    return newest.manager if newest and newest.manager else NO_MANAGER
