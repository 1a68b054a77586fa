"""OpenShift, k0s and Talos; resources that the API server keeps in a second etcd."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pyetcdctl.discovery import (
    Reason,
    discover,
    find_connection,
    find_encryption_config,
    find_etcd_prefix,
    find_overrides,
)
from tests.discovery.disk import API_SERVER_POD, ETCD_POD
from tests.runner import run_here

if TYPE_CHECKING:
    from tests.discovery.disk import Disk
    from tests.server import Etcd

RESOURCES = "/etc/kubernetes/static-pod-resources"
CERTS = f"{RESOURCES}/etcd-certs"
OPENSHIFT_ETCD = """\
apiVersion: v1
kind: Pod
metadata: {name: etcd-master-0, namespace: openshift-etcd}
spec:
  containers:
  - name: etcdctl
    command: [/bin/bash, -c, "trap TERM INT; sleep infinity & wait"]
  - name: etcd
    command:
    - /bin/sh
    - -c
    - |
      #!/bin/sh
      set -euo pipefail
      etcdctl member list || true
      # an apostrophe that isn't closed
      ETCD_INITIAL_CLUSTER=$(members --cacert=/x/ca.crt --data-dir=/elsewhere)
      export ETCD_INITIAL_CLUSTER
      exec nice -n -19 etcd \\
        --cert-file=/certs/secrets/all/etcd-serving-master-0.crt \\
        --key-file=/certs/secrets/all/etcd-serving-master-0.key \\
        --trusted-ca-file=/certs/configmaps/bundle/server-ca-bundle.crt \\
        --client-cert-auth=true \\
        --peer-cert-file=/certs/secrets/all/etcd-peer-master-0.crt \\
        --peer-key-file=/certs/secrets/all/etcd-peer-master-0.key \\
        --advertise-client-urls=https://${NODE_master_0_IP}:2379 \\
        --listen-client-urls=https://0.0.0.0:2379,unixs://${NODE_master_0_IP}:0 \\
        --listen-metrics-urls=https://0.0.0.0:9978 || mv /backup/pod.yaml /manifests
    env:
    - {name: NODE_master_0_IP, value: 10.0.0.5}
    - {name: ETCD_DATA_DIR, value: /var/lib/etcd}
    volumeMounts:
    - {name: cert-dir, mountPath: /certs}
  volumes:
  - {name: cert-dir, hostPath: {path: %s}}
"""
OPENSHIFT_API_SERVER = """\
apiVersion: v1
kind: Pod
spec:
  containers:
  - name: kube-apiserver
    command: [/bin/bash, -ec]
    args:
    - |
      echo starting
      exec watch-termination -- hyperkube kube-apiserver --openshift-config=/res/config.yaml -v=2
    volumeMounts:
    - {name: resource-dir, mountPath: /res}
  volumes:
  - {name: resource-dir, hostPath: {path: /etc/kubernetes/static-pod-resources/api-7}}
"""


def openshift(disk: Disk) -> None:
    disk.authority_file(f"{CERTS}/configmaps/bundle/server-ca-bundle.crt")
    for kind in ("serving", "peer"):
        disk.issue(f"{CERTS}/secrets/all/etcd-{kind}-master-0.crt")
    disk.write("/etc/kubernetes/manifests/etcd-pod.yaml", OPENSHIFT_ETCD % CERTS)


def test_openshift_s_etcd_is_found_in_the_script_of_its_pod(disk: Disk) -> None:
    openshift(disk)

    found = discover(disk.root)

    assert found.layout == "openshift"
    assert [endpoint.url for endpoint in found.endpoints] == ["https://127.0.0.1:2379"]
    assert found.tls.ca == str(disk.path(f"{CERTS}/configmaps/bundle/server-ca-bundle.crt"))
    assert found.tls.certificate == str(disk.path(f"{CERTS}/secrets/all/etcd-peer-master-0.crt"))
    assert found.server.data_dir == "/var/lib/etcd"
    assert found.server.options["advertise-client-urls"].value == "https://10.0.0.5:2379"
    assert not found.skipped


def test_openshift_s_api_server_is_read_from_its_configuration_file(disk: Disk) -> None:
    disk.write("/etc/kubernetes/manifests/kube-apiserver-pod.yaml", OPENSHIFT_API_SERVER)
    arguments = {
        "etcd-prefix": ["kubernetes.io"],
        "etcd-servers": ["https://10.0.0.5:2379", "https://10.0.0.6:2379"],
        "encryption-provider-config": ["/res/secrets/encryption-config"],
    }
    configuration = json.dumps({"apiServerArguments": arguments})
    disk.write(f"{RESOURCES}/api-7/config.yaml", configuration)

    assert find_etcd_prefix(disk.root) == "kubernetes.io"
    encryption = find_encryption_config(disk.root).found
    assert encryption is not None
    assert encryption.file.path == f"{RESOURCES}/api-7/secrets/encryption-config"
    assert [endpoint.url for endpoint in find_connection(disk.root).endpoints] == [
        "https://10.0.0.5:2379",
        "https://10.0.0.6:2379",
    ]


def test_k0s_is_found_by_its_certificates(disk: Disk) -> None:
    disk.kubeadm_pki("/var/lib/k0s/pki")

    found = discover(disk.root)

    assert (found.layout, found.server.data_dir) == ("k0s", "/var/lib/k0s/etcd")
    assert [endpoint.url for endpoint in found.endpoints] == ["https://127.0.0.1:2379"]
    pki = "/var/lib/k0s/pki"
    assert found.tls.ca == str(disk.path(f"{pki}/etcd/ca.crt"))
    assert found.tls.certificate == str(disk.path(f"{pki}/apiserver-etcd-client.crt"))


def test_a_k0s_without_etcd_is_reported(disk: Disk) -> None:
    disk.write("/var/lib/k0s/db/state.db", "SQLite")

    (skip,) = discover(disk.root).skipped

    assert skip.reason is Reason.UNSUITABLE
    assert "kine" in skip.why


def test_talos_is_found_by_its_certificates(disk: Disk) -> None:
    secrets = "/system/secrets/etcd"
    disk.authority_file(f"{secrets}/ca.crt")
    for stem in ("admin", "server", "peer"):
        disk.issue(f"{secrets}/{stem}.crt")

    found = discover(disk.root)

    assert (found.layout, found.server.data_dir) == ("talos", "/var/lib/etcd")
    assert found.tls.certificate == str(disk.path(f"{secrets}/admin.crt"))


@pytest.fixture
def overriding(disk: Disk) -> Disk:
    """A node whose events and leases are in a second etcd."""
    disk.kubeadm()
    overrides = (
        "/events#https://127.0.0.1:4002;https://10.0.0.6:4002,"
        "coordination.k8s.io/leases#https://127.0.0.1:4003"
    )
    flag = f"'--etcd-servers-overrides={overrides}'"
    disk.pod(flag, path=API_SERVER_POD, name="kube-apiserver")
    return disk


def test_resources_in_a_second_etcd_are_known(overriding: Disk) -> None:
    found = find_overrides(overriding.root)

    assert [(each.resource, [end.url for end in each.endpoints]) for each in found] == [
        ("events", ["https://127.0.0.1:4002", "https://10.0.0.6:4002"]),
        ("leases.coordination.k8s.io", ["https://127.0.0.1:4003"]),
    ]
    shown = run_here("discover", env=_node(overriding)).stdout.decode()
    assert "elsewhere  events" in shown
    assert "https://127.0.0.1:4002,https://10.0.0.6:4002 (--etcd-servers-overrides)" in shown
    assert discover(overriding.root).found_in.path == ETCD_POD


def test_where_a_resource_is_that_was_not_found_is_reported(disk: Disk, etcd: Etcd) -> None:
    # The node's etcd is the one of the tests: its address is in the manifest.
    disk.pod(f"--listen-client-urls={etcd.endpoint}")
    flag = "--etcd-servers-overrides=/events#https://127.0.0.1:4002"
    disk.pod(f"'{flag}'", path=API_SERVER_POD, name="kube-apiserver")
    words = ("kubernetes", "get", "events", "--etcd-prefix", "/nothing/here")

    shown = run_here(*words, env=_node(disk))

    assert shown.stderr.splitlines() == [
        "No resources found in default namespace",
        "# events are kept in another etcd (--etcd-servers-overrides)",
        "  Try:  --endpoints https://127.0.0.1:4002, with --cacert, --cert and --key",
    ]


def _node(disk: Disk) -> dict[str, str]:
    return {"PYETCDCTL_ROOT": str(disk.root), "PYETCDCTL_DISCOVERY": ""}
