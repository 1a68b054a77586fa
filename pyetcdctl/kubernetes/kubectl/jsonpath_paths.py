"""Paths of kubectl's JSONPath, as steps from values to values.

A step takes all values found so far and returns all values that it leads to. An absent name leads
to no value; an index outside of a list, and a step for lists on another value, are refused.
"""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, TypeAlias

from pyetcdctl.kubernetes.codec import json_reading
from pyetcdctl.kubernetes.objects import Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pyetcdctl.kubernetes.objects import Plain

Step: TypeAlias = "Callable[[list[Plain]], list[Plain]]"

_COMPARISONS: dict[str, Callable[[Plain, Plain], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_SLICE = re.compile(r"(-?\d{1,18})?(?::(-?\d{1,18})?)?(?::(-?\d{1,18})?)?")


class PathRefused(ValueError):
    """A path that cannot be parsed, or an object that it does not fit; the text is the reason."""


def walk(steps: Iterable[Step], plain: Plain) -> list[Plain]:
    """Return the values that the steps lead to."""
    found = [plain]
    for step in steps:
        found = step(found)
    return found


def constant(value: Plain) -> Step:
    """Lead to a constant of the path."""
    return lambda found: [value]


def name(key: str) -> Step:
    """Lead to a member of an object; an empty name stays where it is."""
    if not key:
        return lambda found: found

    def step(found: list[Plain]) -> list[Plain]:
        inside = (parsed(each) for each in found)
        return [each[key] for each in inside if isinstance(each, dict) and key in each]

    return step


def every(found: list[Plain]) -> list[Plain]:
    """Lead to all members of objects and lists."""
    return [value for each in found for value in _children(each)]


def descend(found: list[Plain]) -> list[Plain]:
    """Lead to every object and list below and at the values, outer ones first."""
    result: list[Plain] = []
    pending = found[::-1]
    while pending:
        each = pending.pop()
        if children := _children(each):
            result.append(each)
            pending += children[::-1]
    return result


def union(choices: Sequence[Sequence[Step]]) -> Step:
    """Lead to the values of each of several paths."""

    def step(found: list[Plain]) -> list[Plain]:
        return [value for steps in choices for value in _walk_all(steps, found)]

    return step


def elements(text: str) -> Step:
    """Lead to the elements of lists at an index or in a slice: ``1``, ``-1``, ``1:3``."""
    match = _SLICE.fullmatch(text)
    if match is None or not text:
        raise PathRefused(f"invalid array index {text}")
    start, end, stride = (None if part is None else int(part) for part in match.groups())
    if stride is not None and stride < 1:
        raise PathRefused("step must be > 0")
    is_index = ":" not in text

    def step(found: list[Plain]) -> list[Plain]:
        result: list[Plain] = []
        for each in map(parsed, found):
            if each is None:
                continue
            if not isinstance(each, list):
                raise PathRefused(f"{_quoted(each)} is not array or slice")
            size = len(each)
            first = _from_front(start or 0, size)
            last = first + 1 if is_index else size if end is None else _from_front(end, size)
            _check_bounds(first, last, size)
            result += each[first : last : stride or 1]
        return result

    return step


def where(left: Sequence[Step], comparison: str, right: Sequence[Step]) -> Step:
    """Lead to the elements of lists for which a comparison holds; ``exists`` compares nothing."""
    if comparison != "exists" and comparison not in _COMPARISONS:
        raise PathRefused(f"unrecognized filter operator {comparison}")

    def step(found: list[Plain]) -> list[Plain]:
        result: list[Plain] = []
        for each in map(parsed, found):
            if each is None:
                continue
            if not isinstance(each, list):
                raise PathRefused(f"{_quoted(each)} is not array or slice and cannot be filtered")
            result += (item for item in each if _holds(item, left, comparison, right))
        return result

    return step


def parsed(plain: Plain) -> Plain:
    """Return the parsed JSON of a literal; other values are returned unchanged."""
    if isinstance(plain, Literal) and plain.text[:1] in ("{", "["):
        return json_reading.parse(plain.text)
    return plain


def _children(plain: Plain) -> list[Plain]:
    inside = parsed(plain)
    if isinstance(inside, dict):
        return list(inside.values())
    return inside if isinstance(inside, list) else []


def _walk_all(steps: Iterable[Step], found: list[Plain]) -> list[Plain]:
    for step in steps:
        found = step(found)
    return found


def _from_front(index: int, size: int) -> int:
    return index + size if index < 0 else index


def _check_bounds(first: int, last: int, size: int) -> None:
    if first == last:
        return
    for index, inside in ((first, 0 <= first < size), (last - 1, 0 <= last <= size)):
        if not inside:
            raise PathRefused(f"array index out of bounds: index {index}, length {size}")
    if first > last:
        raise PathRefused(f"starting index {first} is greater than ending index {last}")


def _holds(item: Plain, left: Sequence[Step], comparison: str, right: Sequence[Step]) -> bool:
    ours, theirs = walk(left, item), walk(right, item)
    if comparison == "exists":
        return bool(ours)
    if not ours or not theirs:
        return False
    if len(ours) > 1 or len(theirs) > 1:
        raise PathRefused("can only compare one element at a time")
    one, other = _comparable(ours[0]), _comparable(theirs[0])
    is_ordered = not isinstance(one, bool) or comparison in ("==", "!=")
    if _sort_of(one) != _sort_of(other) or not is_ordered:
        raise PathRefused("incompatible types for comparison")
    return _COMPARISONS[comparison](one, other)


def _comparable(plain: Plain) -> Plain:
    if isinstance(plain, Literal) and plain.text[:1] not in ("{", "["):
        return float(plain.text)
    if isinstance(plain, (dict, list, Literal)) or plain is None:
        raise PathRefused("invalid type for comparison")
    return plain


def _sort_of(plain: Plain) -> type:
    return float if type(plain) is int else type(plain)


def _quoted(plain: Plain) -> str:
    """Return the name of a value's type: the value itself may be a secret."""
    return "an object" if isinstance(plain, dict) else f"a {_SORTS.get(type(plain), 'number')}"


_SORTS = {str: "string", bool: "bool"}
