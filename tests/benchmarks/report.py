"""Medians of paired runs as a Markdown table of ratios, which hold on other machines too."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.benchmarks.measure import Run
    from tests.benchmarks.rows import Row

HEADINGS = ("work", "against", "server", "time", "memory", "first line", "must reach")


@dataclass(frozen=True)
class Pairs:
    """The runs of a row: ours and the reference's, taken in turn."""

    row: Row
    ours: list[Run]
    reference: list[Run]

    def ratio(self, figure: Callable[[Run], float]) -> float:
        """Return the median of ours divided by the reference's, pair by pair."""
        pairs = zip(self.ours, self.reference, strict=True)
        return median(figure(our) / figure(their) for our, their in pairs)

    def cells(self, server: str) -> list[str]:
        """Return the row's cells."""
        row, memory, first = self.row, "", ""
        if row.is_listing:
            memory = f"{self.ratio(lambda run: run.memory):.3f}"
            share = median(our.first_output for our in self.ours) / median(
                their.seconds for their in self.reference
            )
            first = f"{share:.1%} of its time"
        time = f"{self.ratio(lambda run: run.seconds):.2f}"
        if row.objects:
            pace = row.objects / median(our.seconds for our in self.ours)
            time = f"{time}, {pace:,.0f} a second"
        return [row.work, row.reference_name, server, time, memory, first, row.goal]

    def details(self) -> str:
        """Return the absolute figures, for people at this machine."""
        return f"{self.row.name}: ours {_figures(self.ours)}; reference {_figures(self.reference)}"


def headings() -> str:
    """Return the first two lines of a Markdown table."""
    return f"{line(HEADINGS)}\n{line(['---'] * len(HEADINGS))}"


def line(cells: Sequence[str]) -> str:
    """Return a line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def _figures(runs: list[Run]) -> str:
    seconds = median(run.seconds for run in runs)
    memory = max(run.memory for run in runs) / 1e6
    first = median(run.first_output for run in runs)
    return f"{seconds:.3f} s, {memory:.0f} MB, first output after {first:.3f} s"
