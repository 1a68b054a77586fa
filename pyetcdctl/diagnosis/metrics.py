"""Parse the Prometheus text exposition of a member, and find samples in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Labels = Mapping[str, str]
_SAMPLE = re.compile(
    r"([a-zA-Z_:][a-zA-Z0-9_:]*)"
    r'(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\.)*",?\s*)*)\})?'
    r"\s+(\S+)(?:\s+-?\d+)?\s*"
)
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "\\": "\\", '"': '"'}


class NotMetrics(ValueError):
    """A text is not a Prometheus exposition; the message quotes the line that is wrong."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One line of an exposition: a value under a set of labels."""

    labels: Labels
    value: float

    def has(self, labels: Labels) -> bool:
        """Whether the sample carries all of these labels."""
        return all(self.labels.get(name) == value for name, value in labels.items())


@dataclass(frozen=True, slots=True)
class Exposition:
    """All samples of one scrape by the names of their series."""

    series: Mapping[str, tuple[Sample, ...]]

    def samples(self, name: str, **labels: str) -> Iterator[Sample]:
        """Yield the samples of a series that carry the labels."""
        return (each for each in self.series.get(name, ()) if each.has(labels))

    def total(self, name: str, **labels: str) -> float | None:
        """Return the sum of the samples that carry the labels; None where there is no sample."""
        values = [sample.value for sample in self.samples(name, **labels)]
        return sum(values) if values else None

    def totals(self, name: str, *labels: str) -> dict[tuple[str, ...], float]:
        """Return the sums of a series by the values of some labels."""
        found: dict[tuple[str, ...], float] = {}
        for sample in self.series.get(name, ()):
            place = tuple(sample.labels.get(label, "") for label in labels)
            found[place] = found.get(place, 0.0) + sample.value
        return found

    def label_values(self, name: str, label: str) -> tuple[str, ...]:
        """Return the distinct values of a label in a series, sorted."""
        found = {sample.labels[label] for sample in self.samples(name) if label in sample.labels}
        return tuple(sorted(found))


def parse_metrics(text: str) -> Exposition:
    """Parse an exposition; raise NotMetrics at the first line that is none."""
    series: dict[str, list[Sample]] = {}
    for line in text.splitlines():
        if line and not line.isspace() and not line.startswith("#"):
            name, sample = _sample(line)
            series.setdefault(name, []).append(sample)
    if not series:
        raise NotMetrics("the page has no metrics")
    return Exposition({name: tuple(samples) for name, samples in series.items()})


def _sample(line: str) -> tuple[str, Sample]:
    found = _SAMPLE.fullmatch(line)
    if found is None:
        raise NotMetrics(f"not a line of metrics: {line[:80]!r}")
    name, labels, number = found.groups()
    try:
        value = float(number)
    except ValueError:
        raise NotMetrics(f"not a number in a line of metrics: {line[:80]!r}") from None
    return name, Sample(_labels(labels or ""), value)


def _labels(text: str) -> Labels:
    return {name: _ESCAPE.sub(_unescaped, value) for name, value in _LABEL.findall(text)}


def _unescaped(found: re.Match[str]) -> str:
    return _ESCAPED.get(found[1], found[0])
