"""``kubernetes get`` of many objects: written while they are found, and the same as at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pyetcdctl.cli.session.streams import Buffer, Output
from pyetcdctl.kubernetes.kubectl.shown_objects import ShownObject
from pyetcdctl.kubernetes.resources import find
from pyetcdctl.output.object_listing import (
    ROWS_AT_ONCE,
    ObjectPrinter,
    TableOptions,
    list_of,
    parse_form,
)
from pyetcdctl.output.objects import object_text
from pyetcdctl.settings import OutputSettings
from tests.runner import run_here as run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server import Etcd

MANY = 1_101
LONG = "long-" * 20


@pytest.fixture(scope="module")
def many(etcd: Etcd) -> Iterator[Etcd]:
    """A server that holds more config maps than are shown at once; the last has a long name."""
    names = [f"{number:04}" for number in range(MANY - 1)] + [f"9{LONG}"]
    for first in range(0, MANY, 100):
        puts = "\n".join(map(_put, names[first : first + 100]))
        assert run("txn", input=f"\n{puts}\n\n\n", env=etcd.environment).exit_code == 0
    yield etcd
    run("del", "/lists/", "--prefix", env=etcd.environment)


def _put(name: str) -> str:
    obj = {"apiVersion": "v1", "data": {"a": f"{name}\n"}, "kind": "ConfigMap"}
    obj["metadata"] = {"name": name, "namespace": "many"}
    return f"put /lists/configmaps/many/{name} {json.dumps(obj, separators=(',', ':'))}"


def get(server: Etcd, form: str) -> str:
    words = ("configmaps", "-n", "many", "--etcd-prefix", "/lists", "-o", form)
    done = run("kubernetes", "get", *words, env=server.environment)
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout.decode()


def test_a_list_in_pieces_is_what_it_is_as_a_whole(many: Etcd) -> None:
    objects = [json.loads(line) for line in get(many, "jsonl").splitlines()]
    assert len(objects) == MANY
    for form in ("yaml", "json"):
        assert get(many, form) == object_text(list_of(objects), form)


def test_a_long_table_has_one_header_and_widens_where_it_must(many: Etcd) -> None:
    header, *rows = get(many, "").splitlines()
    assert header.startswith("NAME   DATA   ")
    assert [row.split()[0] for row in rows[:2]] == ["0000", "0001"]
    assert rows[-1].startswith(f"9{LONG}   1      ")
    assert len(rows) == MANY
    names = get(many, "name").splitlines()
    assert [name.removeprefix("configmap/") for name in names] == [row.split()[0] for row in rows]


@pytest.mark.parametrize("form", ["", "name", "yaml", "json", "jsonl", "custom-columns=A:.kind"])
def test_objects_are_written_before_the_last_is_found(form: str) -> None:
    resource = find("ns")
    assert resource
    sink = Buffer()
    out = Output(sink)
    printer = ObjectPrinter(
        out, OutputSettings(), parse_form(form, str), TableOptions(), lambda _: None
    )
    shown = ShownObject(resource, "", "a", {"metadata": {"name": "a"}})

    def found() -> Iterator[ShownObject]:
        yield from [shown] * ROWS_AT_ONCE
        assert sink.data
        yield shown

    assert printer.write_found(found())
