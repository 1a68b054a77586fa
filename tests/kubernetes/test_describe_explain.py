"""``kubernetes describe`` and ``explain``: an object in full; where and how a kind is stored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pyetcdctl.kubernetes.kubectl.description import describe, is_about, title
from pyetcdctl.kubernetes.kubectl.explanation import api_versions, explain
from pyetcdctl.kubernetes.resources import BUILT_IN, find
from tests.kubernetes.sample import DATA, responses
from tests.runner import run_here

if TYPE_CHECKING:
    from tests.server import Etcd

CONFIG = ("--encryption-config", str(DATA / "encryption-config.yaml"))


def kube(server: Etcd, *words: str) -> str:
    done = run_here("kubernetes", *words, env=server.environment)
    assert done.exit_code == 0, done.stderr
    return done.stdout.decode()


def test_an_object_is_described_with_its_events(sample_etcd: Etcd) -> None:
    events = [
        json.loads(a["json"]) for k, a in responses().items() if k.startswith("/registry/events/")
    ]
    involved = next(e["involvedObject"] for e in events if e["involvedObject"]["kind"] == "Pod")
    about = [e for e in events if e["involvedObject"].get("uid") == involved["uid"]]
    name, namespace = involved["name"], involved["namespace"]
    shown = kube(sample_etcd, "describe", "pod", name, "-n", namespace)
    lines = shown.splitlines()
    assert lines[0].split() == ["Name:", name]
    assert f"Etcd Key:      /registry/pods/{namespace}/{name}" in lines
    assert "Mod Revision:" in shown
    assert "Spec:" in lines
    assert any(line.startswith("  Containers:") for line in lines)
    at = lines.index("Events:")
    assert lines[at + 1].split() == ["TYPE", "REASON", "AGE", "FROM", "MESSAGE"]
    assert len(lines) - at - 2 == len(about)
    assert "managedFields" not in shown
    assert "Managed Fields" not in shown


def test_several_objects_are_described_one_after_the_other(sample_etcd: Etcd) -> None:
    shown = kube(sample_etcd, "describe", "nodes")
    assert [line.split()[1] for line in shown.splitlines() if line.startswith("Name:")] == [
        "master",
        "node01",
    ]
    missing = run_here("kubernetes", "describe", "node", "none", env=sample_etcd.environment)
    assert (missing.exit_code, missing.stdout) == (1, b"")


def test_a_secret_is_described_without_its_values(sample_etcd: Etcd) -> None:
    key = next(
        k
        for k, a in responses().items()
        if a["kind"] == "Secret" and json.loads(a["json"]).get("data")
    )
    values = json.loads(responses()[key]["json"])["data"]
    namespace, name = key.split("/")[-2:]
    shown = kube(sample_etcd, "describe", "secret", name, "-n", namespace, *CONFIG)
    for field, value in values.items():
        assert value not in shown
        assert f"{field}: " in shown
    assert " bytes" in shown


def test_what_cannot_be_decrypted_is_not_described(sample_etcd: Etcd) -> None:
    words = ("kubernetes", "describe", "secrets", "-n", "vault-aescbc")
    refused = run_here(*words, env=sample_etcd.environment)
    assert (refused.exit_code, refused.stdout) == (1, b"")
    assert "values could not be decrypted" in refused.stderr


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("creationTimestamp", "Creation Timestamp"),
        ("podCIDR", "Pod CIDR"),
        ("hostIP", "Host IP"),
        ("uid", "UID"),
        ("app.kubernetes.io/name", "app.kubernetes.io/name"),
    ],
)
def test_the_names_of_fields_are_words(name: str, words: str) -> None:
    assert title(name) == words


def test_texts_of_many_lines_and_lists_are_indented() -> None:
    obj = {
        "kind": "K",
        "metadata": {"name": "a", "labels": {"b": "c"}},
        "data": {"fileName": "x\ny\n"},
        "list": [{"a": 1, "b": [True, None]}, "s", [], {}],
    }
    assert describe(obj, {})[5:] == [
        *("Data:", "  fileName: x", "    y", ""),
        *("List:", "  - A: 1", "    B:", "      - true", "      - <none>"),
        *("  - s", "  - []", "  - {}"),
    ]


def test_an_event_without_a_uid_is_about_an_object_of_its_name() -> None:
    node = {"kind": "Node", "metadata": {"name": "a", "uid": "1"}}
    assert is_about({"involvedObject": {"kind": "Node", "name": "a"}}, node)
    assert is_about({"regarding": {"kind": "Node", "name": "b", "uid": "1"}}, node)
    assert not is_about({"involvedObject": {"kind": "Node", "name": "a", "uid": "2"}}, node)
    assert not is_about({}, node)


def test_every_resource_of_the_field_table_is_explained() -> None:
    explained = 0
    for resource in BUILT_IN:
        if api_versions(resource):
            found = explain(resource, "", [], "/registry")
            assert found.fields[0].name == "metadata", resource
            explained += 1
    assert explained > 60


def test_the_versions_of_a_kind_are_listed_newest_first() -> None:
    hpa = find("hpa")
    assert hpa
    assert api_versions(hpa) == [
        *("autoscaling/v2", "autoscaling/v1", "autoscaling/v2beta2", "autoscaling/v2beta1"),
    ]


def test_a_kind_is_explained_without_a_server() -> None:
    shown = run_here("kubernetes", "explain", "minions").stdout.decode()
    assert "KEY:        /registry/minions/NAME\n" in shown
    assert "called before Kubernetes 1.0" in shown
    assert "2     spec       <NodeSpec>" in shown
    field = run_here("kubernetes", "explain", "deploy.apps.spec.template").stdout.decode()
    assert "FIELD:      template (3), PodTemplateSpec\n" in field
    slip = run_here("kubernetes", "explain", "pods.specs")
    assert slip.exit_code == 128
    assert "Fields here: metadata, spec, status" in slip.stderr
    layout = run_here("kubernetes", "explain").stdout.decode()
    assert max(map(len, layout.splitlines())) <= 140
    for word in ("/registry/services/specs/", "masterleases", "compact_rev_key"):
        assert word in layout
    assert run_here("kubernetes", "explain", "ranges").stdout.startswith(
        b"ranges: v1 RangeAllocation"
    )


def test_a_custom_resource_is_explained_by_its_schema(sample_etcd: Etcd) -> None:
    shown = kube(sample_etcd, "explain", "widgets")
    assert "KEY:        /registry/shop.example.com/widgets/NAMESPACE/NAME\n" in shown
    assert "VALUE:      JSON\n" in shown
    assert "<object>" in shown
    inside = kube(sample_etcd, "explain", "widgets.shop.example.com.spec")
    assert "FIELD:      spec, object\n" in inside
