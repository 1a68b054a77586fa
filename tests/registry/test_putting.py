"""What ``kubernetes put`` and ``edit`` make of an object before it is written."""

import json

import pytest

from pyetcdctl.kubernetes.editing.completing import with_generation
from pyetcdctl.kubernetes.resources import Resource, find
from tests.runner import run_here

WIDGETS = Resource("widgets", "shop.io", "Widget", "shop.io/widgets", True, "widget", custom=True)


def obj(kind="Deployment", generation=None, **content):
    metadata = {"name": "a"} if generation is None else {"name": "a", "generation": generation}
    return {"apiVersion": "x/v1", "kind": kind, "metadata": metadata, **content}


def generation_of(new, before, resource):
    return with_generation(new, before, resource)["metadata"].get("generation")


@pytest.mark.parametrize(
    ("new", "before", "generation"),
    [
        (obj(spec={"a": 1}), None, 1),
        (obj(spec={"a": 1}), obj(generation=4, spec={"a": 1}), 4),
        (obj(spec={"a": 2}), obj(generation=4, spec={"a": 1}), 5),
        (obj(generation=4, spec={"a": 2}), obj(generation=4, spec={"a": 1}), 5),
        (obj(generation=9, spec={"a": 2}), obj(generation=4, spec={"a": 1}), 9),
        (obj(spec={}, status={"b": 2}), obj(generation=4, spec={}, status={"b": 1}), 4),
        (obj(spec={}, data="x"), obj(generation=4, spec={}), 5),
    ],
)
@pytest.mark.parametrize("resource", [find("deploy"), WIDGETS], ids=lambda each: each.plural)
def test_the_generation_is_raised_by_what_controllers_act_on(new, before, generation, resource):
    assert generation_of(new, before, resource) == generation


def test_kinds_without_a_generation_get_none():
    for word in ("configmaps", "secrets", "pods", "leases"):
        assert generation_of(obj(data={"a": "b"}), None, find(word)) is None
    # Pods have one since Kubernetes 1.33.
    assert generation_of(obj(spec={"a": 1}), obj(generation=1, spec={}), find("pods")) == 2
    assert generation_of(obj(), None, None) is None


DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "gears.shop.io"},
    "spec": {
        "group": "shop.io",
        "names": {"plural": "gears", "kind": "Gear"},
        "scope": "Namespaced",
        "versions": [{"name": "v1", "served": True, "storage": True}],
    },
}
GEAR = {"apiVersion": "shop.io/v1", "kind": "Gear", "metadata": {"name": "a"}, "spec": {"size": 1}}


def test_a_definition_and_its_objects_are_put_from_one_file(etcd):
    def put(*objects):
        text = "---\n".join(json.dumps(each) + "\n" for each in objects)
        words = ("kubernetes", "put", "-f", "-", "--yes", "--etcd-prefix", "/gears")
        return run_here(*words, env=etcd.environment, input=text)

    refused = put(GEAR)
    assert refused.exit_code == 3
    assert "no resource of kind Gear in group shop.io" in refused.stderr
    done = put(GEAR, DEFINITION)
    assert done.stdout.decode().splitlines() == [
        "gears.shop.io/default/a created",
        "customresourcedefinitions/gears.shop.io created",
    ]
    stored = etcd.etcdctl("get", "/gears/shop.io/gears/default/a", "--print-value-only").stdout
    assert json.loads(stored)["metadata"]["generation"] == 1
    assert put(GEAR).stdout == b"gears.shop.io/default/a unchanged\n"
    put({**GEAR, "spec": {"size": 2}})
    stored = etcd.etcdctl("get", "/gears/shop.io/gears/default/a", "--print-value-only").stdout
    assert json.loads(stored)["metadata"]["generation"] == 2
