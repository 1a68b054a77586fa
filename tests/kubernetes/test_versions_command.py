"""Stored API versions are counted, and those that a release no longer reads are named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pyetcdctl.kubernetes.codec.envelope import wrap
from pyetcdctl.kubernetes.schema.sources import SourceError
from pyetcdctl.kubernetes.versions import generate
from pyetcdctl.kubernetes.versions.stored_types import (
    REMOVALS,
    StoredType,
    is_unreadable,
    removal,
    stored_type,
)
from tests.runner import run_here

if TYPE_CHECKING:
    from pathlib import Path

OLD = StoredType("policy/v1beta1", "PodDisruptionBudget")
LIFECYCLE = """package v1beta1

func (in *Thing) APILifecycleReplacement() schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: "", Version: "v1", Kind: "Thing"}
}

func (in *Thing) APILifecycleRemoved() (major, minor int) {
	return 1, 50
}

func (in *ThingList) APILifecycleRemoved() (major, minor int) {
	return 1, 50
}
"""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (wrap("v1", "Pod", b""), ("v1", "Pod")),
        (b'{"apiVersion":"a/v1","kind":"K","x":1}', ("a/v1", "K")),
        (b'{"kind":"K","apiVersion":"a/v1"}', ("a/v1", "K")),
        (b'{"metadata":{"apiVersion":"no"},"apiVersion":"a/v1","kind":"K"}', ("a/v1", "K")),
        (b'{"apiVersion":1,"kind":"K"}', None),
        (b'{"apiVersion":"a/v1"', None),
        (b"k8s:enc:aescbc:v1:k:x", None),
        (b"plain", None),
    ],
)
def test_the_stored_type_is_read_from_the_head_of_a_value(value, expected):
    assert stored_type(value) == expected


@pytest.mark.parametrize(
    ("api_version", "kind", "release"),
    [
        ("extensions/v1beta1", "Deployment", "1.16"),
        ("policy/v1beta1", "PodDisruptionBudget", "1.25"),
        ("resource.k8s.io/v1beta1", "ResourceClaim", "1.38"),
        # Gone from the sources without a word: known from the releases of the field table.
        ("scheduling.k8s.io/v1alpha2", "PodGroup", "1.37"),
        ("v1", "Pod", ""),
        ("example.com/v1", "Custom", ""),
    ],
)
def test_the_release_that_removes_a_type_is_known(api_version, kind, release):
    found = removal(StoredType(api_version, kind))
    assert (found.release if found else "") == release


def test_a_release_reads_what_is_removed_later():
    assert not is_unreadable(OLD, "1.24")
    assert is_unreadable(OLD, "1.25")
    assert is_unreadable(OLD, "1.100")


def test_the_sample_has_versions_that_are_counted(sample_etcd):
    result = run_here("kubernetes", "versions", "-o", "json", env=sample_etcd.environment)
    rows = json.loads(result.stdout)
    assert result.exit_code == 0
    (pods,) = [row for row in rows if row["resource"] == "pods"]
    assert (pods["storedVersion"], pods["kind"], pods["removedIn"]) == ("v1", "Pod", "")
    listed = run_here(
        "get",
        "/registry/pods/",
        "--prefix",
        "--count-only",
        "-w",
        "fields",
        env=sample_etcd.environment,
    )
    assert f'"Count" : {pods["count"]}\n' in listed.stdout.decode()


def test_objects_that_the_target_cannot_read_are_an_exit_code(etcd, prefix):
    key, value = f"{prefix}poddisruptionbudgets/ns/x", wrap(*OLD, b"")
    words = ("kubernetes", "versions", "--etcd-prefix", prefix, "--target")
    assert run_here("put", key, input=value, env=etcd.environment).exit_code == 0
    fine = run_here(*words, "1.24", env=etcd.environment)
    assert (fine.exit_code, fine.stdout) == (0, b"")
    bad = run_here(*words, "1.25", env=etcd.environment)
    assert bad.exit_code == 1
    assert bad.stdout.decode().splitlines()[1].split() == [
        *("poddisruptionbudgets.policy", "policy/v1beta1", "PodDisruptionBudget"),
        *("1", "1.25", "policy/v1", "PodDisruptionBudget"),
    ]


def test_encrypted_values_are_not_taken_for_readable_ones(etcd, prefix):
    words = ("kubernetes", "versions", "--etcd-prefix", prefix)
    key = f"{prefix}secrets/ns/x"
    run_here("put", key, input=b"k8s:enc:aescbc:v1:key1:" + bytes(48), env=etcd.environment)
    listed = run_here(*words, env=etcd.environment)
    assert (listed.exit_code, listed.stdout) == (0, b"")
    assert "# 1 value could not be decrypted: " in listed.stderr
    judged = run_here(*words, "--target", "1.40", env=etcd.environment)
    assert (judged.exit_code, judged.stdout) == (2, b"")
    assert "whether Kubernetes 1.40 reads 1 encrypted values is unknown" in judged.stderr


@pytest.mark.parametrize("target", ["1", "2.0", "1.x", "v1.30"])
def test_a_target_is_a_release(target):
    assert run_here("kubernetes", "versions", "--target", target).exit_code == 128


def write_sources(folder: Path, lifecycle=LIFECYCLE) -> Path:
    place = folder / "things" / "v1beta1"
    place.mkdir(parents=True)
    (place / "register.go").write_text('package v1beta1\n\nconst GroupName = "things.io"\n')
    (place / generate.FILE).write_text(lifecycle)
    return folder


def test_removals_are_merged_from_sources_and_none_is_forgotten(tmp_path):
    path = tmp_path / "removals.tsv"
    path.write_text("old/v1\tGone\t1.9\t\n")
    folder = write_sources(tmp_path / "api")
    assert generate.main([str(folder), "--table", str(path), "--check"]) is not None
    assert generate.main([str(folder), "--table", str(path)]) is None
    assert path.read_text() == "old/v1\tGone\t1.9\t\nthings.io/v1beta1\tThing\t1.50\tv1 Thing\n"
    assert generate.main([str(folder), "--table", str(path), "--check"]) is None


def test_sources_of_an_unknown_form_change_nothing(tmp_path):
    folder = write_sources(tmp_path, LIFECYCLE.replace("return 1, 50", "return oneFifty()", 1))
    with pytest.raises(SourceError, match="unknown form"):
        generate.read_removals([folder])
    with pytest.raises(SourceError, match="no zz_generated"):
        generate.read_removals([tmp_path / "nothing"])


def test_the_table_is_sorted_and_whole():
    lines = REMOVALS.read_text().splitlines()
    assert lines == sorted(lines)
    assert all(len(line.split("\t")) == 4 for line in lines)
