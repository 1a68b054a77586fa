"""The ``table`` format: boxes, as etcdctl 3.7 draws them, for the results that it draws as
tables.
"""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

from pyetcdctl.cluster_results import ClusterResult, StatusReport
from pyetcdctl.escaping import terminal_safe
from pyetcdctl.file_results import SnapshotStatus
from pyetcdctl.output import is_registered, unsupported
from pyetcdctl.output.cluster_rows import rows_of
from pyetcdctl.output.columns import width
from pyetcdctl.output.snapshots import TITLES, figures
from pyetcdctl.results import LeaseGone

if TYPE_CHECKING:
    from collections.abc import Sequence

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


_TAB = "    "


def drawn(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return the table; without rows it is just the titles in their frame."""
    heads = [title.replace("_", " ").upper() for title in titles]
    cells = [[_lines(cell) for cell in row] for row in rows]
    columns = [
        max(width(head), *(width(line) for row in cells for line in row[number]), 0)
        for number, head in enumerate(heads)
    ]
    text = _rule("┌", "┬", "┐", columns) + _line(_centred(heads, columns))
    if cells:
        text += _rule("├", "┼", "┤", columns)
    text += "".join(_row(row, columns) for row in cells)
    return text + _rule("└", "┴", "┘", columns)


def _lines(cell: str) -> list[str]:
    lines = cell.strip().replace("\t", _TAB).split("\n")
    return [line for line in lines if line] or [""]


def _rule(left: str, middle: str, right: str, columns: Sequence[int]) -> str:
    return left + middle.join("─" * (size + 2) for size in columns) + f"{right}\n"


def _row(row: Sequence[Sequence[str]], columns: Sequence[int]) -> str:
    text = ""
    for number in range(max(map(len, row))):
        words = [lines[number] if number < len(lines) else "" for lines in row]
        pairs = zip(words, columns, strict=True)
        text += _line([" " * (size - width(word)) + word for word, size in pairs])
    return text


def _line(words: Sequence[str]) -> str:
    return "│ " + " │ ".join(words) + " │\n"


def _centred(heads: Sequence[str], columns: Sequence[int]) -> list[str]:
    """Centre each title; of an odd number of blanks the left side gets the smaller half."""
    found = []
    for head, size in zip(heads, columns, strict=True):
        before = (size - width(head)) // 2
        found.append(" " * before + head + " " * (size - width(head) - before))
    return found
