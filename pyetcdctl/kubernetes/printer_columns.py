"""The columns that a CustomResourceDefinition gives its objects (additionalPrinterColumns)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyetcdctl.errors import BadArguments
from pyetcdctl.kubernetes import definitions
from pyetcdctl.kubernetes.columns import age_of
from pyetcdctl.kubernetes.jsonpath import Path, value_text
from pyetcdctl.kubernetes.objects import Literal

if TYPE_CHECKING:
    from datetime import datetime

    from pyetcdctl.kubernetes.columns import Cell
    from pyetcdctl.kubernetes.objects import Object, Plain

_CREATED = {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}
_BREAK = re.compile("[\f\n\r]")


def printer_columns(definition: Object, *, wide: bool, now: datetime) -> list[tuple[str, Cell]]:
    """Return titles and cells of the version in which objects are stored; AGE where it has none."""
    columns = _declared(definition) or [_CREATED]
    return [
        (str(column.get("name", "")).upper(), _cell(column, now))
        for column in columns
        if wide or not column.get("priority")
    ]


def _declared(definition: Object) -> list[Object]:
    served = definitions.to_v1(definition) if definitions.is_old(definition) else definition
    spec = served.get("spec")
    versions = spec.get("versions") if isinstance(spec, dict) else None
    known = [each for each in versions or () if isinstance(each, dict)]
    stored = [each for each in known if each.get("storage")]
    for version in stored or known[:1]:
        columns = version.get("additionalPrinterColumns")
        return [each for each in columns or () if isinstance(each, dict)]
    return []


def _cell(column: Object, now: datetime) -> Cell:
    kind = str(column.get("type", ""))
    try:
        path = Path(str(column.get("jsonPath", "")))
    except BadArguments:
        return lambda obj: ""
    return lambda obj: next((_shown(each, kind, now) for each in path.of(obj)), "")


def _shown(plain: Plain, kind: str, now: datetime) -> str:
    """Return a value as a column of its type shows it; nothing where it is of another type."""
    if kind == "string":
        return "" if plain is None else _one_line(value_text(plain))
    if kind == "date":
        return _age(plain, now) if isinstance(plain, str) else ""
    if kind == "boolean":
        return str(plain).lower() if isinstance(plain, bool) else ""
    is_number = isinstance(plain, (int, Literal)) and not isinstance(plain, bool)
    if not is_number or kind not in ("integer", "number"):
        return ""
    text = value_text(plain)
    return str(int(float(text))) if kind == "integer" and isinstance(plain, Literal) else text


def _age(created: str, now: datetime) -> str:
    age = age_of(created, now)
    return "<invalid>" if age == "<unknown>" else age


def _one_line(text: str) -> str:
    found = _BREAK.search(text)
    return f"{text[: found.start()]}..." if found else text
