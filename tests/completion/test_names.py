"""What the hidden command finds besides keys: names of objects, members, users, leases..."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyetcdctl.cli.candidates import _KINDS
from pyetcdctl.completion.shapes import LIVE
from pyetcdctl.sandbox.sample import unpack_sample
from tests.completion.shells import PATIENT
from tests.runner import run_here

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.server import Etcd

NOWHERE = {"ETCDCTL_ENDPOINTS": "127.0.0.1:1"}
OBJECTS = [
    ("get statef", ["statefulsets"]),
    ("get po,namesp", ["po,namespaces"]),
    ("get anyth", ["anythings.misc.example.com"]),
    ("get volumeatt", ["volumeattachments", "volumeattributesclasses"]),
    ("get no ", ["master", "node01"]),
    ("get no master ", ["node01"]),
    ("get no/m", ["no/master"]),
    ("get nodes,ns n", ["node01"]),
    ("get -A pods ", []),
    ("get pods -n kube-system kube-api", ["kube-apiserver-master"]),
    ("get pods kube-api", []),
    ("get --namespace=kube-system po/kube-api", ["po/kube-apiserver-master"]),
    ("get nonsense ", []),
    ("get /registry/min", []),
    ("edit /registry/min", ["/registry/minions/"]),
    ("edit --etcd-prefix /registry/ no m", ["master"]),
    ("edit --etcd-prefix /elsewhere no m", []),
]


def ask(kind: str, line: str, env: Mapping[str, str]) -> list[str]:
    """Return the lines for the last word of a line; insist on silence and success."""
    result = run_here("__complete", kind, "--", *line.split(" "), env=env)
    assert (result.stderr, result.exit_code) == ("", 0)
    return result.stdout.decode().splitlines()


def response(kind: str, line: str, env: Mapping[str, str]) -> list[str]:
    """Ask with the patience that a busy machine needs."""
    return ask(kind, line, {**PATIENT, **env})


def names(lines: list[str]) -> list[str]:
    return [line.partition("\t")[0] for line in lines]


def test_every_kind_has_its_search() -> None:
    assert set(_KINDS) == set(LIVE)


@pytest.mark.parametrize(("line", "expected"), OBJECTS, ids=lambda each: str(each))
def test_resources_and_objects_are_found(sample_etcd: Etcd, line: str, expected: list[str]) -> None:
    asked = (response if expected else ask)(
        "objects", f"kubernetes {line}", sample_etcd.environment
    )
    assert names(asked) == expected


@pytest.mark.parametrize("line", ["get statef", "get no/m", "get pods -n kube-system kube-api"])
def test_a_file_is_searched_as_a_server_is(sample_etcd: Etcd, tmp_path: Path, line: str) -> None:
    path = unpack_sample(tmp_path)
    live = response("objects", f"kubernetes {line}", sample_etcd.environment)
    assert response("objects", f"--from {path} kubernetes {line}", NOWHERE) == live


def test_the_clusters_of_contexts_are_searched(sample_etcd: Etcd, tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    added = run_here(
        "context", "add", "lab", "--endpoints", sample_etcd.endpoint, "--read-only", env=home
    )
    assert added.exit_code == 0
    assert ask("contexts", "--context l", home) == [f"lab\t{sample_etcd.endpoint}"]
    assert ask("contexts", "context use ", home) == [f"lab\t{sample_etcd.endpoint}"]
    assert response("objects", "--context lab kubernetes get no/m", home) == ["no/master"]


def test_namespaces_are_found(sample_etcd: Etcd) -> None:
    found = response("namespaces", "kubernetes get pods -n kube-", sample_etcd.environment)
    assert found == ["kube-node-lease", "kube-public", "kube-system"]


def test_a_resource_is_described_by_its_kind_and_short_names(sample_etcd: Etcd) -> None:
    found = response("resources", "diff x --resource configm", sample_etcd.environment)
    assert found == ["configmaps\tConfigMap, cm"]


def test_a_resource_that_the_store_lacks_is_completed_all_the_same(sample_etcd: Etcd) -> None:
    found = response("objects", "kubernetes get podsecurityp", sample_etcd.environment)
    assert names(found) == ["podsecuritypolicies"]


def test_members_users_roles_and_leases_are_found(etcd: Etcd, tmp_path: Path) -> None:
    etcd.etcdctl("user", "add", "completed-user:pw", check=True)
    etcd.etcdctl("role", "add", "completed-role", check=True)
    lease = etcd.etcdctl("lease", "grant", "600", check=True).stdout.split()[1].decode()
    member = etcd.etcdctl("member", "list", check=True).stdout.split(b",")[0].decode()
    saved = tmp_path / "saved.db"
    etcd.etcdctl("snapshot", "save", str(saved), check=True)
    for env in (etcd.environment, {**NOWHERE, "PYETCDCTL_FROM": str(saved)}):
        assert response("users", "user get completed-", env) == ["completed-user"]
        assert response("roles", "user grant-role u completed-", env) == ["completed-role"]
        assert response("leases", f"put k v --lease {lease}", env) == [lease]
        assert names(response("members", f"member remove {member[:6]}", env)) == [member]
    etcd.etcdctl("user", "delete", "completed-user")
    etcd.etcdctl("role", "delete", "completed-role")
    etcd.etcdctl("lease", "revoke", lease)


@pytest.mark.parametrize("kind", LIVE)
def test_nothing_is_said_where_no_server_responds(kind: str) -> None:
    assert ask(kind, "kubernetes get ", {**NOWHERE, "HOME": "/nonexistent"}) == []


def test_kubectl_is_not_waited_for() -> None:
    assert ask("keys", "--via kubectl get /", {}) == []
