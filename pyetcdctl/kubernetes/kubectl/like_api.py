"""Convert a stored object to the form that the API server returns, as far as that is known here.

Events are served by two groups, the core and events.k8s.io, from the same stored objects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes import definitions
from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.codec.encoding import PROTOBUF, encode
from pyetcdctl.kubernetes.codec.unfit import Unfit

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Object

METADATA = (
    *("name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "generation"),
    *("creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "labels"),
    *("annotations", "ownerReferences", "finalizers", "managedFields", "clusterName"),
)
CLAIM = {"kind": "PersistentVolumeClaim", "apiVersion": "v1"}
RANK = {name: rank for rank, name in enumerate(METADATA)}
EVENTS = "events.k8s.io"
NEWER_NAMES = {
    "involvedObject": "regarding",
    "message": "note",
    "source": "deprecatedSource",
    "firstTimestamp": "deprecatedFirstTimestamp",
    "lastTimestamp": "deprecatedLastTimestamp",
    "count": "deprecatedCount",
    "reportingComponent": "reportingController",
}
"""The fields with another name in events.k8s.io/v1, by their names in the core's v1."""
_OLDER_NAMES = {newer: older for older, newer in NEWER_NAMES.items()}


def like_api(
    obj: Object, mod_revision: int, *, managed_fields: bool = False, group: str | None = None
) -> Object:
    """Return the object with its resourceVersion, a CustomResourceDefinition in v1.

    An event is converted to the version of the group that is asked for. managedFields are hidden,
    as kubectl does, unless requested. The stored object is not changed.
    """
    served = dict(definitions.to_v1(obj) if definitions.is_old(obj) else obj)
    if group is not None and obj.get("kind") == "Event":
        served = dict(event_of_group(served, group))
    if str(obj.get("apiVersion")).startswith("apps/") and obj.get("kind") == "StatefulSet":
        served = _with_typed_claims(served)
    metadata = served.get("metadata")
    if not isinstance(metadata, dict):
        return served
    shown = {name: value for name, value in metadata.items() if name != "selfLink"}
    if not managed_fields:
        shown.pop("managedFields", None)
    shown["resourceVersion"] = str(mod_revision)
    custom = next(iter(obj), None) == "apiVersion"
    order = sorted(shown) if custom else sorted(shown, key=_rank)
    served["metadata"] = {name: shown[name] for name in order}
    return served


def _with_typed_claims(stateful_set: Object) -> Object:
    """Add kind and version to each claim's template, which are not stored."""
    spec = stateful_set.get("spec")
    claims = spec.get("volumeClaimTemplates") if isinstance(spec, dict) else None
    if not isinstance(spec, dict) or not isinstance(claims, list):
        return stateful_set
    typed = [{**CLAIM, **each} if isinstance(each, dict) else each for each in claims]
    return {**stateful_set, "spec": {**spec, "volumeClaimTemplates": typed}}


def _rank(name: str) -> int:
    return RANK.get(name, len(RANK))


def event_of_group(event: Object, group: str) -> Object:
    """Return an event as v1 of the core (an empty group) or of events.k8s.io.

    An event that does not fit its kind is returned as it is.
    """
    api_version = f"{group}/v1" if group else "v1"
    if event.get("apiVersion") == api_version:
        return event
    names = NEWER_NAMES if group == EVENTS else _OLDER_NAMES
    renamed = {names.get(name, name): value for name, value in event.items()}
    try:
        written = encode({**renamed, "apiVersion": api_version}, PROTOBUF)
    except Unfit:
        return event
    return decode(written).object or event
