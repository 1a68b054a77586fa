"""Events in the two groups that serve the same stored objects: the core, and events.k8s.io."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.codec.encoding import PROTOBUF, encode
from pyetcdctl.kubernetes.codec.unfit import Unfit

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Object

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
"""By their names in the core's v1, the fields that events.k8s.io/v1 calls otherwise."""
_OLDER_NAMES = {newer: older for older, newer in NEWER_NAMES.items()}


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
