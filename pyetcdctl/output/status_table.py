"""The table of ``endpoint status`` on a terminal: short titles, and the columns that fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.output.cluster_rows import Rows, rows_of
from pyetcdctl.output.columns import width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.cluster_results import StatusReport


class _Column(NamedTuple):
    title: str
    cells: Sequence[str]
    rank: int
    """Columns of a higher rank are the first to be left out."""

    @property
    def width(self) -> int:
        """The columns of the terminal that it takes, with its frame."""
        return max(width(self.title), *map(width, self.cells), 0) + 3


_SHORT = (
    ("ENDPOINT", 0),
    ("ID", 9),
    ("VERSION", 2),
    ("STORAGE", 12),
    ("SIZE", 3),
    ("IN USE", 6),
    ("UNUSED", 11),
    ("QUOTA", 7),
    ("LEADER", 1),
    ("LEARNER", 8),
    ("TERM", 5),
    ("INDEX", 4),
    ("APPLIED", 10),
    ("ERRORS", 13),
    ("DOWNGRADE TO", 14),
    ("DOWNGRADE", 15),
)
_ERRORS = "ERRORS"


def fitting(report: StatusReport, columns: int) -> Rows:
    """Return the columns that fit a terminal of this width; errors are never left out."""
    all_columns = _columns(report)
    while len(all_columns) > 1 and sum(each.width for each in all_columns) + 1 > columns:
        all_columns.remove(max(all_columns, key=lambda each: each.rank))
    cells = zip(*(each.cells for each in all_columns), strict=True)
    return Rows(tuple(each.title for each in all_columns), list(cells))


def _columns(report: StatusReport) -> list[_Column]:
    full = rows_of(report).rows
    found = [
        _Column(title, [row[number] for row in full], rank)
        for number, (title, rank) in enumerate(_SHORT)
    ]
    names = [report.names.get(each.response.header.member_id, "") for each in report.endpoints]
    found.insert(1, _Column("NAME", names, 1))
    return [
        each._replace(rank=0) if each.title == _ERRORS and any(each.cells) else each
        for each in found
    ]
