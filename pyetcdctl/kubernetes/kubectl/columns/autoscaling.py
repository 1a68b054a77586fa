"""HorizontalPodAutoscalers: current and target values of their metrics.

autoscaling/v1 has one metric in its fields and the others in annotations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.kubernetes.codec import json_reading
from pyetcdctl.kubernetes.kubectl.columns.column import AGE, NAME, Column, count
from pyetcdctl.kubernetes.kubectl.columns.reach import (
    at,
    mapping,
    objects,
    quantity,
    shortened,
    text,
)

if TYPE_CHECKING:
    from datetime import datetime

    from pyetcdctl.kubernetes.objects import Object, Plain

_FIRST = "autoscaling/v1"
_ANNOTATION = "autoscaling.alpha.kubernetes.io/"
_UNKNOWN = "<unknown>"
_MOST = 2
_BY_DEFAULT = 80
_SOURCES = {
    "External": "external",
    "Pods": "pods",
    "Object": "object",
    "Resource": "resource",
    "ContainerResource": "containerResource",
}


class _Amounts(NamedTuple):
    """The current or target amounts of a metric; ``missing`` is printed for an absent one."""

    missing: str
    value: Plain
    average: Plain
    utilization: Plain

    def quantity(self, amount: Plain) -> str:
        """Format one of the amounts."""
        return self.missing if amount is None else quantity(amount)


def _reference(scaler: Object, _: datetime) -> str:
    target = mapping(at(scaler, "spec.scaleTargetRef"))
    return f"{text(target.get('kind'))}/{text(target.get('name'))}"


def _least(scaler: Object, _: datetime) -> str:
    least = at(scaler, "spec.minReplicas")
    return "1" if least is None else text(least)


def _targets(scaler: Object, _: datetime) -> str:
    if scaler.get("apiVersion") == _FIRST:
        cpu = at(scaler, "spec.targetCPUUtilizationPercentage")
        wanted = [*_annotated(scaler, "metrics"), *_cpu("target", cpu)]
        cpu = at(scaler, "status.currentCPUUtilizationPercentage")
        measured = _annotated(scaler, "current-metrics") or _cpu("current", cpu)
    else:
        wanted = objects(at(scaler, "spec.metrics"))
        measured = objects(at(scaler, "status.currentMetrics"))
    wanted = wanted or _cpu("target", _BY_DEFAULT)
    missing = [None] * len(wanted)
    pairs = zip(wanted, [*measured, *missing], strict=False)
    return shortened([_target(each, current) for each, current in pairs], _MOST, ", ")


def _annotated(scaler: Object, name: str) -> list[Object]:
    annotation = mapping(at(scaler, "metadata.annotations")).get(_ANNOTATION + name)
    try:
        return objects(json_reading.parse(text(annotation)))
    except ValueError:
        return []


def _cpu(prefix: str, percentage: Plain) -> list[Object]:
    if percentage is None:
        return []
    resource = {"name": "cpu", f"{prefix}AverageUtilization": percentage}
    return [{"type": "Resource", "resource": resource}]


def _target(metric: Object, current: Object | None) -> str:
    kind = metric.get("type")
    source = _SOURCES.get(text(kind))
    if source is None:
        return "<unknown type>"
    wanted = _amounts(mapping(metric.get(source)), "target")
    is_measured = current is not None and isinstance(current.get(source), dict)
    measured = _amounts(current[source], "current") if current and is_measured else None
    if source in ("resource", "containerResource"):
        return f"{text(at(metric, f'{source}.name'))}: {_of_resource(wanted, measured)}"
    if source == "pods":
        shown = measured.quantity(measured.average) if measured else _UNKNOWN
        return f"{shown}/{wanted.quantity(wanted.average)}"
    if wanted.average is None:
        shown = measured.quantity(measured.value) if measured else _UNKNOWN
        return f"{shown}/{wanted.quantity(wanted.value)}"
    has_average = measured and measured.average is not None
    shown = measured.quantity(measured.average) if measured and has_average else _UNKNOWN
    return f"{shown}/{wanted.quantity(wanted.average)} (avg)"


def _of_resource(wanted: _Amounts, measured: _Amounts | None) -> str:
    if wanted.average is not None:
        shown = measured.quantity(measured.average) if measured else _UNKNOWN
        return f"{shown}/{wanted.quantity(wanted.average)}"
    part = None if measured is None else measured.utilization
    whole = "<auto>" if wanted.utilization is None else f"{text(wanted.utilization)}%"
    return f"{_UNKNOWN if part is None else f'{text(part)}%'}/{whole}"


def _amounts(source: Object, prefix: str) -> _Amounts:
    """Return a metric's amounts; autoscaling/v1 has them in the same object as its name."""
    newer = source.get(prefix)
    names = ("value", "averageValue", "averageUtilization")
    if isinstance(newer, dict) and "metricName" not in source:
        return _Amounts("<nil>", *(newer.get(name) for name in names))
    value, average, utilization = (
        source.get(f"{prefix}{name[0].upper()}{name[1:]}") for name in names
    )
    average = source.get("averageValue") if average is None else average
    return _Amounts("0", value, average, utilization)


COLUMNS = {
    "HorizontalPodAutoscaler": (
        NAME,
        Column("REFERENCE", _reference),
        Column("TARGETS", _targets),
        Column("MINPODS", _least),
        Column("MAXPODS", count("spec.maxReplicas")),
        Column("REPLICAS", count("status.currentReplicas")),
        AGE,
    )
}
