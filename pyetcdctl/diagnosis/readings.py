"""A reading: one value that a rule can be applied to, with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyetcdctl.diagnosis.windows import Quantile

CLUSTER = "cluster"


@dataclass(frozen=True, slots=True)
class Reading:
    """A value of a check that lies between two bounds, which are equal where it is exact.

    ``text`` replaces the text that is made from the value. Where the value could not be measured,
    ``missing`` is the reason.
    """

    check: str
    subject: str
    low: float = 0.0
    high: float = 0.0
    text: str = ""
    samples: int | None = None
    seconds: float | None = None
    endpoint: str = ""
    next: str = ""
    missing: str = ""


def exact(check: str, subject: str, value: float, *, text: str = "", next: str = "") -> Reading:
    """Return the reading of a value that is known exactly."""
    return Reading(check, subject, value, value, text, next=next)


def fault(check: str, subject: str, text: str, *, endpoint: str = "", next: str = "") -> Reading:
    """Return the reading of a present fault: the value is 1."""
    return Reading(check, subject, 1.0, 1.0, text, endpoint=endpoint, next=next)


def sound(check: str, subject: str, text: str) -> Reading:
    """Return the reading of an absent fault: the value is 0."""
    return Reading(check, subject, text=text)


def missing(check: str, subject: str, reason: str) -> Reading:
    """Return a reading whose value could not be measured."""
    return Reading(check, subject, missing=reason)


def counted(check: str, subject: str, increase: float, seconds: float) -> Reading:
    """Return the reading of a counter's increase over a window."""
    return Reading(check, subject, increase, increase, seconds=seconds)


def of_quantile(check: str, subject: str, quantile: Quantile | None, seconds: float) -> Reading:
    """Return the reading of a quantile; without any sample there are 0."""
    if quantile is None:
        return Reading(check, subject, samples=0, seconds=seconds)
    low, high = quantile.low, quantile.high
    return Reading(check, subject, low, high, samples=quantile.samples, seconds=seconds)
