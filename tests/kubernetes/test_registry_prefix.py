"""Stores whose API server has another --etcd-prefix than /registry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.kubernetes.sample import DATA, stored_values
from tests.kubernetes.wire import field, stored
from tests.runner import run
from tests.server import running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.runner import Result
    from tests.server import Etcd

CONFIG = ("--encryption-config", str(DATA / "encryption-config.yaml"))
SECRETS = ("/registry/secrets/vault-aescbc/", "/registry/secrets/vault-aescbc-old/")
PREFIX = "/clusters/a.example.com/registry"
MANIFEST = "etc/kubernetes/manifests/kube-apiserver.yaml"


@pytest.fixture(scope="module")
def server(sample_etcd: Etcd) -> Iterator[Etcd]:
    """A store with a registry two folders deep, and one at the usual place without namespaces."""
    with running() as started:
        put(started, "/aaa", b"1")
        put(started, "/coreos.com/network/config", b"{}")
        for each in stored_values(sample_etcd):
            if each.key.startswith((*SECRETS, "/registry/namespaces/kube-system")):
                put(started, each.key.replace("/registry", PREFIX), each.value)
            if each.key.startswith(SECRETS):
                put(started, each.key.replace("/registry", "/b"), each.value)
        yield started


def put(server: Etcd, key: str, value: bytes) -> None:
    assert run("put", key, env=server.environment, input=value).exit_code == 0


def kube(server: Etcd, *words: str, **env: str) -> Result:
    return run("kubernetes", *words, env={**server.environment, **env})


def node(folder: Path, prefix: str) -> dict[str, str]:
    """Return the environment of a node whose API server has a prefix."""
    manifest = folder / MANIFEST
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: kube-apiserver}\nspec:\n  containers:\n"
        f"  - name: kube-apiserver\n    command: [kube-apiserver, --etcd-prefix={prefix}]\n"
    )
    return {"PYETCDCTL_ROOT": str(folder), "PYETCDCTL_DISCOVERY": ""}


def test_the_keys_tell_where_the_objects_are(server: Etcd) -> None:
    assert kube(server, "get", "ns", "-o", "name").stdout == b"namespace/kube-system\n"
    rows = kube(server, "resources", "-o", "jsonl").stdout.splitlines()
    assert [json.loads(row)["prefix"] for row in rows] == [
        *(f"{PREFIX}/namespaces/", f"{PREFIX}/secrets/")
    ]


def test_a_path_that_only_the_store_knows_begins_where_its_objects_are(server: Etcd) -> None:
    name = f"{PREFIX}/apiextensions.k8s.io/customresourcedefinitions/gears.shop.io"
    spec = {"group": "shop.io", "names": {"plural": "gears", "kind": "Gear"}, "scope": "Cluster"}
    definition = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
    put(server, name, json.dumps({**definition, "spec": spec}).encode())
    assert kube(server, "path", "gear/a").stdout == f"{PREFIX}/shop.io/gears/a\n".encode()
    assert run("del", name, env=server.environment).exit_code == 0


def test_objects_of_openshift_are_found_by_their_keys(server: Etcd) -> None:
    value = stored("route.openshift.io/v1", "Route", field(1, field(1, "web")), field(2, 7))
    put(server, "/openshift.io/routes/shop/web", value)
    flags = ("-n", "shop", "--etcd-prefix", "openshift.io")
    shown = kube(server, "get", "routes", *flags).stdout.decode()
    assert [line.split()[0] for line in shown.splitlines()] == ["NAME", "web"]
    assert json.loads(kube(server, "get", "routes", "web", "-o", "json", *flags).stdout)["wire"]
    key = kube(server, "path", "routes/shop/web", *flags[2:]).stdout
    assert key == b"/openshift.io/routes/shop/web\n"
    assert kube(server, "get", "routes").exit_code == 3


def test_the_prefix_of_this_nodes_api_server_is_taken_where_it_fits(
    server: Etcd, tmp_path: Path
) -> None:
    ours = node(tmp_path, "b/")
    shown = kube(server, "path", "pods/a/b", "/b/pods/a/b", **ours)
    assert shown.stdout == b"/b/pods/a/b\npods/a/b\n"
    listed = kube(server, "resources", "-o", "jsonl", **ours).stdout
    assert json.loads(listed)["prefix"] == "/b/secrets/"
    # The cluster that is asked need not be that of this node.
    elsewhere = node(tmp_path, "/elsewhere")
    listed = kube(server, "get", "ns", "-o", "name", **elsewhere).stdout
    assert listed == b"namespace/kube-system\n"


def test_what_is_stale_is_told_of_objects_at_any_prefix(server: Etcd) -> None:
    def secrets(*flags: str) -> dict[str, int]:
        shown = kube(server, "encryption", "status", "-o", "json", *CONFIG, *flags)
        found = [row for row in json.loads(shown.stdout) if row["resource"] == "secrets"]
        assert len(found) == 1
        return {name: found[0][name] for name in ("values", "plain", "stale", "notDecrypted")}

    guessed = secrets()
    assert guessed == secrets("--etcd-prefix", "/b")
    assert guessed["values"] > guessed["stale"] > 0
    assert guessed["notDecrypted"] == 0


def test_an_empty_store_has_the_usual_prefix(etcd: Etcd) -> None:
    shown = kube(etcd, "path", "pods/a/b")
    assert shown.stdout == b"/registry/pods/a/b\n"
