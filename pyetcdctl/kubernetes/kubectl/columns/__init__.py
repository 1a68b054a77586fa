"""The columns that kubectl prints for the built-in kinds, computed from stored objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.kubectl.columns import (
    access,
    autoscaling,
    cluster,
    devices,
    events,
    lifecycle,
    networking,
    older,
    openshift,
    pods,
    storage,
    workloads,
)
from pyetcdctl.kubernetes.kubectl.columns.column import AGE, NAME

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.kubectl.columns.column import Column

_COLUMNS: dict[str, tuple[Column, ...]] = {
    **pods.COLUMNS,
    **workloads.COLUMNS,
    **autoscaling.COLUMNS,
    **networking.COLUMNS,
    **storage.COLUMNS,
    **access.COLUMNS,
    **cluster.COLUMNS,
    **events.COLUMNS,
    **devices.COLUMNS,
    **lifecycle.COLUMNS,
    **older.COLUMNS,
    **openshift.COLUMNS,
}
KINDS = tuple(_COLUMNS)


def columns_of(kind: str) -> tuple[Column, ...]:
    """Return the columns of a built-in kind; NAME and AGE for any other."""
    return _COLUMNS.get(kind, (NAME, AGE))
