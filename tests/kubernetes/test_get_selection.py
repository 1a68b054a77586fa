"""Which objects ``kubernetes get`` finds: by fields, categories, older names, revisions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pyetcdctl.client.connection import Connection
from pyetcdctl.client.live_source import LiveSource
from pyetcdctl.errors import BadArguments, InvalidInput
from pyetcdctl.kubernetes.kubectl.custom_columns import columns_of_file, custom_columns
from pyetcdctl.kubernetes.kubectl.selectors import FieldSelector
from pyetcdctl.kubernetes.objects import Literal
from pyetcdctl.registry.store import Store
from pyetcdctl.settings import ConnectionSettings
from tests.kubernetes.sample import responses
from tests.runner import run_here

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.keyspace.source import PagedRange
    from pyetcdctl.rpc.kv import RangeRequest
    from tests.runner import Result
    from tests.server import Etcd

POD = {
    "metadata": {"name": "a", "namespace": "b"},
    "spec": {"nodeName": "n1", "hostNetwork": True},
    "status": {"phase": "Running"},
}


def get(server: Etcd, *words: str) -> Result:
    return run_here("kubernetes", "get", *words, env=server.environment)


def lines(result: Result) -> list[str]:
    assert result.exit_code == 0, result.stderr
    return result.stdout.decode().splitlines()


@pytest.mark.parametrize(
    ("text", "selects"),
    [
        ("status.phase=Running", True),
        ("status.phase==Running,spec.nodeName=n1", True),
        ("status.phase!=Running", False),
        ("spec.hostNetwork=true", True),
        ("spec.unschedulable=false", True),
        ("status.podIP=", True),
        ("status.podIP!=10.0.0.1", True),
        ("metadata.name=a,metadata.namespace=c", False),
        (r"metadata.name=a\,b", False),
    ],
)
def test_fields_select(text: str, selects: bool) -> None:
    assert FieldSelector(text)(POD) is selects


@pytest.mark.parametrize("text", ["status.phase", "=a", "a in (b)", "a=b=c"])
def test_what_is_not_a_field_selector_is_refused(text: str) -> None:
    with pytest.raises(BadArguments, match="is not a valid field selector"):
        FieldSelector(text)


def test_pods_are_selected_by_their_fields(sample_etcd: Etcd) -> None:
    pods = [each for key, each in responses().items() if key.startswith("/registry/pods/")]
    objects = [json.loads(each["json"]) for each in pods]
    on_master = [each for each in objects if each["spec"].get("nodeName") == "master"]
    found = lines(get(sample_etcd, "po", "-A", "--field-selector", "spec.nodeName=master"))
    assert len(found) - 1 == len(on_master) > 0
    slip = get(sample_etcd, "po", "-A", "--field-selector", "spec.nodename=master")
    assert slip.exit_code == 128
    assert "no object that was found has a field spec.nodename" in slip.stderr


def test_a_column_for_a_label(sample_etcd: Etcd) -> None:
    words = ("po", "-n", "kube-system", "-L", "k8s-app,component", "-l", "k8s-app=kube-dns")
    header, *rows = lines(get(sample_etcd, *words))
    assert header.split()[-2:] == ["K8S-APP", "COMPONENT"]
    assert {row.split()[-1] for row in rows} == {"kube-dns"}


def test_custom_columns_are_kubectls(sample_etcd: Etcd) -> None:
    columns = "custom-columns=NAME:.metadata.name,CPU:.status.capacity.cpu,X:.spec.none"
    assert lines(get(sample_etcd, "nodes", "-o", columns)) == [
        "NAME     CPU   X",
        "master   4     <none>",
        "node01   4     <none>",
    ]
    fields = get(sample_etcd, "node", "master", "-o", "custom-columns=M:.metadata.managedFields[0]")
    assert lines(fields)[1].startswith("map[apiVersion:v1 fieldsType:FieldsV1 fieldsV1:map[")
    several = get(sample_etcd, "ns/default", "node/master", "-o", "custom-columns=K:.kind")
    assert lines(several) == ["K", "Namespace", "Node"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Literal("1.50"), "1.5"),
        (Literal("1e6"), "1e+06"),
        (Literal("1234567.5"), "1.2345675e+06"),
        (Literal("0.00001"), "1e-05"),
        (Literal("1e400"), "1e400"),
        (1234567, "1234567"),
        (True, "true"),
        (None, "<nil>"),
        ([1, {"b": "x", "a": []}], "[1 map[a:[] b:x]]"),
        (Literal('{"a":[1.0]}'), "map[a:[1]]"),
    ],
)
def test_values_in_custom_columns_are_gos(value: object, shown: str) -> None:
    [column] = custom_columns("V:.v")
    assert column.cell({"v": value}) == shown
    assert column.cell({}) == "<none>"


def test_columns_come_from_a_file_too() -> None:
    [name, node] = columns_of_file("NAME  NODE\n.metadata.name .spec.nodeName\n")
    assert (name.title, name.cell(POD), node.title, node.cell(POD)) == ("NAME", "a", "NODE", "n1")
    with pytest.raises(BadArguments, match="two lines"):
        columns_of_file("NAME NODE\n.metadata.name\n")


def test_what_is_not_there_can_be_ignored(sample_etcd: Etcd) -> None:
    for words in (("pod", "none"), ("pods", "-n", "none"), ("ns/default", "ns/none", "-o", "name")):
        shown = get(sample_etcd, *words, "--ignore-not-found")
        assert (shown.exit_code, shown.stderr) == (0, "")
        assert shown.stdout == (b"namespace/default\n" if "ns/default" in words else b"")


def test_an_earlier_revision_is_read(etcd: Etcd) -> None:
    def put(data: str) -> int:
        obj = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "b"},
            "data": {"a": data},
        }
        text = json.dumps(obj)
        done = run_here("put", "/past/configmaps/a/b", text, "-w", "json", env=etcd.environment)
        revision: int = json.loads(done.stdout)["header"]["revision"]
        return revision

    before = put("before")
    put("after")
    words = ("cm", "b", "-n", "a", "--etcd-prefix", "/past", "-o", "jsonpath={.data.a}")
    assert get(etcd, *words, "--consistency", "s").stdout == b"after"
    assert get(etcd, *words, "--rev", str(before)).stdout == b"before"
    assert get(etcd, *words, "--consistency", "x").exit_code == 4
    assert get(etcd, "cm", "--rev", "1", "--watch").exit_code == 128


def test_objects_are_found_by_the_older_name_in_their_keys(sample_etcd: Etcd) -> None:
    assert lines(get(sample_etcd, "minions", "-o", "name")) == ["node/master", "node/node01"]
    shown = run_here("kubernetes", "path", "minions/master")
    assert shown.stdout == b"/registry/minions/master\n"


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (("pod", "web-1", "-n", "shop"), ["/registry/pods/shop/web-1"]),
        (("pod/web-1", "-n", "shop"), ["/registry/pods/shop/web-1"]),
        (("node", "a", "b"), ["/registry/minions/a", "/registry/minions/b"]),
        (("po", "-n", "shop"), ["/registry/pods/shop/"]),
        (("po", "svc"), ["/registry/pods/", "/registry/services/specs/"]),
        (("widgets.shop.example.com", "a", "-n", "b"), ["/registry/shop.example.com/widgets/b/a"]),
    ],
)
def test_a_path_is_shown_for_words_as_they_are_typed_for_kubectl(
    words: tuple[str, ...], keys: list[str]
) -> None:
    shown = run_here("kubernetes", "path", *words)
    assert shown.stdout.decode().splitlines() == keys, shown.stderr


def test_several_resources_have_their_names_in_full(sample_etcd: Etcd) -> None:
    rows = lines(get(sample_etcd, "limits,jobs", "-n", "kube-system"))
    both = lines(get(sample_etcd, "cm,limits", "-n", "kube-system"))
    assert rows == []
    assert both[1].startswith("configmap/")


def test_a_category_is_all_of_its_resources(sample_etcd: Etcd) -> None:
    kinds = {
        line.partition("/")[0] for line in lines(get(sample_etcd, "all,secret", "-A", "-o", "name"))
    }
    assert {"pod", "service", "deployment.apps", "job.batch", "secret"} <= kinds
    assert "configmap" not in kinds
    extensions = lines(get(sample_etcd, "api-extensions", "-o", "name"))
    assert any(line.startswith("customresourcedefinition.apiext") for line in extensions)


def test_definitions_may_name_categories(etcd: Etcd) -> None:
    names = {"plural": "gears", "kind": "Gear", "categories": ["all", "works"]}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "spec": {"group": "shop.io", "names": names, "scope": "Cluster"},
    }
    gear = {"apiVersion": "shop.io/v1", "kind": "Gear", "metadata": {"name": "a"}}
    place = "/works/apiextensions.k8s.io/customresourcedefinitions/gears.shop.io"
    for key, obj in ((place, definition), ("/works/shop.io/gears/a", gear)):
        assert run_here("put", key, json.dumps(obj), env=etcd.environment).exit_code == 0
    for word in ("all", "works"):
        shown = get(etcd, word, "-A", "-o", "name", "--etcd-prefix", "/works")
        assert lines(shown) == ["gear.shop.io/a"]


class Counting:
    """A source that counts the keys that are read from another one."""

    def __init__(self, inner: LiveSource) -> None:
        self._inner = inner
        self.name = inner.name
        self.keys = self.calls = 0

    def range(self, request: RangeRequest, *, stream: bool = False) -> PagedRange:
        found = self._inner.range(request)
        self.calls += 1
        self.keys += found.count
        return found

    def ranges(self, requests: list[RangeRequest], **options: float) -> Iterator[object]:
        pages = self._inner.ranges(requests)
        self.calls += 1
        self.keys += sum(map(len, pages))
        return pages


def test_an_unknown_resource_does_not_read_the_keyspace(sample_etcd: Etcd) -> None:
    live = LiveSource(Connection(ConnectionSettings(endpoints=sample_etcd.client_urls)))
    counting = Counting(live)
    store = Store(counting, "/registry")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput) as caught:
        store.meanings("podz")
    assert caught.value.advice[0].split()[-1] == "pods"
    assert counting.keys < len(responses()) / 4
    assert counting.calls < 30
    assert store.meanings("specters")[0].path == "ghost.example.com/specters"
    live.close()
