"""Label selectors, as kubectl takes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyetcdctl.errors import BadArguments

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.kubernetes.objects import Object, Plain

    Test = Callable[[dict[str, Plain]], bool]

_TERM = re.compile(r"\s*((?:[^,(]|\([^)]*\))+)")
_SET = re.compile(r"(\S+)\s+(in|notin)\s*\(([^)]*)\)")
_EQUALITY = re.compile(r"([^=!\s]+)\s*(==?|!=)\s*([^=!\s]*)")
_NAME = re.compile(r"(!?)\s*([^=!\s]+)")


def label_selector(text: str) -> Callable[[Object], bool]:
    """Return what tells whether an object has the labels; raises BadArguments."""
    tests = [_test(term.strip()) for term in _TERM.findall(text)]

    def selects(obj: Object) -> bool:
        metadata = obj.get("metadata")
        labels = metadata.get("labels") if isinstance(metadata, dict) else None
        return all(test(labels if isinstance(labels, dict) else {}) for test in tests)

    return selects


def _test(term: str) -> Test:
    if found := _SET.fullmatch(term):
        name, operator, values = found.groups()
        wanted = {value.strip() for value in values.split(",")}
        return lambda labels: (str(labels.get(name)) in wanted) == (operator == "in")
    if found := _EQUALITY.fullmatch(term):
        name, operator, value = found.groups()
        return lambda labels: (labels.get(name) == value) == (operator != "!=")
    if found := _NAME.fullmatch(term):
        absent, name = found.groups()
        return lambda labels: (name in labels) != bool(absent)
    raise BadArguments(f'"{term}" is no label selector', "Examples:  app=web  tier!=db  !canary")
