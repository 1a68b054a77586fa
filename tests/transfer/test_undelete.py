"""Deleted keys come back: found, shown, guarded, after a kill, with what controllers would do."""

from __future__ import annotations

import json
import random
import signal
import subprocess
from base64 import b64encode
from datetime import UTC, datetime
from time import sleep

import pytest

from pyetcdctl.cli.commands import undelete as undelete_command
from tests.kubectl.standin_cluster import StandIn, pod
from tests.runner import clean_environment, command, run, run_here
from tests.server import running, write

VALUE = bytes(range(256)) * 3


@pytest.fixture
def env(etcd):
    return etcd.environment


def undelete(etcd, *args, **settings):
    done = run_here("undelete", *args, env=etcd.environment, **settings)
    return done.stdout.decode().splitlines(), done.stderr, done.exit_code


def keys(etcd, prefix):
    printed = json.loads(etcd.etcdctl("get", prefix, "--prefix", "-w", "json").stdout)
    return {entry["key"]: entry for entry in printed.get("kvs", ())}


def values(etcd, prefix):
    return {
        key: (entry.get("value"), entry["version"]) for key, entry in keys(etcd, prefix).items()
    }


def revision(etcd):
    return json.loads(etcd.etcdctl("get", "x", "-w", "json").stdout)["header"]["revision"]


def test_deleted_keys_come_back_as_they_were_last(etcd, prefix):
    etcd.etcdctl("put", f"{prefix}bytes", input=VALUE)
    write(etcd, [(f"{prefix}a", "1"), (f"{prefix}a", "2"), (f"{prefix}again", "1")])
    before = keys(etcd, prefix)
    write(etcd, [(f"{prefix}{name}", None) for name in ("a", "bytes", "again")])
    write(etcd, [(f"{prefix}again", "other"), (f"{prefix}new", "1")])

    rows, notes, code = undelete(etcd, prefix, "--dry-run")
    last = {entry["key"]: entry["mod_revision"] for entry in before.values()}
    assert sorted(last.values())[1] > 0
    assert [row.split("  ")[0] for row in rows] == [f"+ {prefix}a", f"+ {prefix}bytes"]
    assert (notes, code) == ("+ 2  ~ 0  = 0  ! 0\n", 0)
    assert len(keys(etcd, prefix)) == 2

    assert undelete(etcd, prefix, "--yes")[2] == 0
    assert etcd.etcdctl("get", f"{prefix}bytes", "--print-value-only").stdout == VALUE + b"\n"
    assert etcd.etcdctl("get", f"{prefix}a", "--print-value-only").stdout == b"2\n"
    assert etcd.etcdctl("get", f"{prefix}again", "--print-value-only").stdout == b"other\n"
    assert undelete(etcd, prefix, "--yes") == ([], "There is nothing to bring back.\n", 0)


def test_what_is_there_with_another_value_is_in_the_way_unless_it_is_to_be_replaced(etcd, prefix):
    write(etcd, [(f"{prefix}changed", "1"), (f"{prefix}gone", "1"), (f"{prefix}same", "1")])
    then = revision(etcd)
    write(etcd, [(f"{prefix}changed", "2"), (f"{prefix}gone", None), (f"{prefix}since", "1")])

    rows, notes, code = undelete(etcd, prefix, "--at", str(then), "--yes")
    blocked = f"! {prefix}changed  (revision {then - 2}; is there with another value, mod_revision"
    assert rows[0].startswith(blocked)
    assert rows[1] == f"+ {prefix}gone  (revision {then - 1})"
    assert notes == "+ 1  ~ 0  = 1  ! 1\n1 of 1 key written\n"
    assert code == 1

    rows, _, code = undelete(etcd, prefix, "--at", str(then), "--replace", "--yes")
    assert rows[0].startswith(f"~ {prefix}changed  (revision {then - 2}; instead of mod_revision")
    assert code == 0
    assert {key: value for key, (value, _) in values(etcd, prefix).items()} == {
        key: entry.get("value") for key, entry in keys(etcd, prefix).items()
    }
    assert etcd.etcdctl("get", f"{prefix}changed", "--print-value-only").stdout == b"1\n"
    assert etcd.etcdctl("get", f"{prefix}since", "--print-value-only").stdout == b"1\n"


def test_what_another_client_wrote_meanwhile_stays(etcd, prefix, monkeypatch):
    write(etcd, [(f"{prefix}{name}", "1") for name in "abc"])
    then = revision(etcd)
    write(etcd, [(f"{prefix}a", "2"), (f"{prefix}b", None), (f"{prefix}c", None)])
    confirmed = undelete_command._confirmed

    def meanwhile(*args):
        write(etcd, [(f"{prefix}a", "mine"), (f"{prefix}b", "mine")])
        return confirmed(*args)

    monkeypatch.setattr(undelete_command, "_confirmed", meanwhile)
    rows, notes, code = undelete(etcd, prefix, "--at", str(then), "--replace", "--yes")

    assert f"! {prefix}b  (created by another client meanwhile)" in rows
    assert any(row.startswith(f"! {prefix}a  (changed by another client") for row in rows)
    assert (notes.splitlines()[-1], code) == ("1 of 3 keys written", 1)
    assert etcd.etcdctl("get", f"{prefix}a", "--print-value-only").stdout == b"mine\n"


def test_the_plan_survives_a_compaction_that_comes_before_the_reply(own_etcd, monkeypatch):
    etcd = own_etcd()
    write(etcd, [("/k/a", "1"), ("/k/a", None), ("/other", "1")])
    confirmed = undelete_command._confirmed

    def meanwhile(*args):
        etcd.etcdctl("compact", str(revision(etcd)), check=True)
        return confirmed(*args)

    monkeypatch.setattr(undelete_command, "_confirmed", meanwhile)
    assert undelete(etcd, "/k/", "--yes")[2] == 0
    assert etcd.etcdctl("get", "/k/a", "--print-value-only").stdout == b"1\n"

    etcd.etcdctl("del", "/other", check=True)
    rows, notes, code = undelete(etcd, "/other", "--at", "2", "--dry-run")
    assert (rows, code) == ([], 2)
    assert "compacted" in notes


def test_a_transaction_has_128_writes_at_most(etcd, prefix):
    write(etcd, [(f"{prefix}{n:03}", "v") for n in range(300)])
    etcd.etcdctl("del", prefix, "--prefix", check=True)
    before = revision(etcd)

    assert undelete(etcd, prefix, "--yes")[2] == 0

    assert revision(etcd) - before == 3
    found = keys(etcd, prefix).values()
    assert len(found) == 300
    assert all(entry["version"] == 1 for entry in found)


def test_leases_that_live_are_kept_and_those_that_are_gone_are_named(etcd, prefix):
    ids = [etcd.etcdctl("lease", "grant", "600").stdout.split()[1].decode() for _ in range(2)]
    for name, lease in zip("ab", ids, strict=True):
        etcd.etcdctl("put", f"{prefix}{name}", "v", f"--lease={lease}", check=True)
    etcd.etcdctl("lease", "revoke", ids[1], check=True)
    etcd.etcdctl("del", f"{prefix}a", check=True)

    _, notes, code = undelete(etcd, prefix, "--yes")

    assert code == 0
    assert f"# lease {ids[1]} does not exist any more; written without it: 1 key\n" in notes
    assert ids[0] not in notes
    leases = [entry.get("lease", 0) for _, entry in sorted(keys(etcd, prefix).items())]
    assert leases == [int(ids[0], 16), 0]


def test_of_several_files_the_newest_value_comes_back(etcd, prefix, tmp_path):
    write(etcd, [(f"{prefix}a", "old"), (f"{prefix}b", "old")])
    first, second = str(tmp_path / "1.db"), str(tmp_path / "2.db")
    etcd.etcdctl("snapshot", "save", first, check=True)
    write(etcd, [(f"{prefix}a", "new"), (f"{prefix}b", None)])
    etcd.etcdctl("snapshot", "save", second, check=True)
    write(etcd, [(f"{prefix}a", None)])

    assert undelete(etcd, prefix, "--from", second, "--from", first, "--yes")[2] == 0

    printed = etcd.etcdctl("get", prefix, "--prefix", "--print-value-only").stdout
    assert printed == b"new\nold\n"


def test_an_undeletion_that_is_killed_goes_on_when_it_is_run_again(etcd, prefix):
    lines = "".join(f"put {prefix}{n:04} {str(n) * 90}\n" for n in range(3000))
    assert run_here("batch", env=etcd.environment, input=lines).exit_code == 0
    before = {key: value for key, (value, _) in values(etcd, prefix).items()}
    etcd.etcdctl("del", prefix, "--prefix", check=True)
    chance = random.Random(12)
    words = command("undelete", prefix, "--yes")
    for _ in range(3):
        with subprocess.Popen(
            words,
            env=clean_environment(etcd.environment),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            sleep(chance.uniform(0.3, 0.8))  # anywhere between its start and its end
            process.send_signal(signal.SIGKILL)

    assert run("undelete", prefix, "--yes", env=etcd.environment).exit_code == 0

    after = values(etcd, prefix)
    assert {key: value for key, (value, _) in after.items()} == before
    assert {version for _, version in after.values()} == {1}


def test_it_asks_unless_it_may_not(etcd, prefix):
    assert undelete(etcd, prefix)[2] == 128
    unreachable = run_here(
        *("undelete", prefix, "--yes", "--endpoints", "127.0.0.1:1", "--command-timeout", "300ms")
    )
    assert unreachable.exit_code == 2


def test_a_context_that_is_read_only_refuses_it(etcd, env, prefix, tmp_path):
    home = {"HOME": str(tmp_path), "PYETCDCTL_CONTEXT": "prod"}
    add = ("context", "add", "prod", "--endpoints", etcd.endpoint, "--read-only")
    assert run_here(*add, env={"HOME": str(tmp_path)}).exit_code == 0
    saved = str(tmp_path / "s.db")
    etcd.etcdctl("snapshot", "save", saved, check=True)
    for more in ((), ("--from", saved)):
        done = run_here("undelete", prefix, "--yes", *more, env=home)
        assert done.exit_code == 1
        assert "context prod is read-only: undelete is refused" in done.stderr


def test_it_works_through_kubectl(etcd, prefix, tmp_path):
    standin = StandIn(tmp_path)
    standin.write([pod("etcd-m1", etcd)], etcd.cluster.programs.beside("etcdctl"))
    write(etcd, [(f"{prefix}a", "1"), (f"{prefix}b", "1"), (f"{prefix}a", None)])

    done = run_here(
        *("undelete", prefix, "--yes"), env={**standin.environment, "PYETCDCTL_VIA": "kubectl"}
    )

    assert done.exit_code == 0, done.stderr
    assert len(keys(etcd, prefix)) == 2


@pytest.fixture(scope="module")
def kubernetes(tmp_path_factory):
    """A server with a few objects, and a snapshot of it."""
    folder = tmp_path_factory.mktemp("undelete")
    with running() as etcd:
        write(etcd, [(f"/registry/{key}", json.dumps(obj)) for key, obj in OBJECTS.items()])
        etcd.etcdctl("snapshot", "save", str(folder / "s.db"), check=True)
        yield etcd, str(folder / "s.db")


def an_object(kind, name, uid, owner=None, **more):
    metadata = {"name": name, "namespace": "shop", "uid": uid, **more.pop("metadata", {})}
    if owner:
        metadata["ownerReferences"] = [
            {"apiVersion": "apps/v1", "kind": owner[0], "name": owner[1], "uid": owner[2]}
        ]
    version = "apps/v1" if kind in ("Deployment", "ReplicaSet") else "v1"
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **more}


OBJECTS = {
    "namespaces/kube-system": an_object("Namespace", "kube-system", "u0"),
    "namespaces/shop": an_object("Namespace", "shop", "u1"),
    "configmaps/shop/c": an_object("ConfigMap", "c", "u2", data={"a": "1"}),
    "configmaps/shop/d": an_object("ConfigMap", "d", "u3", data={"a": "1"}),
    "deployments/shop/web": an_object("Deployment", "web", "u4"),
    "pods/shop/web-1-a": an_object(
        "Pod", "web-1-a", "u5", ("ReplicaSet", "web-1", "u6"), spec={"nodeName": "n1"}
    ),
    "replicasets/shop/web-1": an_object("ReplicaSet", "web-1", "u6", ("Deployment", "web", "u4")),
    "pods/shop/ending": an_object(
        *("Pod", "ending", "u7"),
        metadata={"deletionTimestamp": "2026-11-30T10:00:00Z", "finalizers": ["a/b"]},
    ),
    "apiextensions.k8s.io/customresourcedefinitions/caps.hats.io": {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "caps.hats.io"},
        "spec": {
            "group": "hats.io",
            "names": {"kind": "Cap", "plural": "caps", "singular": "cap", "shortNames": ["kp"]},
            "scope": "Namespaced",
            "versions": [{"name": "v1", "served": True, "storage": True}],
        },
    },
    "hats.io/caps/shop/red": {
        "apiVersion": "hats.io/v1",
        "kind": "Cap",
        "metadata": {"name": "red", "namespace": "shop", "uid": "u8"},
    },
}


def test_objects_come_back_by_resource_and_name(kubernetes):
    etcd, _ = kubernetes
    etcd.etcdctl("del", "/registry/configmaps/shop/", "--prefix", check=True)
    etcd.etcdctl("del", "/registry/hats.io/", "--prefix", check=True)

    rows, notes, code = undelete(etcd, "cm", "c", "none", "-n", "shop", "--yes")
    assert [row.split()[1] for row in rows] == ["/registry/configmaps/shop/c"]
    assert "Error: configmaps/shop/none was not there\n" in notes
    assert code == 1
    rows, _, code = undelete(etcd, "configmaps,kp", "-A", "--yes")
    assert [row.split()[1] for row in rows] == [
        "/registry/configmaps/shop/d",
        "/registry/hats.io/caps/shop/red",
    ]
    assert code == 0
    assert undelete(etcd, "cm/c", "-n", "shop", "--yes")[1].startswith(
        "Error: configmaps/shop/c is there, and nothing else is known of it\n"
    )
    assert undelete(etcd, "nonsense", "--dry-run")[2] == 2


def test_a_custom_resource_is_known_from_a_file_that_still_defines_it(kubernetes):
    etcd, saved = kubernetes
    etcd.etcdctl("del", "/registry/hats.io/", "--prefix", check=True)
    definition = "/registry/apiextensions.k8s.io/customresourcedefinitions/caps.hats.io"
    etcd.etcdctl("del", definition, check=True)

    done = undelete(etcd, "kp", "red", "-n", "shop", "--from", saved, "--yes")
    assert done[0][0].startswith("+ /registry/hats.io/caps/shop/red  (revision ")
    assert done[2] == 0
    assert undelete(etcd, definition, "--yes")[2] == 0


def test_the_server_beside_a_file_is_named_on_the_command_line(kubernetes):
    etcd, saved = kubernetes
    words = ("--from", saved, "--endpoints", etcd.endpoint)
    done = run_here("undelete", "/registry/", *words, "--dry-run")
    assert done.stderr == "There is nothing to bring back.\n"
    assert done.exit_code == 0
    refused = run_here("kubernetes", "restore", *words, "cm/x")
    assert refused.exit_code == 128
    assert "kubernetes restore of a file without --write" in refused.stderr


def test_the_plan_says_what_controllers_would_delete_again(kubernetes):
    etcd, _ = kubernetes
    for key in ("namespaces/shop", "deployments/shop/web", "replicasets/shop/web-1"):
        etcd.etcdctl("del", f"/registry/{key}", check=True)
    etcd.etcdctl("del", "/registry/pods/shop/", "--prefix", check=True)

    _, notes, _ = undelete(etcd, "pods", "-n", "shop", "--dry-run")
    assert notes.splitlines()[:-1] == [
        "# 1 object will be deleted again, deletionTimestamp is set: "
        "pods/shop/ending (finalizers a/b)",
        "# 1 object will be deleted again, its owners are gone: "
        "pods/shop/web-1-a (of ReplicaSet web-1)",
        "# 1 object will be deleted again, its node is gone: pods/shop/web-1-a (on n1)",
        "# 2 objects in namespace shop, which is not there",
    ]

    assert undelete(etcd, "/registry/", "--yes")[2] == 0
    found = {entry["key"]: entry["mod_revision"] for entry in keys(etcd, "/registry/").values()}
    order = ("namespaces/shop", "deployments/shop/web", "replicasets/shop/web-1")
    order += ("pods/shop/web-1-a",)
    written = [found[b64encode(f"/registry/{key}".encode()).decode()] for key in order]
    assert written == sorted(written)
    assert len(set(written)) == 4


def test_a_file_of_another_cluster_is_refused(kubernetes, own_etcd):
    _, saved = kubernetes
    other = own_etcd()
    obj = {**OBJECTS["namespaces/kube-system"], "metadata": {"name": "kube-system", "uid": "x"}}
    write(other, [("/registry/namespaces/kube-system", json.dumps(obj))])
    line = ("configmaps", "-n", "shop", "--from", saved, "--yes")

    _, notes, code = undelete(other, *line)
    assert code == 2
    assert "is of another cluster" in notes
    assert undelete(other, *line, "--any-cluster")[2] == 0
    assert len(keys(other, "/registry/configmaps/")) == 2


def test_a_time_is_found_by_the_renewals_of_leases(own_etcd):
    etcd = own_etcd()

    def renew(second):
        time = datetime(2026, 11, 30, 10, 0, second, tzinfo=UTC).isoformat()
        spec = {"holderIdentity": "n", "renewTime": time}
        obj = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "spec": spec}
        write(etcd, [("/registry/leases/kube-node-lease/n", json.dumps(obj))])

    write(etcd, [("/registry/configmaps/shop/c", "first")])
    renew(0)
    renew(10)
    write(etcd, [("/registry/configmaps/shop/c", "second")])
    renew(20)
    write(etcd, [("/registry/configmaps/shop/c", None)])
    renew(30)

    def at(time):
        rows, notes, code = undelete(etcd, "cm", "c", "-n", "shop", "--before", time, "--dry-run")
        return rows and rows[0].partition("(")[2], notes, code

    row, notes, _ = at("2026-11-30T10:00:12Z")
    assert row == "revision 2)"
    assert "# as it was at revision 3, written 2026-11-30 10:00:05Z ±5.0s" in notes
    assert at("2026-11-30T10:00:30Z")[0] == "revision 5)"
    row, notes, code = at("2026-11-30T09:00:00Z")
    assert code == 2
    assert "no Lease object of" in notes
    assert at("10x")[2] == 128


@pytest.mark.parametrize("args", [(), ("a", "--at", "1", "--before", "1m"), ("a", "--at", "-1")])
def test_a_wrong_line_is_an_error(args):
    assert run_here("undelete", *args, "--yes").exit_code == 128
