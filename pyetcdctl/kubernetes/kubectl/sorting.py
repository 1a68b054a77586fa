"""The order of ``--sort-by``, as kubectl's: quantities by amount, other text by its numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.codec.quantities import amount
from pyetcdctl.kubernetes.kubectl.columns import reach
from pyetcdctl.kubernetes.kubectl.jsonpath_templates import value_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    from pyetcdctl.kubernetes.objects import Object, Plain

    Rank = tuple[int | Fraction | str | tuple[int, str], ...]

_DIGITS = re.compile(r"([0-9]+)")
_MISSING, _NUMBER, _TEXT = range(3)
_PRECEDENCE = 1000
"""The precedence of a FlowSchema that names none."""


def table_order(kind: str) -> Callable[[Object], Rank] | None:
    """Return the order in which the API server prints the rows of a kind; None for the order of
    keys.
    """
    return _by_precedence if kind == "FlowSchema" else None


def _by_precedence(schema: Object) -> Rank:
    precedence = reach.number(reach.at(schema, "spec.matchingPrecedence")) or _PRECEDENCE
    return (precedence, reach.text(reach.at(schema, "metadata.name")))


def rank(values: list[Plain]) -> Rank:
    """Return the sort key of an object, given the values at the path; without any it is first.

    ``web-2`` comes before ``web-10``, and ``2Gi`` before ``10Gi``.
    """
    if not values or values[0] is None:
        return (_MISSING,)
    if isinstance(values[0], int):
        return (_NUMBER, values[0])
    text = value_text(values[0])
    quantity = amount(text)
    return (_TEXT, *_natural(text)) if quantity is None else (_NUMBER, quantity)


def _natural(text: str) -> Rank:
    """Split text at its numbers, which compare as a 0 with other characters."""
    parts = _DIGITS.split(text)
    words = [*(f"{word}0" for word in parts[:-1:2]), parts[-1]]
    numbers = [(len(number), number) for number in (each.lstrip("0") for each in parts[1::2])]
    split: list[str | tuple[int, str]] = [words[0]]
    for number, word in zip(numbers, words[1:], strict=True):
        split += (number, word)
    return tuple(split)
