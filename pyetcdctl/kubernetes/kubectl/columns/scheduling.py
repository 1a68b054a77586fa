"""Pods that are scheduled together: workloads and their groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.kubectl.columns.column import AGE, NAME, NONE, Column
from pyetcdctl.kubernetes.kubectl.columns.reach import at, objects, text

if TYPE_CHECKING:
    from datetime import datetime

    from pyetcdctl.kubernetes.objects import Object

_SCHEDULED = ("PodGroupInitiallyScheduled", "PodGroupScheduled")
"""The condition's name since scheduling v1alpha3, and its name before."""


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
