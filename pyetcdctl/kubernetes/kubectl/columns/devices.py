"""Devices that pods claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.codec.times import age_of
from pyetcdctl.kubernetes.kubectl.columns.column import AGE, NAME, NONE, Column, count, field
from pyetcdctl.kubernetes.kubectl.columns.reach import at, number, objects, text

if TYPE_CHECKING:
    from datetime import datetime

    from pyetcdctl.kubernetes.kubectl.columns.column import Cell
    from pyetcdctl.kubernetes.objects import Object


def _claim_state(claim: Object, _: datetime) -> str:
    deleted = at(claim, "metadata.deletionTimestamp") is not None
    allocated = at(claim, "status.allocation") is not None
    states = {
        "deleted": deleted,
        "pending": not allocated and not deleted,
        "allocated": allocated,
        "reserved": allocated and bool(objects(at(claim, "status.reservedFor"))),
    }
    return ",".join(state for state, holds in states.items() if holds)


def _time_added(rule: Object, now: datetime) -> str:
    added = at(rule, "spec.taint.timeAdded")
    return "" if added is None else age_of(added, now)


def _outcome(request: Object) -> Object | None:
    """Return the condition that marks a request as complete or failed."""
    for each in objects(at(request, "status.conditions")):
        if each.get("type") in ("Complete", "Failed") and each.get("status") == "True":
            return each
    return None


def _is_failed(request: Object) -> bool:
    return (_outcome(request) or {}).get("type") == "Failed"


def _devices(field: str) -> Cell:
    def cell(request: Object, _: datetime) -> str:
        if not isinstance(request.get("status"), dict) or _is_failed(request):
            return "-"
        pools = objects(at(request, "status.pools"))
        return str(sum(number(pool.get(field)) for pool in pools))

    return cell


def _errors(request: Object, _: datetime) -> str:
    if not isinstance(request.get("status"), dict) or _is_failed(request):
        return "-"
    pools = objects(at(request, "status.pools"))
    return str(sum(pool.get("validationError") is not None for pool in pools))


def _request_status(request: Object, _: datetime) -> str:
    status = text((_outcome(request) or {}).get("type")) or "Pending"
    shown, whole = (
        len(objects(at(request, "status.pools"))),
        number(at(request, "status.poolCount")),
    )
    is_part = status == "Complete" and whole > shown
    return f"Complete ({shown}/{whole} pools)" if is_part else status


def _completed(request: Object, now: datetime) -> str:
    outcome = _outcome(request)
    if outcome is None or _is_failed(request):
        return NONE
    return age_of(outcome.get("lastTransitionTime"), now)


COLUMNS = {
    "DeviceClass": (NAME, AGE),
    "ResourceClaim": (NAME, Column("STATE", _claim_state), AGE),
    "ResourceClaimTemplate": (NAME, AGE),
    "ResourceSlice": (
        NAME,
        Column("NODE", field("spec.nodeName")),
        Column("DRIVER", field("spec.driver")),
        Column("POOL", field("spec.pool.name")),
        AGE,
    ),
    "DeviceTaintRule": (
        NAME,
        Column("KEY", field("spec.taint.key")),
        Column("VALUE", field("spec.taint.value")),
        Column("EFFECT", field("spec.taint.effect")),
        Column("TIMEADDED", _time_added),
        AGE,
    ),
    "ResourcePoolStatusRequest": (
        NAME,
        Column("DRIVER", field("spec.driver")),
        Column("TOTAL", _devices("totalDevices")),
        Column("AVAILABLE", _devices("availableDevices")),
        Column("ALLOCATED", _devices("allocatedDevices")),
        Column("UNAVAILABLE", _devices("unavailableDevices")),
        Column("ERRORS", _errors),
        Column("POOLS", count("status.poolCount")),
        Column("STATUS", _request_status),
        Column("COMPLETED", _completed),
    ),
}
