"""The cells of built-in kinds against what the API server of 1.37 prints for the same objects.

``data/tables.jsonl.xz`` was recorded from its own printers, at a fixed time: a line with the time
and the columns of each kind, then a line for each object of the sample, each serialized object,
each fixture and each object that was written for the cases that are hard.
"""

from __future__ import annotations

import copy
import random
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from pyetcdctl.kubernetes.codec.times import age_of, duration
from pyetcdctl.kubernetes.kubectl.columns import KINDS, columns_of, older, openshift
from pyetcdctl.kubernetes.objects import Literal, NoJson
from pyetcdctl.output.columns import one_line
from tests.kubernetes.tables import recorded, source

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED = 20261123
DAMAGED_OF_EACH = 10
ODD = (
    *(None, True, False, 0, -1, 7, 10**30, Literal("1.5e3"), Literal('{"a":1}'), NoJson("AAA=")),
    *("", "x", "True", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "1" * 400, "\n\x1b"),
    *(
        [],
        [[1]],
        [None],
        ["a", 1, {}],
        {},
        {"a": [{}]},
        {"type": [1], "status": {}},
        [{"name": []}],
    ),
)


NOW = datetime.fromisoformat(recorded()[0]["now"])


def cells(obj: Any, kind: str) -> list[str]:
    return [column.cell(obj, NOW) for column in columns_of(kind)]


def test_every_kind_has_the_columns_of_kubectl() -> None:
    columns = recorded()[0]["columns"]
    assert set(KINDS) - set(older.COLUMNS) - set(openshift.COLUMNS) == set(columns)
    for kind, titles in columns.items():
        assert [[column.title, column.wide] for column in columns_of(kind)] == titles, kind


def test_every_cell_is_kubectls() -> None:
    rows = recorded()[1:]
    assert len(rows) > 1_800
    for row in rows:
        obj = source(row)
        name = obj["metadata"].get("name", "")
        begun = [name if column.is_name else "" for column in columns_of(row["kind"])]
        shown = zip(begun, cells(obj, row["kind"]), strict=True)
        assert [one_line(before + cell) for before, cell in shown] == row["cells"], row


def places(plain: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every dict or list of an object, with each name or index in it."""
    inside = plain.items() if isinstance(plain, dict) else enumerate(plain)
    for name, value in inside:
        yield plain, name
        if isinstance(value, (dict, list)):
            yield from places(value)


def test_cells_of_damaged_objects_hold_something() -> None:
    dice = random.Random(SEED)
    for row in recorded()[1:]:
        for _ in range(DAMAGED_OF_EACH if "object" in row else 1):
            obj = copy.deepcopy(source(row))
            for _ in range(dice.randint(1, 3)):
                inside, name = dice.choice(list(places(obj)))
                inside[name] = copy.deepcopy(dice.choice(ODD))
            assert all(isinstance(cell, str) for cell in cells(obj, row["kind"])), obj


@pytest.mark.parametrize("kind", [*KINDS, "Widget"])
def test_objects_that_are_none_of_their_kind_have_cells(kind: str) -> None:
    for odd in ODD:
        assert all(isinstance(cell, str) for cell in cells({"metadata": odd, "spec": odd}, kind))
        obj = {"metadata": {"labels": odd}, "spec": {"template": odd}, "status": odd}
        assert all(isinstance(cell, str) for cell in cells(obj, kind))


def test_kinds_of_older_releases_are_shown_as_these_did() -> None:
    rules = {name: {"rule": "RunAsAny"} for name in ("seLinux", "runAsUser", "fsGroup")}
    policy = {"allowedCapabilities": ["A", "B"], "readOnlyRootFilesystem": True, **rules}
    shown = cells({"spec": policy | {"volumes": ["*"]}}, "PodSecurityPolicy")
    assert shown == ["", "false", "A,B", *["RunAsAny"] * 3, "", "true", "*"]
    term = {"matchExpressions": [{"key": "os", "operator": "In", "values": ["a", "b"]}]}
    cidr = {
        "perNodeHostBits": 8,
        "ipv4": "10.0.0.0/8",
        "nodeSelector": {"nodeSelectorTerms": [term]},
    }
    shown = cells({"spec": cidr}, "ClusterCIDR")
    assert shown[1:4] == ["8", "10.0.0.0/8", "<none>"]
    assert shown[5] == "MatchExpressions: [{os In [a b]}]"
    origin = {"kind": "K", "apiGroup": "g.io", "name": "n"}
    assert cells({"generatedFrom": origin}, "ResourceClassParameters")[1] == "K.g.io n"


def test_an_age_needs_a_time() -> None:
    for odd in ODD:
        assert age_of(odd, NOW) == "<unknown>"
    assert [duration(seconds) for seconds in (-1.9, -0.5, 119.9, 120)] == ["0s", "0s", "119s", "2m"]
