"""The difference of two scrapes: increases of counters, and quantiles from buckets.

Of a quantile only the bucket is known: it is a pair of bounds, and a rule whose limit is between
them is not decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.diagnosis.metrics import Exposition

_START = "process_start_time_seconds"


@dataclass(frozen=True, slots=True)
class Quantile:
    """The bounds of the bucket that a quantile lies in, and how many samples there were."""

    low: float
    high: float
    samples: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """Samples by the upper bounds of their buckets, ascending; ``counts`` are not cumulative."""

    bounds: tuple[float, ...]
    counts: tuple[float, ...]

    @property
    def samples(self) -> int:
        """Return the number of samples."""
        return round(sum(self.counts))

    def quantile(self, share: float) -> Quantile | None:
        """Return the bucket in which the sample of that rank lies; None without samples."""
        total = sum(self.counts)
        if total <= 0:
            return None
        seen, low = 0.0, 0.0
        for bound, count in zip(self.bounds, self.counts, strict=True):
            seen += count
            if count > 0 and seen >= share * total:
                return Quantile(low, bound, round(total))
            low = bound
        return Quantile(low, inf, round(total))


@dataclass(frozen=True, slots=True)
class Window:
    """Two scrapes of one member, ``seconds`` apart."""

    before: Exposition
    after: Exposition
    seconds: float

    @property
    def restarted(self) -> bool:
        """Whether the process was restarted after the first scrape."""
        starts = [each.total(_START) for each in (self.before, self.after)]
        return None not in starts and starts[0] != starts[1]

    def increase(self, name: str, **labels: str) -> float | None:
        """Return how much the counters grew; one that began again counts from zero."""
        last = self.after.total(name, **labels)
        if last is None:
            return None
        first = self.before.total(name, **labels) or 0.0
        return last - first if last >= first and not self.restarted else last

    def increases(self, name: str, *labels: str) -> dict[tuple[str, ...], float]:
        """Return how much the counters of a series grew, by the values of some labels."""
        before = {} if self.restarted else self.before.totals(name, *labels)
        return {
            place: last - first if last >= (first := before.get(place, 0.0)) else last
            for place, last in self.after.totals(name, *labels).items()
        }

    def histogram(self, name: str, **labels: str) -> Histogram | None:
        """Return the samples that were added, summed over all matching series."""
        last = _cumulative(self.after, name, labels)
        if not last:
            return None
        first = {} if self.restarted else _cumulative(self.before, name, labels)
        bounds = tuple(sorted(last))
        cumulative = [max(0.0, last[bound] - first.get(bound, 0.0)) for bound in bounds]
        return Histogram(bounds, _steps(cumulative))


def _cumulative(scrape: Exposition, name: str, labels: dict[str, str]) -> dict[float, float]:
    found: dict[float, float] = {}
    for sample in scrape.samples(f"{name}_bucket", **labels):
        bound = float(sample.labels.get("le", "+Inf"))
        found[bound] = found.get(bound, 0.0) + sample.value
    return found


def _steps(cumulative: Sequence[float]) -> tuple[float, ...]:
    return tuple(max(0.0, after - before) for before, after in pairwise((0.0, *cumulative)))
