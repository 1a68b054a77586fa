"""``kubernetes path`` and ``kubernetes resources``: names, keys, and what the store holds."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from pyetcdctl.kubernetes.registry_keys import familiar_name, parse
from tests.kubernetes.sample import DATA, responses
from tests.runner import run_here as run

if TYPE_CHECKING:
    from tests.server import Etcd

CONFIG = str(DATA / "encryption-config.yaml")


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("pods/kube-system/etcd-a", "/registry/pods/kube-system/etcd-a"),
        ("po/x", "/registry/pods/default/x"),
        ("no/master-1", "/registry/minions/master-1"),
        ("Service/a/b", "/registry/services/specs/a/b"),
        ("ep/a/b", "/registry/services/endpoints/a/b"),
        ("ingresses.networking.k8s.io/a/b", "/registry/ingress/a/b"),
        ("cronjobs.v1.batch/a/b", "/registry/cronjobs/a/b"),
        ("deployments.extensions/a/b", "/registry/deployments/a/b"),
        ("crd/x.y.z", "/registry/apiextensions.k8s.io/customresourcedefinitions/x.y.z"),
        ("clusterrole/system:node", "/registry/clusterroles/system:node"),
        ("widgets.shop.example.com/a/b", "/registry/shop.example.com/widgets/a/b"),
        ("rs", "/registry/replicasets/"),
        ("rs/a/", "/registry/replicasets/a/"),
    ],
)
def test_an_object_has_its_key_without_a_server(word: str, key: str) -> None:
    assert run("kubernetes", "path", word).stdout.decode() == f"{key}\n"


def test_a_custom_resource_is_found_by_any_name_of_its_definition(sample_etcd: Etcd) -> None:
    words = ("widget/a/b", "gtw/a/b", "Anything/x", "specters/a/b")
    shown = run("kube", "path", *words, env=sample_etcd.environment)
    assert shown.stdout.decode().splitlines() == [
        "/registry/shop.example.com/widgets/a/b",
        "/registry/gateway.networking.k8s.io/gateways/a/b",
        "/registry/misc.example.com/anythings/x",
        "/registry/ghost.example.com/specters/a/b",
    ]


def test_a_name_that_means_several_resources_is_reported_with_them(etcd: Etcd, prefix: str) -> None:
    root = f"{prefix}apiextensions.k8s.io/customresourcedefinitions"
    for group in ("a.io", "b.io"):
        spec = {"group": group, "names": {"plural": "things", "kind": "Thing"}}
        definition = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
        run(
            "put", f"{root}/{group}", json.dumps({**definition, "spec": spec}), env=etcd.environment
        )
    words = ("thing/a/b", "things.b.io/a/b", "--etcd-prefix", prefix)
    shown = run("kube", "path", *words, env=etcd.environment)
    assert shown.stdout.decode() == f"{prefix}a.io/things/a/b\n{prefix}b.io/things/a/b\n"
    assert shown.stderr == "# thing is taken for things.a.io; it may also mean things.b.io\n"


def test_every_key_of_a_cluster_goes_to_its_object_and_back(sample_etcd: Etcd) -> None:
    keys = [key for key in responses() if parse(key) and "leases/192" not in key]
    keys = [key for key in keys if not key.startswith("/registry/ranges/")]
    names = run("kube", "path", *keys, env=sample_etcd.environment).stdout.decode().splitlines()
    assert len(names) == len(keys) > 1100
    back = run("kube", "path", *names, env=sample_etcd.environment).stdout.decode().splitlines()
    assert back == keys


def test_another_prefix_of_the_api_server_is_used() -> None:
    flags = ("--etcd-prefix", "kubernetes.io")
    assert run("kube", "path", "po/a/b", *flags).stdout == b"/kubernetes.io/pods/a/b\n"
    assert run("kube", "path", "/kubernetes.io/pods/a/b", *flags).stdout == b"pods/a/b\n"


def test_a_prefix_of_many_objects_goes_to_their_resource_and_back() -> None:
    names = {
        "/registry/pods/": "pods",
        "/registry/pods/kube-system/": "pods/kube-system/",
        "/registry/minions/": "nodes",
        "/registry/services/specs/": "services",
        "/registry/services/endpoints/a/": "endpoints/a/",
        "/registry/shop.example.com/widgets/": "widgets.shop.example.com",
        "/registry/shop.example.com/widgets/a/": "widgets.shop.example.com/a/",
    }
    shown = run("kubernetes", "path", *names).stdout.decode().splitlines()
    assert shown == list(names.values())
    assert run("kubernetes", "path", *shown).stdout.decode().splitlines() == list(names)
    open_ended = [key.rstrip("/") for key in names][:-1]
    assert run("kubernetes", "path", *open_ended).stdout.decode().splitlines() == shown[:-1]


@pytest.mark.parametrize(
    "word",
    [
        *("nodes/a/b", "po/a/b/c", "/elsewhere/a/b", "/registry/health", "/registry/a.b/"),
        *("/registry/", "/registry/minions/a/", "/registry/pods//", "/registry/services/foo/"),
    ],
)
def test_what_cannot_be_a_path_is_refused(word: str) -> None:
    assert run("kubernetes", "path", word).exit_code == 128


def test_an_unknown_resource_is_reported_with_its_likes(sample_etcd: Etcd) -> None:
    refused = run("kube", "path", "podss/x", env=sample_etcd.environment)
    assert refused.exit_code == 3
    assert refused.stderr.startswith('Error: the store has no resource "podss"\n')
    assert "Did you mean this?  pods" in refused.stderr


def test_resources_lists_what_the_store_holds(sample_etcd: Etcd) -> None:
    flags = ("-o", "json", "--encryption-config", CONFIG)
    rows = json.loads(run("kube", "resources", *flags, env=sample_etcd.environment).stdout)
    by_prefix = {row["prefix"]: row for row in rows}
    assert by_prefix["/registry/cronjobs/"] == {
        "resource": "cronjobs",
        "group": "batch",
        "shortNames": ["cj"],
        "kinds": ["CronJob"],
        "storedVersions": ["batch/v1", "batch/v1beta1"],
        "count": 7,
        "namespaced": True,
        "prefix": "/registry/cronjobs/",
        "defined": True,
    }
    assert by_prefix["/registry/ghost.example.com/specters/"]["defined"] is False
    assert by_prefix["/registry/sec.example.com/vaultentries/"]["kinds"] == ["VaultEntry"]
    for row in rows:
        held = [key for key in responses() if key.startswith(row["prefix"])]
        assert len(held) == row["count"]
        versions = {responses()[key]["apiVersion"] for key in held} - {""}
        if all(responses()[key].get("config_decrypts", True) for key in held):
            assert set(row["storedVersions"]) == versions
    table = run("kube", "resources", env=sample_etcd.environment).stdout.decode().splitlines()
    assert table[0].split() == ["RESOURCE", "SHORT", "STORED", "VERSIONS", "COUNT"]
    assert "cronjobs" in {line.split()[0] for line in table}
    assert max(map(len, table)) <= 80
    wide = run("kube", "resources", "-o", "wide", env=sample_etcd.environment).stdout.decode()
    assert wide.splitlines()[0].split()[5:] == ["NAMESPACED", "KIND", "PREFIX"]
    assert re.search(
        "^cronjobs +cj +v1,v1beta1 +7 +true +CronJob +/registry/cronjobs/$", wide, re.M
    )
    assert len(table) == len(rows) + 1


def test_a_branch_that_etcd_calls_otherwise_has_its_familiar_name() -> None:
    named = {
        branch: familiar_name(f"/registry/{branch}/".encode())
        for branch in (
            *("minions", "services/specs", "services/endpoints", "ingress", "controllers"),
            *("pods", "apiextensions.k8s.io", "apiextensions.k8s.io/customresourcedefinitions"),
            *("shop.example.com", "shop.example.com/carts", "services"),
        )
    }
    assert {branch: name for branch, name in named.items() if name} == {
        "minions": "nodes",
        "services/specs": "services",
        "ingress": "ingresses",
        "controllers": "replicationcontrollers",
        "shop.example.com": "custom resources",
    }
    assert familiar_name(b"/other/minions/") == familiar_name(b"/registry/\xff/") == ""
