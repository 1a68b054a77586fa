"""The difference of two objects: removed and added lines of their YAML.

Of a Secret's values only the sizes are shown, and whether they differ.
"""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.escaping import terminal_safe
from pyetcdctl.kubernetes.codec.yaml_writing import yaml_text
from pyetcdctl.output.line_difference import unified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.kubernetes.objects import Object, Plain

_COLOURS = {"-": b"31", "+": b"32", "@": b"36"}
_SECRET_PARTS = ("data", "stringData")
_COPY = "kubectl.kubernetes.io/last-applied-configuration"


class DiffLine(NamedTuple):
    """A line without its line break; its first character says whether it is added or removed."""

    text: str

    def shown(self, *, safe: bool, coloured: bool) -> bytes:
        """Return the line's bytes, for a terminal if ``safe``."""
        data = self.text.encode("utf-8", "backslashreplace")
        if safe:
            data = terminal_safe(data)
        colour = _COLOURS.get(self.text[:1]) if coloured else None
        return b"\x1b[%bm%b\x1b[0m\n" % (colour, data) if colour else data + b"\n"


def title_line(text: str, *, coloured: bool) -> bytes:
    """Return the line above a difference; ``text`` is safe for a terminal."""
    return f"\x1b[33m{text}\x1b[0m\n".encode() if coloured else f"{text}\n".encode()


def difference(
    title: str, before: Object | None, after: Object | None, *, shows_secrets: bool = False
) -> Iterator[DiffLine]:
    """Yield the lines of a unified diff; None is an absent object."""
    old, new = before, after
    if not shows_secrets:
        old, new = _hidden_secret(before, None), _hidden_secret(after, before)
    names = [title if side is not None else "(nothing)" for side in (before, after)]
    return map(DiffLine, unified(yaml_lines(old), yaml_lines(new), *names))


def yaml_lines(obj: Object | None) -> list[str]:
    """Return the lines of an object's YAML; none for None."""
    return yaml_text(obj).removesuffix("\n").split("\n") if obj is not None else []


def _hidden_secret(obj: Object | None, earlier: Object | None) -> Object | None:
    if obj is None or obj.get("kind") != "Secret":
        return obj
    secret, known = dict(obj), earlier or {}
    for part in _SECRET_PARTS:
        if secret.get(part) is not None:
            secret[part] = _hidden_part(secret[part], known.get(part), part)
    annotations = _annotations(secret)
    if _COPY in annotations:
        hidden = _hidden(annotations[_COPY], _annotations(known).get(_COPY), is_base64=False)
        secret["metadata"] = {**secret["metadata"], "annotations": {**annotations, _COPY: hidden}}
    return secret


def _annotations(obj: Object) -> Object:
    metadata = obj.get("metadata")
    found = metadata.get("annotations") if isinstance(metadata, dict) else None
    return found if isinstance(found, dict) else {}


def _hidden_part(values: Plain, earlier: Plain, part: str) -> Plain:
    is_base64 = part == "data"
    if not isinstance(values, dict):
        return _hidden(values, earlier, is_base64=False)
    known = earlier if isinstance(earlier, dict) else {}
    return {
        name: _hidden(value, known.get(name), is_base64=is_base64) for name, value in values.items()
    }


def _hidden(value: Plain, earlier: Plain, *, is_base64: bool) -> str:
    size = f"({_size(value, is_base64=is_base64):,} bytes)"
    return size if earlier is None or earlier == value else f"changed {size}"


def _size(value: Plain, *, is_base64: bool) -> int:
    text = value if isinstance(value, str) else str(value)
    data = text.encode("utf-8", "surrogatepass")
    try:
        return len(b64decode(data, validate=True)) if is_base64 else len(data)
    except ValueError:
        return len(data)
