"""Label and field selectors, as kubectl takes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyetcdctl.errors import BadArguments
from pyetcdctl.kubernetes.kubectl.jsonpath_templates import Path, value_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.kubernetes.objects import Object, Plain

    Selector = Callable[[Object], bool]
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
_FIELD = re.compile(r"([A-Za-z][\w.]*?)\s*(==?|!=)\s*((?:[^\\,=]|\\[\\,=])*)", re.ASCII)
_DEFAULTS = {
    "spec.hostNetwork": "false",
    "spec.unschedulable": "false",
    "status.nominatedNodeName": "",
    "status.podIP": "",
    "status.replicas": "0",
    "status.successful": "0",
}
"""Fields that the API server selects by, and their values in an object without them."""


def label_selector(text: str) -> Callable[[Object], bool]:
    """Compile a label selector to a predicate of objects; raises BadArguments."""
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
        f'"{term}" is not a valid label selector',
        "Examples:  app=web  tier!=db  !canary  'tier in (db,cache)'",
    )


def _order(name: str, operator: str, limit: str) -> Test:
    def is_beyond(labels: dict[str, Plain]) -> bool:
        value = str(labels.get(name))
        if not _NUMBER.fullmatch(value):
            return False
        return int(value) > int(limit) if operator == ">" else int(value) < int(limit)

    return is_beyond


class FieldSelector:
    """A predicate of objects by any of their fields: ``spec.nodeName=a``.

    ``unknown`` holds the fields that no object had so far, which may be typing errors.
    """

    def __init__(self, text: str) -> None:
        """Raises BadArguments for an invalid selector."""
        self._terms = [_field_term(term) for term in _split_fields(text)]
        self.unknown = {name for name, *_ in self._terms if name not in _DEFAULTS}
        self.has_seen_objects = False

    def __call__(self, obj: Object) -> bool:
        """Whether all of the fields have, or have not, their values."""
        self.has_seen_objects = True
        held = [self._holds(obj, *term) for term in self._terms]
        return all(held)

    def _holds(self, obj: Object, name: str, path: Path, value: str, is_equal: bool) -> bool:
        found = path.of(obj)
        if found:
            self.unknown.discard(name)
        shown = _field_text(found[0]) if found else _DEFAULTS.get(name, "")
        return (shown == value) == is_equal


def _split_fields(text: str) -> list[str]:
    return [each.strip() for each in re.split(r"(?<!\\),", text) if each.strip()]


def _field_term(term: str) -> tuple[str, Path, str, bool]:
    found = _FIELD.fullmatch(term)
    if found is None:
        raise BadArguments(
            f'"{term}" is not a valid field selector',
            "Examples:  status.phase=Running  metadata.name!=a  spec.nodeName=node-1",
        )
    name, operator, value = found.groups()
    return name, Path(f".{name}"), re.sub(r"\\(.)", r"\1", value), operator != "!="


def _field_text(plain: Plain) -> str:
    if isinstance(plain, bool):
        return str(plain).lower()
    return "" if plain is None else value_text(plain)
