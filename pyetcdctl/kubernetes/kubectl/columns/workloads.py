"""Workloads that create pods, and groups of pods that are scheduled together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.codec.times import age_of, duration, time_of
from pyetcdctl.kubernetes.kubectl.columns.column import (
    AGE,
    NAME,
    NONE,
    Column,
    containers,
    count,
    field,
    optional,
    size,
    wide,
)
from pyetcdctl.kubernetes.kubectl.columns.labels import labels, selector
from pyetcdctl.kubernetes.kubectl.columns.reach import at, condition, flag, number, objects, text

if TYPE_CHECKING:
    from datetime import datetime

    from pyetcdctl.kubernetes.objects import Object


_JOB_STATES = (
    *(("Complete", "Complete"), ("Failed", "Failed"), ("", "Terminating")),
    *(("Suspended", "Suspended"), ("FailureTarget", "FailureTarget")),
    ("SuccessCriteriaMet", "SuccessCriteriaMet"),
)
_SCHEDULED = ("PodGroupInitiallyScheduled", "PodGroupScheduled")
"""The condition's name since scheduling v1alpha3, and its name before."""


def _wanted(obj: Object, path: str = "spec.replicas") -> int:
    """Return the desired number of replicas, by default 1."""
    replicas = at(obj, path)
    return 1 if replicas is None else number(replicas)


def _desired(obj: Object, _: datetime) -> str:
    return str(_wanted(obj))


def _ready(obj: Object, _: datetime) -> str:
    return f"{number(at(obj, 'status.readyReplicas'))}/{_wanted(obj)}"


def _job_status(job: Object, _: datetime) -> str:
    deleted = at(job, "metadata.deletionTimestamp") is not None
    for name, status in _JOB_STATES:
        is_true = (condition(job, name) or {}).get("status") == "True" if name else deleted
        if is_true:
            return status
    return "Running"


def _completions(job: Object, _: datetime) -> str:
    succeeded = number(at(job, "status.succeeded"))
    wanted, parallel = at(job, "spec.completions"), at(job, "spec.parallelism")
    if wanted is not None:
        return f"{succeeded}/{number(wanted)}"
    return f"{succeeded}/1 of {number(parallel)}" if number(parallel) > 1 else f"{succeeded}/1"


def _duration(job: Object, now: datetime) -> str:
    started, ended = at(job, "status.startTime"), at(job, "status.completionTime")
    begin, end = time_of(started), now if ended is None else time_of(ended)
    return duration((end - begin).total_seconds()) if begin and end else ""


def _suspended(job: Object, _: datetime) -> str:
    return str(flag(at(job, "spec.suspend")))


def _last_schedule(job: Object, now: datetime) -> str:
    last = at(job, "status.lastScheduleTime")
    return NONE if last is None else age_of(last, now)


def _controller(revision: Object, _: datetime) -> str:
    owners = objects(at(revision, "metadata.ownerReferences"))
    owner = next((each for each in owners if flag(each.get("controller"))), None)
    if owner is None:
        return NONE
    group, slash, _version = text(owner.get("apiVersion")).partition("/")
    kind = text(owner.get("kind"))
    whole = f"{kind}.{group}" if slash and group else kind
    return f"{whole.lower()}/{text(owner.get('name'))}"


_SELECTOR = wide("SELECTOR", selector("spec.selector"))
_REPLICAS = (
    Column("DESIRED", _desired),
    Column("CURRENT", count("status.replicas")),
    Column("READY", count("status.readyReplicas")),
)


def _policy(group: Object, _: datetime) -> str:
    return "Gang" if isinstance(at(group, "spec.schedulingPolicy.gang"), dict) else "Basic"


def _workload(group: Object, _: datetime) -> str:
    reference = at(group, "spec.workloadRef")
    if reference is None:
        # Up to scheduling v1alpha2.
        template = at(group, "spec.podGroupTemplateRef")
        reference = at(template, "workload") or template
    return text(reference.get("workloadName")) if isinstance(reference, dict) else NONE


def _status(group: Object, _: datetime) -> str:
    found = {text(each.get("type")): each for each in objects(at(group, "status.conditions"))}
    if "DisruptionTarget" in found:
        return text(found["DisruptionTarget"].get("reason"))
    for name in _SCHEDULED:
        if name in found:
            is_true = found[name].get("status") == "True"
            return "Scheduled" if is_true else "Unschedulable"
    return "Pending"


COLUMNS = {
    "Deployment": (
        NAME,
        Column("READY", _ready),
        Column("UP-TO-DATE", count("status.updatedReplicas")),
        Column("AVAILABLE", count("status.availableReplicas")),
        AGE,
        *containers(),
        wide("SELECTOR", selector("spec.selector", none="", wrong="<invalid>")),
    ),
    "ReplicaSet": (NAME, *_REPLICAS, AGE, *containers(), _SELECTOR),
    "ReplicationController": (
        NAME,
        *_REPLICAS,
        AGE,
        *containers(),
        wide("SELECTOR", labels("spec.selector")),
    ),
    "StatefulSet": (NAME, Column("READY", _ready), AGE, *containers()),
    "DaemonSet": (
        NAME,
        Column("DESIRED", count("status.desiredNumberScheduled")),
        Column("CURRENT", count("status.currentNumberScheduled")),
        Column("READY", count("status.numberReady")),
        Column("UP-TO-DATE", count("status.updatedNumberScheduled")),
        Column("AVAILABLE", count("status.numberAvailable")),
        Column("NODE SELECTOR", labels("spec.template.spec.nodeSelector")),
        AGE,
        *containers(),
        _SELECTOR,
    ),
    "Job": (
        NAME,
        Column("STATUS", _job_status),
        Column("COMPLETIONS", _completions),
        Column("DURATION", _duration),
        AGE,
        *containers(),
        _SELECTOR,
    ),
    "CronJob": (
        NAME,
        Column("SCHEDULE", field("spec.schedule")),
        Column("TIMEZONE", optional("spec.timeZone", NONE)),
        Column("SUSPEND", _suspended),
        Column("ACTIVE", size("status.active")),
        Column("LAST SCHEDULE", _last_schedule),
        AGE,
        *containers("spec.jobTemplate.spec.template"),
        wide("SELECTOR", selector("spec.jobTemplate.spec.selector")),
    ),
    "PodDisruptionBudget": (
        NAME,
        Column("MIN AVAILABLE", optional("spec.minAvailable", "N/A")),
        Column("MAX UNAVAILABLE", optional("spec.maxUnavailable", "N/A")),
        Column("ALLOWED DISRUPTIONS", count("status.disruptionsAllowed")),
        AGE,
    ),
    "ControllerRevision": (
        NAME,
        Column("CONTROLLER", _controller),
        Column("REVISION", count("revision")),
        AGE,
    ),
    "Workload": (NAME, AGE),
    "PodGroup": (
        NAME,
        Column("POLICY", _policy),
        Column("WORKLOAD", _workload),
        Column("STATUS", _status),
        AGE,
    ),
    "CompositePodGroup": (
        NAME,
        Column("POLICY", _policy),
        Column("WORKLOAD", _workload),
        AGE,
    ),
}
