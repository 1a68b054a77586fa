"""What a change does to an object: the lines of its YAML that go and that come.

Values of Secrets are not shown, but that they change is; managedFields, which tell who owns which
field, are left out.
"""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.kubernetes.codec.yaml_writing import yaml_text
from pyetcdctl.output.quoting import terminal_safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.kubernetes.objects import Object, Plain

_COLOURS = {"-": b"31", "+": b"32", "@": b"36"}
_SECRET_PARTS = ("data", "stringData")
_COPY = "kubectl.kubernetes.io/last-applied-configuration"
_HIDDEN = "***"


class DiffLine(NamedTuple):
    """A line without its end; what it begins with tells what becomes of it."""

    text: str

    def shown(self, *, safe: bool, coloured: bool) -> bytes:
        """Return the line's bytes, for a terminal if ``safe``."""
        data = self.text.encode("utf-8", "backslashreplace")
        if safe:
            data = terminal_safe(data)
        colour = _COLOURS.get(self.text[:1]) if coloured else None
        return b"\x1b[%bm%b\x1b[0m\n" % (colour, data) if colour else data + b"\n"


def difference(
    title: str, before: Object | None, after: Object | None, *, shows_secrets: bool = False
) -> Iterator[DiffLine]:
    """Yield the lines of a unified diff; None is an object that is not there."""
    old, new = before, after
    if not shows_secrets:
        old, new = _for_display(before, after, "before"), _for_display(after, before, "after")
    names = [title if side is not None else "(nothing)" for side in (before, after)]
    lines = unified_diff(_lines(old), _lines(new), names[0], names[1], lineterm="")
    return (DiffLine(line) for line in lines)


def _lines(obj: Object | None) -> list[str]:
    return yaml_text(obj).removesuffix("\n").split("\n") if obj is not None else []


def _for_display(obj: Object | None, other: Object | None, when: str) -> Object | None:
    if obj is None:
        return None
    shown = dict(obj)
    metadata = obj.get("metadata")
    if isinstance(metadata, dict):
        shown["metadata"] = {n: v for n, v in metadata.items() if n != "managedFields"}
    if obj.get("kind") == "Secret":
        _hide(shown, other or {}, when)
    return shown


def _hide(secret: Object, other: Object, when: str) -> None:
    for part in _SECRET_PARTS:
        secret[part] = _hidden(secret.get(part), other.get(part), when)
        if secret[part] is None:
            del secret[part]
    metadata = secret.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if isinstance(annotations, dict) and _COPY in annotations:
        secret["metadata"] = {**secret["metadata"], "annotations": {**annotations, _COPY: _HIDDEN}}


def _hidden(values: Plain, others: Plain, when: str) -> Plain:
    if not isinstance(values, dict):
        return None if values is None else _HIDDEN
    known = others if isinstance(others, dict) else {}
    return {
        name: _HIDDEN if name not in known or known[name] == value else f"{_HIDDEN} ({when})"
        for name, value in values.items()
    }
