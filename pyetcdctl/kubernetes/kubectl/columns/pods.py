"""Pods: readiness, status and restarts, computed from the statuses of their containers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.kubernetes.codec.times import duration, time_of
from pyetcdctl.kubernetes.kubectl.columns.column import (
    AGE,
    NAME,
    NONE,
    Column,
    container_images,
    container_names,
    field,
    wide,
)
from pyetcdctl.kubernetes.kubectl.columns.labels import labels
from pyetcdctl.kubernetes.kubectl.columns.reach import at, condition, flag, number, objects, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from pyetcdctl.kubernetes.objects import Object

_LOST = "NodeLost"
_OVER = ("Failed", "Succeeded")


class _Summary(NamedTuple):
    """Container statuses summed up: a reason, the ready count and the statuses with restarts."""

    reason: str = ""
    ready: int = 0
    restarting: Sequence[Object] = ()
    may_run: bool = True


def _ready(pod: Object, _: datetime) -> str:
    before = objects(at(pod, "spec.initContainers"))
    whole = sum(each.get("restartPolicy") == "Always" for each in before)
    whole += len(objects(at(pod, "spec.containers")))
    return f"{sum(summary.ready for summary in _summaries(pod))}/{whole}"


def _status(pod: Object, _: datetime) -> str:
    status, phase = text(at(pod, "status.reason")), text(at(pod, "status.phase"))
    if at(pod, "metadata.deletionTimestamp") is not None:
        if status == _LOST:
            return "Unknown"
        if phase not in _OVER:
            return "Terminating"
    gated = any(
        each.get("type") == "PodScheduled" and each.get("reason") == "SchedulingGated"
        for each in objects(at(pod, "status.conditions"))
    )
    usual = "SchedulingGated" if gated else status or phase
    init, main = _summaries(pod)
    reason = main.reason or init.reason or usual
    return _of_completed(pod) if reason == "Completed" and main.may_run else reason


def _restarts(pod: Object, now: datetime) -> str:
    statuses = [status for summary in _summaries(pod) for status in summary.restarting]
    restarts = sum(number(each.get("restartCount")) for each in statuses)
    ends = (time_of(at(each, "lastState.terminated.finishedAt")) for each in statuses)
    last = max((end for end in ends if end), default=None)
    if not restarts or last is None:
        return str(restarts)
    return f"{restarts} ({duration((now - last).total_seconds())} ago)"


def _sidecars(pod: Object) -> set[str]:
    """Return the names of the init containers that keep running (restartPolicy Always)."""
    containers = objects(at(pod, "spec.initContainers"))
    policies = {text(each.get("name")): each.get("restartPolicy") for each in containers}
    return {name for name, policy in policies.items() if policy == "Always"}


def _summaries(pod: Object) -> tuple[_Summary, _Summary]:
    """Sum up the init containers, and the main containers if they may run."""
    init = _init_summary(pod)
    may_run = not init.reason or _has_initialized(pod)
    return init, _main_summary(pod) if may_run else _Summary(may_run=False)


def _init_summary(pod: Object) -> _Summary:
    """Sum up the init containers up to the first that has not finished."""
    sidecars, ready = _sidecars(pod), 0
    statuses = objects(at(pod, "status.initContainerStatuses"))
    for done, status in enumerate(statuses):
        is_sidecar = text(status.get("name")) in sidecars
        if _exit_code(status) == 0:
            continue
        if is_sidecar and flag(status.get("started")):
            ready += flag(status.get("ready"))
            continue
        whole = len(objects(at(pod, "spec.initContainers")))
        reason = _init_reason(status) or f"{done}/{whole}"
        seen = statuses[: done + 1]
        if _has_initialized(pod):
            seen = [each for each in seen if text(each.get("name")) in sidecars]
        return _Summary(f"Init:{reason}", ready, seen)
    beside = [each for each in statuses if text(each.get("name")) in sidecars]
    return _Summary("", ready, beside)


def _main_summary(pod: Object) -> _Summary:
    """Sum up the main containers; the reason is that of the first that has one."""
    statuses = objects(at(pod, "status.containerStatuses"))
    reason = next(filter(None, map(_reason, statuses)), "")
    return _Summary(reason, sum(map(_runs, statuses)), statuses)


def _has_initialized(pod: Object) -> bool:
    return (condition(pod, "Initialized") or {}).get("status") == "True"


def _init_reason(status: Object) -> str:
    waiting = text(at(status, "state.waiting.reason"))
    if _exit_code(status) is not None:
        return _end_reason(status)
    return "" if waiting == "PodInitializing" else waiting


def _reason(status: Object) -> str:
    waiting = text(at(status, "state.waiting.reason"))
    return waiting or ("" if _exit_code(status) is None else _end_reason(status))


def _end_reason(status: Object) -> str:
    """Return why a container terminated: a reason, a signal or an exit code."""
    reason = text(at(status, "state.terminated.reason"))
    signal = number(at(status, "state.terminated.signal"))
    return reason or (f"Signal:{signal}" if signal else f"ExitCode:{_exit_code(status)}")


def _exit_code(status: Object) -> int | None:
    """Return the exit code of a terminated container; None for any other."""
    ended = at(status, "state.terminated")
    return number(ended.get("exitCode")) if isinstance(ended, dict) else None


def _runs(status: Object) -> bool:
    running = isinstance(at(status, "state.running"), dict)
    return not _reason(status) and running and flag(status.get("ready"))


def _of_completed(pod: Object) -> str:
    """Return the status of a pod whose first container has completed."""
    statuses = objects(at(pod, "status.containerStatuses"))
    is_running = any(map(_runs, statuses))
    is_ready = any(
        each.get("type") == "Ready" and each.get("status") == "True"
        for each in objects(at(pod, "status.conditions"))
    )
    if is_running and is_ready:
        return "Running"
    failed = _failures(statuses)
    return next(failed, "NotReady" if is_running else "Completed")


def _failures(statuses: Sequence[Object]) -> Iterator[str]:
    waits = (text(at(each, "state.waiting.reason")) for each in statuses)
    pairs = zip(statuses, waits, strict=True)
    return (_end_reason(each) for each, waiting in pairs if not waiting and _exit_code(each))


def _address(pod: Object, _: datetime) -> str:
    others = objects(at(pod, "status.podIPs"))
    first = text(others[0].get("ip")) if others else ""
    return text(at(pod, "status.podIP")) or first or NONE


def _gates(pod: Object, _: datetime) -> str:
    gates = [each.get("conditionType") for each in objects(at(pod, "spec.readinessGates"))]
    conditions = [condition(pod, text(gate)) or {} for gate in gates]
    passed = sum(each.get("status") == "True" for each in conditions)
    return f"{passed}/{len(gates)}" if gates else NONE


COLUMNS = {
    "Pod": (
        NAME,
        Column("READY", _ready),
        Column("STATUS", _status),
        Column("RESTARTS", _restarts),
        AGE,
        wide("IP", _address),
        wide("NODE", field("spec.nodeName", NONE)),
        wide("NOMINATED NODE", field("status.nominatedNodeName", NONE)),
        wide("READINESS GATES", _gates),
    ),
    "PodTemplate": (
        NAME,
        Column("CONTAINERS", container_names("template")),
        Column("IMAGES", container_images("template")),
        Column("POD LABELS", labels("template.metadata.labels")),
    ),
}
