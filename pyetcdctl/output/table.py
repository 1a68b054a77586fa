"""The ``table`` format: boxes, for the results that etcdctl draws so (key-values are none)."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

from pyetcdctl.cluster_results import ClusterResult, StatusReport
from pyetcdctl.file_results import SnapshotStatus
from pyetcdctl.output import is_registered, unsupported
from pyetcdctl.output.boxes import drawn
from pyetcdctl.output.cluster_rows import rows_of
from pyetcdctl.output.quoting import terminal_safe
from pyetcdctl.output.snapshots import TITLES, figures
from pyetcdctl.results import LeaseGone

if TYPE_CHECKING:
    from pyetcdctl.output import Sink
    from pyetcdctl.settings import OutputSettings


@singledispatch
def render(result: Any, out: Sink, settings: OutputSettings) -> None:
    """Write the result as a table."""
    raise unsupported("table")


def can_show(kind: type) -> bool:
    """Return whether the format shows results of this type."""
    return is_registered(rows_of if issubclass(kind, ClusterResult) else render, kind)


@render.register(ClusterResult)
def _cluster(result: ClusterResult, out: Sink, settings: OutputSettings) -> None:
    titles, rows = rows_of(result)
    if settings.terminal and isinstance(result, StatusReport):
        from pyetcdctl.output.status_table import fitting

        titles, rows = fitting(result, settings.width)
    if settings.terminal:
        rows = [tuple(map(_safe, row)) for row in rows]
    out.write(drawn(titles, rows).encode("utf-8", "surrogateescape"))


@render.register(SnapshotStatus)
def _snapshot(result: SnapshotStatus, out: Sink, settings: OutputSettings) -> None:
    out.write(drawn(TITLES, [figures(result)]).encode())


def _safe(cell: str) -> str:
    return terminal_safe(cell.encode("utf-8", "surrogateescape")).decode()


@render.register(LeaseGone)
def _lease_gone(result: LeaseGone, out: Sink, settings: OutputSettings) -> None:
    """Print nothing."""
