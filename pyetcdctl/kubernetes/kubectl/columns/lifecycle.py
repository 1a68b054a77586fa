"""Evictions of pods and requests for them: target, requesters and progress of the responders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.codec.times import age_of, duration, time_of
from pyetcdctl.kubernetes.kubectl.columns.column import (
    AGE,
    NAME,
    NONE,
    UNSET,
    Column,
    field,
    wide,
)
from pyetcdctl.kubernetes.kubectl.columns.reach import (
    at,
    condition,
    number,
    objects,
    shortened,
    text,
)

if TYPE_CHECKING:
    from datetime import datetime

    from pyetcdctl.kubernetes.objects import Object

_ACTIVE, _COMPLETED = "Active", "Completed"
_STOPPED = ("Canceled", "Interrupted")
_UNKNOWN = "<unknown>"


def _target(eviction: Object, _: datetime) -> str:
    pod = at(eviction, "spec.target.pod")
    return text(pod.get("name")) if isinstance(pod, dict) else UNSET


def _target_type(eviction: Object, _: datetime) -> str:
    return "Pod" if isinstance(at(eviction, "spec.target.pod"), dict) else UNSET


def _status(eviction: Object, _: datetime) -> str:
    for name in ("TargetEvicted", "Failed"):
        found = condition(eviction, name) or {}
        if found.get("status") == "True":
            return f"{name} ({text(found.get('reason'))})"
    return "Progressing" if number(at(eviction, "status.observedGeneration")) > 0 else "Pending"


def _chosen(eviction: Object) -> Object | None:
    """Return the last active responder; without one, the last that ended."""
    responders = objects(at(eviction, "status.targetResponders"))
    for states in ((_ACTIVE,), (_COMPLETED, *_STOPPED)):
        for responder in reversed(responders):
            if responder.get("state") in states:
                return responder
    return None


def _active_responder(eviction: Object, _: datetime) -> str:
    responders = objects(at(eviction, "status.targetResponders"))
    states = (_ACTIVE, _COMPLETED, *_STOPPED)
    reached = sum(responder.get("state") in states for responder in responders)
    chosen = _chosen(eviction)
    name = UNSET if chosen is None else text(chosen.get("name"))
    return f"{name} ({reached}/{len(responders)})"


def _report(eviction: Object) -> tuple[str, Object]:
    """Return the state and the status of the chosen responder; empty if there is none."""
    chosen = _chosen(eviction)
    if chosen is None:
        return "", {}
    for report in objects(at(eviction, "status.responders")):
        if text(report.get("name")) == text(chosen.get("name")):
            return text(chosen.get("state")), report
    return "", {}


def _responder_status(eviction: Object, now: datetime) -> str:
    state, report = _report(eviction)
    started, completed = report.get("startTime"), report.get("completionTime")
    if state == _ACTIVE and started is not None:
        return f"Started ({age_of(started, now)} ago)"
    if state == _COMPLETED and completed is not None:
        return f"{state} ({age_of(completed, now)} ago)"
    return state or UNSET


def _expected_finish(eviction: Object, now: datetime) -> str:
    state, report = _report(eviction)
    if state in (_COMPLETED, *_STOPPED):
        return "-"
    expected = report.get("expectedCompletionTime")
    if state != _ACTIVE or report.get("startTime") is None or expected is None:
        return _UNKNOWN
    when = time_of(expected)
    if when is not None and when > now:
        return f"in {duration((when - now).total_seconds())}"
    return f"{age_of(expected, now)} ago"


def _requesters(eviction: Object, _: datetime) -> str:
    requesters = objects(at(eviction, "status.requesters"))
    names = [text(each.get("name")) for each in requesters if each.get("intent") != "Withdrawn"]
    if not names:
        return "<withdrawn>" if requesters else NONE
    return shortened(sorted(names), 1) or UNSET


def _heartbeat(eviction: Object, now: datetime) -> str:
    beat = _report(eviction)[1].get("heartbeatTime")
    return UNSET if beat is None else f"{age_of(beat, now)} ago"


def _message(eviction: Object, _: datetime) -> str:
    return text(_report(eviction)[1].get("message")).strip() or UNSET


COLUMNS = {
    "EvictionRequest": (
        NAME,
        Column("TARGET", _target),
        Column("TARGET TYPE", _target_type),
        Column("STATUS", _status),
        Column("REQUESTER", field("spec.requester")),
        Column("INTENT", field("spec.intent")),
        AGE,
    ),
    "Eviction": (
        NAME,
        Column("TARGET", _target),
        Column("TARGET TYPE", _target_type),
        Column("STATUS", _status),
        Column("ACTIVE RESPONDER", _active_responder),
        Column("RESPONDER STATUS", _responder_status),
        Column("RESPONDER EXPECTED FINISH", _expected_finish),
        Column("REQUESTERS", _requesters),
        AGE,
        wide("RESPONDER HEARTBEAT", _heartbeat),
        wide("RESPONDER STATUS MESSAGE", _message),
    ),
}
