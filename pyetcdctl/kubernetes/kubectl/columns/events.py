"""Events: object, count and times, from the fields of v1 or of events.k8s.io/v1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.codec.times import age_of, time_of
from pyetcdctl.kubernetes.kubectl.columns.column import NAME, Column, field, wide
from pyetcdctl.kubernetes.kubectl.columns.reach import at, mapping, number, text
from pyetcdctl.kubernetes.kubectl.like_api import NEWER_NAMES

if TYPE_CHECKING:
    from datetime import datetime

    from pyetcdctl.kubernetes.objects import Object, Plain


def _of(event: Object, name: str) -> Plain:
    """Return a field by its name in v1."""
    return event.get(name, event.get(NEWER_NAMES[name]))


def _first_seen(event: Object, now: datetime) -> str:
    first = _of(event, "firstTimestamp")
    return age_of(first if time_of(first) else event.get("eventTime"), now)


def _last_seen(event: Object, now: datetime) -> str:
    if isinstance(event.get("series"), dict):
        return age_of(at(event, "series.lastObservedTime"), now)
    last = _of(event, "lastTimestamp")
    return age_of(last, now) if time_of(last) else _first_seen(event, now)


def _count(event: Object, _: datetime) -> str:
    if isinstance(event.get("series"), dict):
        return str(number(at(event, "series.count")))
    return str(number(_of(event, "count")) or 1)


def _object(event: Object, _: datetime) -> str:
    involved = mapping(_of(event, "involvedObject"))
    kind, name = text(involved.get("kind")).lower(), text(involved.get("name"))
    return f"{kind}/{name}" if name else kind


def _part(event: Object, _: datetime) -> str:
    return text(mapping(_of(event, "involvedObject")).get("fieldPath"))


def _source(event: Object, _: datetime) -> str:
    source = mapping(_of(event, "source"))
    component = text(source.get("component"))
    component = component or text(_of(event, "reportingComponent"))
    instance = text(source.get("host")) or text(event.get("reportingInstance"))
    return f"{component}, {instance}" if instance else component


def _message(event: Object, _: datetime) -> str:
    return text(_of(event, "message")).strip()


COLUMNS = {
    "Event": (
        Column("LAST SEEN", _last_seen),
        Column("TYPE", field("type")),
        Column("REASON", field("reason")),
        Column("OBJECT", _object),
        wide("SUBOBJECT", _part),
        wide("SOURCE", _source),
        Column("MESSAGE", _message),
        wide("FIRST SEEN", _first_seen),
        wide("COUNT", _count),
        NAME._replace(wide=True),
    )
}
