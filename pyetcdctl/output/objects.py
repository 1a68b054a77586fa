"""API objects in the formats of ``-o``: yaml, json and jsonl."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pyetcdctl.escaping import terminal_safe
from pyetcdctl.kubernetes.codec import json_reading
from pyetcdctl.kubernetes.codec.json_writing import json_text
from pyetcdctl.kubernetes.codec.yaml_writing import yaml_text
from pyetcdctl.kubernetes.objects import Literal, number
from pyetcdctl.output.values import shown_yaml

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Plain
    from pyetcdctl.settings import OutputSettings

FORMATS = ("yaml", "json", "jsonl")
LIST_FORMATS = ("table", "json", "jsonl", "yaml")
"""The values of ``-o`` for a list whose table the command writes itself."""
_STEP = "    "


def object_text(plain: Plain, form: str) -> str:
    """Return an object as text that ends with a newline."""
    if form == "yaml":
        return yaml_text(plain)
    return f"{pretty_json(plain) if form == 'json' else json_text(plain)}\n"


def shown_object(plain: Plain, form: str, settings: OutputSettings) -> bytes:
    """Return an object as it is written; on a terminal it is escaped, and YAML is coloured."""
    text = object_text(plain, form)
    return shown_yaml(text, settings) if form == "yaml" else shown_text(text, settings)


def shown_list(rows: list[Plain], form: str, settings: OutputSettings) -> bytes:
    """Return rows in a format other than the table, as they are written."""
    if form == "jsonl":
        return shown_text("".join(object_text(row, form) for row in rows), settings)
    return shown_object(rows, form, settings)


def shown_text(text: str, settings: OutputSettings) -> bytes:
    """Return text as it is written, safe on a terminal."""
    data = text.encode("utf-8", "backslashreplace")
    return terminal_safe(data) if settings.terminal else data


def pretty_json(plain: Plain, indent: str = "") -> str:
    """Return JSON as kubectl prints it: four spaces a level, keys sorted."""
    if isinstance(plain, Literal):
        plain = json_reading.parse(plain.text)
    deeper = indent + _STEP
    if isinstance(plain, dict) and plain:
        lines = [
            f"{deeper}{json_text(key)}: {pretty_json(plain[key], deeper)}" for key in sorted(plain)
        ]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if isinstance(plain, list) and plain:
        lines = [f"{deeper}{pretty_json(item, deeper)}" for item in plain]
        return "[\n" + ",\n".join(lines) + f"\n{indent}]"
    return json_text(_as_read(plain) if isinstance(plain, Literal) else plain)


def _as_read(written: Literal) -> Literal:
    """Return a number as a program writes it after reading it as a float: ``1.50`` becomes
    ``1.5``.
    """
    value = float(written.text)
    return number(value) if math.isfinite(value) else written
