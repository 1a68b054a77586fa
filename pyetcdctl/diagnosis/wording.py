"""Write values, readings and rules as text for people."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from pyetcdctl.diagnosis.checks import CHECKS, Unit
from pyetcdctl.escaping import printable

if TYPE_CHECKING:
    from pyetcdctl.diagnosis.readings import Reading
    from pyetcdctl.diagnosis.rules import Rule

_SIZES = ("B", "kB", "MB", "GB", "TB", "PB", "EB")


def measured_words(reading: Reading) -> str:
    """Return the measured value as text, without the samples and the window."""
    check = CHECKS[reading.check]
    if reading.text:
        return reading.text
    if reading.missing or check.unit is Unit.FAULT or reading.samples == 0:
        return check.title
    low, high = (value_words(reading.check, value) for value in (reading.low, reading.high))
    if reading.high == inf:
        return f"{check.title}: above {low}"
    return f"{check.title}: {high if reading.low == reading.high else f'{low} to {high}'}"


def value_words(check: str, value: float) -> str:
    """Write a check's value with its unit."""
    match CHECKS[check].unit:
        case Unit.SECONDS:
            return seconds_words(value)
        case Unit.SHARE:
            return f"{value * 100:.3g} %"
        case Unit.BYTES:
            return size_words(value)
        case Unit.DAYS:
            return f"{value:,.0f} days"
        case Unit.PER_SECOND:
            return f"{value:.3g}/s"
    return f"{value:,.0f}"


def seconds_words(seconds: float) -> str:
    """Write a duration: ``512 ms``, ``1.02 s``, ``14 min``, ``3.2 h``."""
    size = abs(seconds)
    if size < 0.9995:
        return f"{seconds * 1000:.3g} ms"
    if size < 120:
        return f"{seconds:.3g} s"
    if size < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if size < 48 * 3600 else f"{seconds / 86400:.0f} days"


def size_words(size: float) -> str:
    """Write a size with a decimal unit: ``2.15 GB``."""
    for unit in _SIZES:
        if abs(size) < 1000 or unit == _SIZES[-1]:
            break
        size /= 1000
    return f"{size:.3g} {unit}"


def count_words(count: int, noun: str) -> str:
    """Write a count with its noun: ``1 finding``, ``1,200 findings``."""
    return f"{count:,} {noun if count == 1 else f'{noun}s'}"


def key_words(key: bytes) -> str:
    """Write a key on one line, whatever bytes are in it."""
    return printable(key.decode("utf-8", "backslashreplace"))


def rule_words(rule: Rule) -> str:
    """Return a rule's author and its limit in words."""
    if CHECKS[rule.limit.check].unit is Unit.FAULT:
        return rule.source
    side, number = rule.limit.words
    window = f" for {rule.own_window}" if rule.own_window else ""
    return f"{rule.source}: {side} {value_words(rule.limit.check, number)}{window}"
