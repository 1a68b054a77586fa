"""Stores whose API server has another --etcd-prefix than /registry."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from pyetcdctl.client.connection import Connection
from pyetcdctl.client.live_source import LiveSource
from pyetcdctl.registry.folders import folders
from pyetcdctl.registry.prefix import find_prefix
from pyetcdctl.settings import ConnectionSettings
from tests.kubernetes.sample import DATA, stored_values
from tests.kubernetes.wire import field, stored
from tests.runner import run_here as run
from tests.server import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
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


def test_the_keys_show_where_the_objects_are(server: Etcd) -> None:
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


def test_every_api_server_is_listed(server: Etcd) -> None:
    put(server, "/openshift.io/oauth/accesstokens/sha256~a", b"k8s:enc:aescbc:v1:key:bytes")
    found = kube(server, "prefixes").stdout.decode()
    assert [line.split() for line in found.splitlines()[1:]] == [
        ["/b", "16", "another"],
        [PREFIX, "17", "Kubernetes", "yes"],
        ["/openshift.io", "1", "OpenShift"],
    ]
    rows = map(json.loads, kube(server, "prefixes", "-o", "jsonl").stdout.splitlines())
    assert [row["prefix"] for row in rows if row["default"]] == [PREFIX]
    assert run("del", "/openshift.io/", "--prefix", env=server.environment).exit_code == 0


def test_objects_of_openshift_are_found_by_their_keys(server: Etcd) -> None:
    value = stored("route.openshift.io/v1", "Route", field(1, field(1, "web")), field(2, 7))
    put(server, "/openshift.io/routes/shop/web", value)
    flags = ("-n", "shop", "--etcd-prefix", "openshift.io")
    shown = kube(server, "get", "routes", *flags).stdout.decode()
    assert [line.split()[0] for line in shown.splitlines()] == ["NAME", "web"]
    named = kube(server, "get", "routes", "web", "-o", "json", *flags).stdout
    assert json.loads(named)["metadata"]["name"] == "web"
    key = kube(server, "path", "routes/shop/web", *flags[2:]).stdout
    assert key == b"/openshift.io/routes/shop/web\n"
    assert kube(server, "get", "routes").exit_code == 3


def test_the_prefix_of_this_nodes_api_server_is_for_its_own_etcd_alone(
    server: Etcd, tmp_path: Path
) -> None:
    ours = node(tmp_path, "b/")
    own = {**ours, "ETCDCTL_ENDPOINTS": ""}
    shown = kube(server, "path", "pods/a/b", "/b/pods/a/b", **own)
    assert shown.stdout == b"/b/pods/a/b\npods/a/b\n"
    # The endpoint is given, and not one of this node's: its prefix is not looked at.
    elsewhere = kube(server, "path", "pods/a/b", **ours)
    assert elsewhere.stdout == b"/registry/pods/a/b\n"
    listed = kube(server, "get", "ns", "-o", "name", **ours).stdout
    assert listed == b"namespace/kube-system\n"


def test_a_known_prefix_is_taken_where_there_is_anything_below_it(server: Etcd) -> None:
    with source_of(server) as source:
        assert find_prefix(source, "/b") == ("/b", ())
        assert find_prefix(source, "/elsewhere") == (PREFIX, ())


def test_stale_objects_are_reported_at_any_prefix(server: Etcd) -> None:
    def secrets(*flags: str) -> dict[str, int]:
        shown = kube(server, "encryption", "status", "-o", "json", *CONFIG, *flags)
        found = [row for row in json.loads(shown.stdout) if row["resource"] == "secrets"]
        assert len(found) == 1
        return {name: found[0][name] for name in ("values", "plain", "stale", "notDecrypted")}

    guessed = secrets()
    assert guessed == secrets("--etcd-prefix", "/b")
    assert guessed["values"] > guessed["stale"] > 0
    assert guessed["notDecrypted"] == 0


def test_folders_are_found_without_what_is_in_them(server: Etcd) -> None:
    with source_of(server) as source:
        top = folders(source, b"/", most=9)
        assert top[:3] == [b"b", b"clusters", b"coreos.com"]
        assert folders(source, b"/", most=2) == top[:2]
        assert folders(source, b"/", most=9, at_once=True) == top
        assert folders(source, b"/none/", most=9) == []


@contextmanager
def source_of(server: Etcd) -> Iterator[LiveSource]:
    source = LiveSource(Connection(ConnectionSettings(endpoints=server.client_urls)))
    try:
        yield source
    finally:
        source.close()


def test_an_empty_store_has_the_usual_prefix(etcd: Etcd) -> None:
    shown = kube(etcd, "path", "pods/a/b")
    assert shown.stdout == b"/registry/pods/a/b\n"


@pytest.fixture(scope="module")
def shared(server: Etcd) -> Iterator[Etcd]:
    """The store with two more clusters, side by side."""
    for prefix in ("/ta", "/tb"):
        put(server, f"{prefix}/namespaces/kube-system", b"{}")
        put(server, f"{prefix}/configmaps/a/b", config_map(prefix))
    yield server
    for prefix in ("/ta/", "/tb/"):
        run("del", prefix, "--prefix", env=server.environment)


def config_map(note: str) -> bytes:
    obj = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b", "namespace": "a"}}
    return json.dumps({**obj, "data": {"note": note}}).encode()


def test_a_read_of_one_of_several_clusters_says_which(shared: Etcd) -> None:
    shown = kube(shared, "get", "configmap", "b", "-n", "a", "-o", "jsonpath={.data.note}")
    assert shown.stdout == b"/ta"
    assert "several API servers keep their objects in this etcd (/ta, /tb)" in shown.stderr
    assert "those below /ta/ are read" in shown.stderr
    named = kube(shared, "get", "cm", "b", "-n", "a", "-o", "name", "--etcd-prefix", "/tb")
    assert (named.stdout, named.stderr) == (b"configmap/b\n", "")


@pytest.mark.parametrize(
    "words",
    [
        ("put", "-f", "-", "--yes"),
        ("del", "cm", "b", "-n", "a", "--yes"),
        ("edit", "cm", "b", "-n", "a", "--yes"),
        ("encryption", "status", "--require-encrypted", *CONFIG),
    ],
    ids=lambda words: words[0],
)
def test_a_write_or_a_check_to_one_of_several_clusters_is_refused(
    shared: Etcd, words: tuple[str, ...]
) -> None:
    env = {**shared.environment, "EDITOR": "true"}
    refused = run("kubernetes", *words, env=env, input=config_map("new"))
    assert refused.exit_code == 3
    assert "several API servers keep their objects in this etcd: /ta, /tb" in refused.stderr
    assert "--etcd-prefix with one of them" in refused.stderr


def test_api_servers_without_kube_system_are_found_where_no_other_is(
    own_etcd: Callable[..., Etcd],
) -> None:
    """Virtual ones may have none; a write must not begin a prefix of its own beside them."""
    etcd = own_etcd()
    put(etcd, "/va/configmaps/a/b", config_map("/va"))
    one = kube(etcd, "get", "configmap", "b", "-n", "a", "-o", "jsonpath={.data.note}")
    assert one.stdout == b"/va"
    put(etcd, "/vb/configmaps/a/b", config_map("/vb"))
    words = ("kubernetes", "put", "-f", "-", "--yes")
    refused = run(*words, env=etcd.environment, input=config_map("new"))
    assert refused.exit_code == 3
    assert "several API servers keep their objects in this etcd: /va, /vb" in refused.stderr
    doctor = run("doctor", "--for", "50ms", env=etcd.environment)
    assert "(/va, /vb); those below /va/ are read\n" in doctor.stderr


def test_a_write_to_a_named_cluster_is_made(shared: Etcd) -> None:
    env = shared.environment
    words = ("kubernetes", "put", "-f", "-", "--yes", "--etcd-prefix", "/tb")
    assert run(*words, env=env, input=config_map("new")).stdout == b"configmaps/a/b updated\n"
    assert b"/ta" in run("get", "/ta/configmaps/a/b", "--print-value-only", env=env).stdout
