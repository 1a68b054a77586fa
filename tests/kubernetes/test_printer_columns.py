"""The columns that stored definitions give custom resources."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pyetcdctl.kubernetes.kubectl.columns.column import AGE, NAME
from pyetcdctl.kubernetes.kubectl.printer_columns import printer_columns
from pyetcdctl.kubernetes.objects import Literal

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def definition(*columns: Any) -> dict[str, Any]:
    older = {"name": "v1", "storage": False, "additionalPrinterColumns": [{"name": "Old"}]}
    newer = {"name": "v2", "storage": True, "additionalPrinterColumns": list(columns)}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "spec": {"versions": [older, newer]},
    }


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("string", "text", "text"),
        ("string", 7, "7"),
        ("string", {"b": 1, "a": [True]}, '{"a":[true],"b":1}'),
        ("string", None, ""),
        ("integer", 7, "7"),
        ("integer", Literal("7.9"), "7"),
        ("integer", Literal("1e400"), ""),
        ("integer", Literal("-1e400"), ""),
        ("number", Literal("1e400"), "1e400"),
        ("integer", "7", ""),
        ("integer", True, ""),
        ("number", Literal("1.50"), "1.50"),
        ("boolean", False, "false"),
        ("boolean", "yes", ""),
        ("date", "2026-11-22T23:00:00Z", "60m"),
        ("date", "yesterday", "<invalid>"),
        ("date", 3, ""),
        ("unheard-of", "x", ""),
    ],
)
def test_a_cell_shows_its_type_alone(kind: str, value: object, shown: str) -> None:
    column = {"name": "Value", "type": kind, "jsonPath": ".spec.value"}
    name, (title, cell, *_) = printer_columns(definition(column))
    assert (name, title) == (NAME, "VALUE")
    assert cell({"spec": {"value": value}}, NOW) == shown
    assert cell({"spec": []}, NOW) == ""


def test_columns_of_the_stored_version_are_shown_the_lesser_ones_as_wide() -> None:
    columns = definition({"name": "A"}, {"name": "B", "priority": 1})
    shown = [(column.title, column.wide) for column in printer_columns(columns)]
    assert shown == [("NAME", False), ("A", False), ("B", True)]


def test_the_first_of_several_values_is_shown() -> None:
    declared = {"name": "Ready", "type": "string", "jsonPath": ".c[?(@.type=='Ready')].status"}
    _, column = printer_columns(definition(declared))
    obj = {"c": [{"type": "Ready", "status": x} for x in ("True", "False")]}
    assert column.cell(obj, NOW) == "True"


@pytest.mark.parametrize(
    "odd", [{}, {"spec": 1}, {"spec": {"versions": [1]}}, definition(), definition("x")]
)
def test_a_definition_without_columns_has_the_age(odd: dict[str, Any]) -> None:
    assert printer_columns(odd) == [NAME, AGE]


def test_a_column_whose_path_is_none_stays_empty() -> None:
    _, column = printer_columns(definition({"jsonPath": ".a["}))
    assert column.cell({"a": 1}, NOW) == ""


@pytest.mark.parametrize("path", [".a[-]", f".a[{'9' * 5000}]", "[", ".a[?(@.b=='" + "'x'" * 50])
def test_a_path_that_is_none_leaves_its_cells_empty(path: str) -> None:
    _, (_, cell, *_) = printer_columns(
        definition({"name": "A", "type": "integer", "jsonPath": path})
    )
    assert cell({"a": [1]}, NOW) == ""


@pytest.mark.parametrize("spec", [5, {"versions": 5}, {"versions": [5]}, {"versions": None}])
def test_a_definition_of_nonsense_has_the_columns_that_all_have(spec: Any) -> None:
    for version in ("v1", "v1beta1"):
        nonsense = {**definition(), "apiVersion": f"apiextensions.k8s.io/{version}", "spec": spec}
        assert printer_columns(nonsense) == [NAME, AGE]
    assert printer_columns(definition() | {"spec": {"versions": [{"additionalPrinterColumns": 7}]}})
