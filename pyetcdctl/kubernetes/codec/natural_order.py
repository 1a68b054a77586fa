"""The order of keys in kubectl's YAML: numbers by value, letters after everything else."""

from __future__ import annotations

from functools import cmp_to_key
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

INT64 = 1 << 64


def natural_order(keys: Iterable[str]) -> list[str]:
    """Sort keys, such that ``a2`` comes before ``a10``."""
    in_order = sorted(keys)
    together = "".join(in_order)
    if together.isascii() and together.isalpha():
        return in_order
    return sorted(in_order, key=cmp_to_key(_compare))


def _compare(left: str, right: str) -> int:
    at = _first_difference(left, right)
    if at == min(len(left), len(right)):
        return len(left) - len(right)
    a, b = left[at], right[at]
    if a.isalpha() and b.isalpha():
        return ord(a) - ord(b)
    if a.isalpha() or b.isalpha():
        return 1 if a.isalpha() else -1
    # A run of digits that began before the difference counts, when a zero decides.
    lead = 1 if "0" in (a, b) and _has_number_before(left, at) else 0
    a_value, a_length = _number(left, at, lead)
    b_value, b_length = _number(right, at, lead)
    return (a_value - b_value) or (a_length - b_length) or (ord(a) - ord(b))


def _first_difference(left: str, right: str) -> int:
    for at, (a, b) in enumerate(zip(left, right, strict=False)):
        if a != b:
            return at
    return min(len(left), len(right))


def _has_number_before(text: str, at: int) -> bool:
    while at > 0 and text[at - 1].isdecimal():
        at -= 1
        if text[at] != "0":
            return True
    return False


def _number(text: str, at: int, value: int) -> tuple[int, int]:
    start = at
    while at < len(text) and text[at].isdecimal():
        # Go's int64 wraps around, and so does the order.
        value = (value * 10 + ord(text[at]) - ord("0") + INT64 // 2) % INT64 - INT64 // 2
        at += 1
    return value, at - start
