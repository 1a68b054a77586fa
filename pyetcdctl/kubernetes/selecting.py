"""Label selectors and paths into objects, as kubectl takes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from pyetcdctl.errors import BadArguments

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.kubernetes.objects import Object, Plain

    Test = Callable[[dict[str, Plain]], bool]

_TERM = re.compile(r"\s*((?:[^,(]|\([^)]*\))+)")
_SET = re.compile(r"(\S+)\s+(in|notin)\s*\(([^)]*)\)")
_EQUALITY = re.compile(r"([^=!\s]+)\s*(==?|!=)\s*([^=!\s]*)")
_NAME = re.compile(r"(!?)\s*([^=!\s]+)")
_FILTER = re.compile(r"\[\?\(@\.([\w.-]+)\s*(==|!=)\s*(['\"])(.*?)\3\)\]")
_STEP = re.compile(r"\.?([^.\[\]'\"*]+)|\.\*|\[(\*)\]|\[(-?\d+)\]|\[(['\"])(.*?)\4\]")


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


class _Filter(NamedTuple):
    """``[?(@.type=="Ready")]``."""

    name: str
    operator: str
    value: str

    def of(self, plain: Plain) -> list[Plain]:
        items = plain if isinstance(plain, list) else []
        wanted = self.operator == "=="
        return [
            item
            for item in items
            if isinstance(item, dict) and (item.get(self.name) == self.value) == wanted
        ]


_Step: TypeAlias = "str | int | _Filter | None"


class ObjectPath:
    """A JSONPath of names, indices, ``[*]`` and equality: ``.status.addresses[0].address``."""

    def __init__(self, text: str) -> None:
        self._steps: list[_Step] = []
        at, path = 0, text.replace("\\.", "\0").removeprefix("$")
        while at < len(path) and path != ".":
            if found := _FILTER.match(path, at):
                name, operator, _, value = found.groups()
                self._steps.append(_Filter(name.replace("\0", "."), operator, value))
                at = found.end()
                continue
            found = _STEP.match(path, at)
            if found is None:
                raise BadArguments(f'"{text}" is no path into an object that is understood here')
            name, star, index, _, quoted = found.groups()
            named = name if name is not None else quoted
            step = int(index) if index else None if star or named is None else named
            self._steps.append(step.replace("\0", ".") if isinstance(step, str) else step)
            at = found.end()

    def of(self, plain: Plain) -> list[Plain]:
        """Return all values at the path; none where it leads nowhere."""
        found = [plain]
        for step in self._steps:
            found = [value for each in found for value in _below(each, step)]
        return found


def _below(plain: Plain, step: _Step) -> list[Plain]:
    if isinstance(step, _Filter):
        return step.of(plain)
    if step is None:
        values = plain.values() if isinstance(plain, dict) else plain
        return list(values) if isinstance(plain, (dict, list)) else []
    if isinstance(step, int):
        inside = isinstance(plain, list) and -len(plain) <= step < len(plain)
        return [plain[step]] if inside else []
    return [plain[step]] if isinstance(plain, dict) and step in plain else []
