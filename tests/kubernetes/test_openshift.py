"""The kinds of OpenShift's own API servers: decoded, encoded, listed and edited."""

from __future__ import annotations

import base64
import json
import lzma
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pyetcdctl.kubernetes import openshift
from pyetcdctl.kubernetes.codec import json_reading, protobuf_reading, protobuf_writing
from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.codec.encoding import default_form, encode
from pyetcdctl.kubernetes.codec.envelope import wrap
from pyetcdctl.kubernetes.codec.json_writing import json_text
from pyetcdctl.kubernetes.codec.special_reading import is_wrapper
from pyetcdctl.kubernetes.registry_keys import key_of, parse
from pyetcdctl.kubernetes.schema import table
from tests.kubernetes.sample import DATA
from tests.runner import run_here

if TYPE_CHECKING:
    from tests.runner import Result
    from tests.server import Etcd

ROUTE = {
    "apiVersion": "route.openshift.io/v1",
    "kind": "Route",
    "metadata": {"name": "web", "namespace": "shop"},
    "spec": {
        "host": "web.example.com",
        "to": {"kind": "Service", "name": "web", "weight": 100},
        "port": {"targetPort": "http"},
        "tls": {"termination": "edge", "insecureEdgeTerminationPolicy": "Redirect"},
    },
    "status": {},
}


def marshalled() -> list[dict[str, Any]]:
    """Objects with every field and with none, as OpenShift's own Go types marshal them."""
    with lzma.open(DATA / "openshift.jsonl.xz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.mark.parametrize("known", marshalled(), ids=lambda each: f"{each['kind']}-{each['full']}")
def test_each_kind_is_read_and_written_as_by_its_go_types(known: dict[str, Any]) -> None:
    value = base64.b64decode(known["protobuf"])
    decoded = decode(value)

    assert json_text(decoded.object) == json_text(json_reading.parse(known["json"]))
    assert (decoded.unknown, decoded.problem, decoded.schema_known) == ((), None, True)
    obj = json_reading.parse(known["json"])
    api_version, kind = obj.pop("apiVersion"), obj.pop("kind")
    raw = protobuf_writing.plan_of(table.message_name(api_version, kind)).write(obj)
    assert wrap(api_version, kind, raw) == value


def test_every_message_can_be_planned() -> None:
    names = table.names(table.OPENSHIFT)
    assert len(names) > 250
    for name in names:
        assert (
            is_wrapper(name)
            or protobuf_reading.plan_of(name).prepare().slots
            or not (table.message(name).fields)
        )


def test_every_stored_kind_is_in_the_table() -> None:
    for resource in openshift.RESOURCES:
        assert table.message_name(f"{resource.group}/v1", resource.kind), resource


def test_the_table_is_read_for_values_of_openshift_alone() -> None:
    script = (
        "import sys, base64\nfrom pyetcdctl.kubernetes.schema import table\n"
        "from pyetcdctl.kubernetes.codec.decoding import decode\n"
        "table.OPENSHIFT_TABLE = None\n"
        "print(decode(base64.b64decode(sys.argv[1])).kind)\n"
    )
    pod = encode({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}})
    words = [sys.executable, "-c", script]
    encoded = base64.b64encode(pod).decode()
    assert subprocess.run([*words, encoded], capture_output=True, text=True).stdout == "Pod\n"
    route = base64.b64encode(encode(ROUTE)).decode()
    assert subprocess.run([*words, route], capture_output=True).returncode != 0


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("routes/shop/web", "/openshift.io/routes/shop/web"),
        ("oauthaccesstokens//sha256~x", "/openshift.io/oauth/accesstokens/sha256~x"),
        ("identities//github:ann", "/openshift.io/useridentities/github:ann"),
    ],
)
def test_objects_are_beside_the_prefix_of_kubernetes(name: str, key: str) -> None:
    plural, namespace, rest = name.split("/")
    resource = next(each for each in openshift.RESOURCES if each.plural == plural)

    assert key_of(resource, namespace, rest, "/kubernetes.io") == key
    found = parse(key, "/kubernetes.io")
    assert found is not None
    assert (found.resource, found.namespace, found.name) == (resource, namespace, rest)


def test_what_openshift_keeps_as_custom_resources_is_json() -> None:
    group = "security.openshift.io/v1"
    constraints = {"kind": "SecurityContextConstraints", "apiVersion": group, "metadata": {}}

    assert default_form(group, "SecurityContextConstraints") == "json"
    assert default_form("route.openshift.io/v1", "Route") == "protobuf"
    assert encode(constraints).startswith(b'{"apiVersion":"security.openshift.io/v1"')


@pytest.fixture
def cluster(etcd: Etcd, prefix: str) -> str:
    """The prefix of a Kubernetes beside which OpenShift keeps a route and a user."""
    user = {
        "apiVersion": "user.openshift.io/v1",
        "kind": "User",
        "metadata": {"name": "ann", "uid": "u-1"},
        "identities": ["github:ann"],
        "groups": None,
    }
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system"}}
    root = f"/{prefix.strip('/')}"
    for key, obj in [
        ("kubernetes.io/namespaces/kube-system", namespace),
        ("openshift.io/routes/shop/web", ROUTE),
        ("openshift.io/users/ann", user),
    ]:
        done = run_here("put", f"{root}/{key}", env=etcd.environment, input=encode(obj))
        assert done.exit_code == 0
    return f"{root}/kubernetes.io"


def kube(etcd: Etcd, cluster: str, verb: str, *words: str, **more: Any) -> Result:
    flags = ("--etcd-prefix", cluster)
    return run_here("kubernetes", verb, *words, *flags, env=etcd.environment, **more)


def test_routes_and_users_are_listed(etcd: Etcd, cluster: str) -> None:
    routes = kube(etcd, cluster, "get", "routes", "-A").stdout.decode().splitlines()
    users = kube(etcd, cluster, "get", "users").stdout.decode().splitlines()
    rows = kube(etcd, cluster, "resources", "-o", "jsonl").stdout.splitlines()

    assert routes[1].split() == ["shop", "web", "web.example.com", "web", "http", "edge/Redirect",
                                 "None"]  # fmt: skip
    assert users[1].split() == ["ann", "u-1", "github:ann"]
    assert [(row["resource"], row["prefix"]) for row in map(json.loads, rows)] == [
        ("namespaces", f"{cluster}/namespaces/"),
        ("routes", f"{os.path.dirname(cluster)}/openshift.io/routes/"),
        ("users", f"{os.path.dirname(cluster)}/openshift.io/users/"),
    ]


def test_a_route_is_explained(etcd: Etcd, cluster: str) -> None:
    shown = kube(etcd, cluster, "explain", "routes.spec.tls").stdout.decode()

    assert f"{os.path.dirname(cluster)}/openshift.io/routes/NAMESPACE/NAME" in shown
    assert "insecureEdgeTerminationPolicy" in shown


def test_a_route_is_edited_and_put(etcd: Etcd, cluster: str) -> None:
    env = {**etcd.environment, "EDITOR": "sed -i s/web.example.com/new.example.com/"}
    words = ("route", "web", "-n", "shop", "--etcd-prefix", cluster, "--yes")
    edited = run_here("kubernetes", "edit", *words, env=env)
    assert edited.exit_code == 0, edited.stderr
    host = ("-o", "jsonpath={.spec.host}")
    found = kube(etcd, cluster, "get", "route", "web", "-n", "shop", *host).stdout
    assert found == b"new.example.com"

    other = json.dumps({**ROUTE, "metadata": {"name": "api", "namespace": "shop"}}).encode()
    put = kube(etcd, cluster, "put", "-f", "-", "--yes", input=other)
    assert put.exit_code == 0, put.stderr
    place = f"{os.path.dirname(cluster)}/openshift.io/routes/shop/api"
    stored = run_here("get", place, "--print-value-only", "--no-decode", env=etcd.environment)
    assert stored.stdout.startswith(b"k8s\0")


def test_a_cluster_without_openshift_has_no_routes(sample_etcd: Etcd) -> None:
    shown = run_here("kubernetes", "get", "routes", env=sample_etcd.environment)

    assert shown.exit_code == 3
    assert 'the store has no resource "routes"' in shown.stderr
