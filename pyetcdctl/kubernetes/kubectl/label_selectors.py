"""Label selectors, as kubectl takes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyetcdctl.errors import BadArguments

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.kubernetes.objects import Object, Plain

    Test = Callable[[dict[str, Plain]], bool]

_COMMA = re.compile(r",(?![^(]*\))")
_KEY = r"((?:[a-z0-9][a-z0-9.-]*/)?[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)"
_VALUE = r"(?:[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)?"
_VALUES = rf"\((?!\s*\))\s*({_VALUE}(?:\s*,\s*{_VALUE})*)\s*\)"
_SET = re.compile(rf"{_KEY}\s+(in|notin)\s*{_VALUES}", re.ASCII)
_EQUALITY = re.compile(rf"{_KEY}\s*(==?|!=)\s*({_VALUE})", re.ASCII)
_ORDER = re.compile(rf"{_KEY}\s*([<>])\s*(\d{{1,19}})", re.ASCII)
_NAME = re.compile(rf"(!?)\s*{_KEY}", re.ASCII)
_NUMBER = re.compile(r"[-+]?\d{1,19}", re.ASCII)


def label_selector(text: str) -> Callable[[Object], bool]:
    """Return what tells whether an object has the labels; raises BadArguments."""
    tests = [_test(term.strip()) for term in _COMMA.split(text)] if text.strip() else []

    def selects(obj: Object) -> bool:
        metadata = obj.get("metadata")
        labels = metadata.get("labels") if isinstance(metadata, dict) else None
        return all(test(labels if isinstance(labels, dict) else {}) for test in tests)

    return selects


def _test(term: str) -> Test:
    if found := _SET.fullmatch(term):
        name, operator, values = found.groups()
        wanted = {value.strip() for value in values.split(",")}
        return lambda labels: (name in labels and str(labels[name]) in wanted) == (operator == "in")
    if found := _EQUALITY.fullmatch(term):
        name, operator, value = found.groups()
        return lambda labels: (labels.get(name) == value) == (operator != "!=")
    if found := _ORDER.fullmatch(term):
        return _order(*found.groups())
    if found := _NAME.fullmatch(term):
        absent, name = found.groups()
        return lambda labels: (name in labels) != bool(absent)
    raise BadArguments(
        f'"{term}" is no label selector',
        "Examples:  app=web  tier!=db  !canary  'tier in (db,cache)'",
    )


def _order(name: str, operator: str, limit: str) -> Test:
    def is_beyond(labels: dict[str, Plain]) -> bool:
        value = str(labels.get(name))
        if not _NUMBER.fullmatch(value):
            return False
        return int(value) > int(limit) if operator == ">" else int(value) < int(limit)

    return is_beyond
