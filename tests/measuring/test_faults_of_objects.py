"""The doctor finds what is wrong with an API server's objects."""

from __future__ import annotations

import json

import pytest

from pyetcdctl.kubernetes.codec.envelope import wrap
from tests.measuring.injuries import connected, doctor, finding, found, put

CONFIG = """
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets]
  providers:
  - aescbc: {keys: [{name: new, secret: MDEyMzQ1Njc4OTAxMjM0NQ==}]}
  - identity: {}
"""
SECRET, ENCRYPTED = wrap("v1", "Secret", b""), b"k8s:enc:aescbc:v1:old:" + bytes(48)


def lease(minute):
    return json.dumps(
        {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": "kube-scheduler", "namespace": "kube-system"},
            "spec": {"renewTime": f"2026-03-02T08:{minute:02d}:00.000000Z"},
        }
    ).encode()


def node(version):
    status = {"nodeInfo": {"kubeletVersion": version}}
    return json.dumps({"apiVersion": "v1", "kind": "Node", "status": status}).encode()


@pytest.fixture
def api_server(own_etcd):
    """A server with the keys of an API server that has just compacted."""
    etcd = own_etcd()
    with connected(etcd) as connection:

        def write(key, value):
            put(connection, key, value)

        write(b"/registry/minions/master", node("v1.36.2"))
        write(b"/registry/namespaces/kube-system", wrap("v1", "Namespace", b""))
        write(b"/registry/leases/kube-system/kube-scheduler", lease(1))
        write(b"compact_rev_key", b"2")
        write(b"/registry/leases/kube-system/kube-scheduler", lease(5))
        yield etcd, write


def test_faults_of_objects_are_found_one_after_the_other(api_server, tmp_path):
    etcd, write = api_server
    report, code = doctor(etcd)
    assert (found(report), code) == (set(), 0)
    passed = {each["check"]: each["measured"] for each in report["passed"]}
    assert passed["compaction-age"].startswith("the API server compacted 4 min before")
    assert passed["removed-versions"] == "Kubernetes 1.37 reads all stored versions"
    assert "kube-scheduler has 179 B" in passed["largest-value"]

    write(b"/registry/secrets/default/plain", SECRET)
    report, code = doctor(etcd)
    assert (found(report), code) == ({("unencrypted", "cluster")}, 1)
    assert finding(report, "unencrypted")["measured"] == "1 secrets are not encrypted at rest"

    config = tmp_path / "encryption.yaml"
    config.write_text(CONFIG)
    report, code = doctor(etcd, "--encryption-config", str(config))
    assert (found(report), code) == ({("plain-values", "cluster/secrets")}, 1)

    write(b"/registry/secrets/default/encrypted", ENCRYPTED)
    report, _ = doctor(etcd, "--encryption-config", str(config))
    assert finding(report, "plain-values")["measured"] == "1 of 2 secrets are not encrypted"
    assert "1 secrets are encrypted by an older" in finding(report, "stale-encryption")["measured"]

    write(b"/registry/secrets/default/plain", ENCRYPTED)
    write(b"/registry/configmaps/default/large", SECRET + bytes(1_300_000))
    report, code = doctor(etcd)
    assert (found(report), code) == ({("largest-value", "cluster")}, 1)
    assert (
        "/registry/configmaps/default/large has 1.3 MB"
        in (finding(report, "largest-value")["measured"])
    )

    write(b"/registry/configmaps/default/large", wrap("v1", "ConfigMap", b""))
    write(b"/registry/leases/kube-system/kube-scheduler", lease(40))
    report, code = doctor(etcd)
    assert (found(report), code) == ({("compaction-age", "cluster")}, 1)
    assert doctor(etcd, "--no-objects")[1] == 0

    write(b"/registry/leases/kube-system/kube-scheduler", lease(5))
    write(
        b"/registry/podgroups/scheduling.k8s.io/x",
        wrap("scheduling.k8s.io/v1alpha2", "PodGroup", b""),
    )
    report, code = doctor(etcd)
    assert (found(report), code) == ({("removed-versions", "cluster/PodGroup")}, 1)
    assert finding(report, "removed-versions")["next"] == (
        "pyetcdctl kubernetes versions --target 1.37"
    )
