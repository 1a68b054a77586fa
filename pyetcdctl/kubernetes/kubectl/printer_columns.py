"""The columns that a CustomResourceDefinition gives its objects (additionalPrinterColumns)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pyetcdctl.errors import BadArguments
from pyetcdctl.kubernetes import definitions
from pyetcdctl.kubernetes.codec.times import UNKNOWN, age_of
from pyetcdctl.kubernetes.kubectl.columns.column import AGE, NAME, Column
from pyetcdctl.kubernetes.kubectl.columns.reach import objects
from pyetcdctl.kubernetes.kubectl.jsonpath_templates import Path, value_text
from pyetcdctl.kubernetes.objects import Literal

if TYPE_CHECKING:
    from datetime import datetime

    from pyetcdctl.kubernetes.kubectl.columns.column import Cell
    from pyetcdctl.kubernetes.objects import Object, Plain


def printer_columns(definition: Object) -> list[Column]:
    """Return the columns of the version in which objects are stored; AGE where it has none."""
    columns = [
        Column(str(each.get("name", "")).upper(), _cell(each), wide=bool(each.get("priority")))
        for each in _declared(definition)
    ]
    return [NAME, *(columns or [AGE])]


def _declared(definition: Object) -> list[Object]:
    served = definitions.to_v1(definition) if definitions.is_old(definition) else definition
    spec = served.get("spec")
    versions = objects(spec.get("versions")) if isinstance(spec, dict) else []
    stored = [each for each in versions if each.get("storage")]
    for version in stored or versions[:1]:
        return objects(version.get("additionalPrinterColumns"))
    return []


def _cell(column: Object) -> Cell:
    kind = str(column.get("type", ""))
    try:
        path = Path(str(column.get("jsonPath", "")))
    except BadArguments:
        return lambda *_: ""
    return lambda obj, now: next((_shown(each, kind, now) for each in path.of(obj)), "")


def _shown(plain: Plain, kind: str, now: datetime) -> str:
    """Return a value in the form of its column's type; empty where it is of another type."""
    if kind == "string":
        return "" if plain is None else value_text(plain)
    if kind == "date":
        return _age(plain, now) if isinstance(plain, str) else ""
    if kind == "boolean":
        return str(plain).lower() if isinstance(plain, bool) else ""
    is_number = isinstance(plain, (int, Literal)) and not isinstance(plain, bool)
    if not is_number or kind not in ("integer", "number"):
        return ""
    text = value_text(plain)
    if kind == "number" or not isinstance(plain, Literal):
        return text
    rounded = float(text)
    return str(int(rounded)) if math.isfinite(rounded) else ""


def _age(created: str, now: datetime) -> str:
    age = age_of(created, now)
    return "<invalid>" if age == UNKNOWN else age
