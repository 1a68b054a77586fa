"""Remove the fields of an object that change all the time: heartbeats, renewals, book-keeping."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Object, Plain

_HEARTBEATS = frozenset({"lastHeartbeatTime", "lastProbeTime"})
_METADATA = frozenset({"managedFields", "resourceVersion", "generation"})
_LEASE = frozenset({"renewTime"})


def without_noise(obj: Object | None) -> Object | None:
    """Return an object without heartbeats, renewals and book-keeping; None for None."""
    if obj is None:
        return None
    shown = dict(obj)
    metadata, status = shown.get("metadata"), shown.get("status")
    if isinstance(metadata, dict):
        shown["metadata"] = {n: v for n, v in metadata.items() if n not in _METADATA}
    if isinstance(status, dict) and isinstance(status.get("conditions"), list):
        shown["status"] = {**status, "conditions": [_quiet(each) for each in status["conditions"]]}
    spec = shown.get("spec")
    if shown.get("kind") == "Lease" and isinstance(spec, dict):
        shown["spec"] = {n: v for n, v in spec.items() if n not in _LEASE}
    return shown


def without_managed_fields(obj: Object | None) -> Object | None:
    """Return an object without the record of who owns which field; None for None."""
    metadata = obj.get("metadata") if obj else None
    if obj is None or not isinstance(metadata, dict):
        return obj
    return {**obj, "metadata": {n: v for n, v in metadata.items() if n != "managedFields"}}


def _quiet(condition: Plain) -> Plain:
    if not isinstance(condition, dict):
        return condition
    return {name: value for name, value in condition.items() if name not in _HEARTBEATS}
