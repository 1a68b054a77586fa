"""The other layouts, their order, roots and links, and what settings become of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyetcdctl.discovery import Reason, advice, apply, discover, find_connection
from pyetcdctl.settings import ConnectionSettings
from tests.discovery.disk import ETCD_POD, PKI, TLS_FLAGS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.discovery.disk import Disk

RANCHER_CONFIG = """\
advertise-client-urls: https://10.0.0.5:2379
client-transport-security:
  cert-file: {server}/tls/etcd/server-client.crt
  client-cert-auth: true
  key-file: {server}/tls/etcd/server-client.key
  trusted-ca-file: {server}/tls/etcd/server-ca.crt
data-dir: {server}/db/etcd
initial-cluster: master-1=https://10.0.0.5:2380
listen-client-urls: https://10.0.0.5:2379,https://127.0.0.1:2379
log-outputs:
- stderr
name: master-1
"""


def rancher(disk: Disk, name: str) -> str:
    server = f"/var/lib/rancher/{name}/server"
    disk.authority_file(f"{server}/tls/etcd/server-ca.crt")
    disk.issue(f"{server}/tls/etcd/client.crt")
    disk.issue(f"{server}/tls/etcd/server-client.crt")
    disk.write(f"{server}/db/etcd/config", RANCHER_CONFIG.format(server=server))
    return server


def scratch(disk: Disk) -> None:
    disk.authority_file("/etc/etcd/ca.pem")
    disk.issue("/etc/etcd/kubernetes.pem", "/etc/etcd/kubernetes-key.pem")


def layout(disk: Disk) -> str:
    return find_connection(disk.root).layout


@pytest.mark.parametrize("name", ["k3s", "rke2"])
def test_ranchers_servers_are_found(disk: Disk, name: str) -> None:
    server = rancher(disk, name)
    found = discover(disk.root)
    assert found.layout == name
    assert [(e.url, e.origin) for e in found.endpoints] == [
        ("https://127.0.0.1:2379", "listen-client-urls")
    ]
    assert found.tls.ca == str(disk.path(f"{server}/tls/etcd/server-ca.crt"))
    assert found.tls.certificate == str(disk.path(f"{server}/tls/etcd/client.crt"))
    assert not found.skipped


def test_rke2s_pod_leads_to_a_configuration_file_elsewhere(disk: Disk) -> None:
    rancher(disk, "rke2")
    disk.path("/var/lib/rancher/rke2/server/db/etcd/config").rename(disk.root / "moved")
    disk.pod("--config-file=/moved", path="/var/lib/rancher/rke2/agent/pod-manifests/etcd.yaml")
    found = find_connection(disk.root)
    assert (found.layout, found.endpoints[0].file.path) == ("rke2", "/moved")
    assert found.tls.key


def test_a_k3s_without_etcd_is_reported(disk: Disk) -> None:
    disk.write("/var/lib/rancher/k3s/server/db/state.db", "SQLite")
    found = discover(disk.root)
    assert not found
    (skip,) = found.skipped
    assert skip.reason is Reason.UNSUITABLE
    assert "kine" in skip.why


def test_the_socket_of_kine_in_a_k3s_without_etcd_is_found_and_named(disk: Disk) -> None:
    disk.write("/var/lib/rancher/k3s/server/db/state.db", "SQLite")
    path = disk.path("/var/lib/rancher/k3s/server/kine.sock")
    path.write_bytes(b"")
    found = discover(disk.root)
    assert found.layout == "kine"
    assert [endpoint.url for endpoint in found.endpoints] == [f"unix://{path}"]
    assert advice(found)[0].startswith("This node runs kine, which serves etcd's API over SQL, (")
    assert apply(ConnectionSettings(), disk.root).endpoints == (f"unix://{path}",)


def test_minikubes_certificates_are_enough(disk: Disk) -> None:
    disk.kubeadm_pki("/var/lib/minikube/certs")
    found = discover(disk.root)
    assert found.layout == "minikube"
    assert [(e.url, e.origin) for e in found.endpoints] == [
        ("https://127.0.0.1:2379", "minikube's default")
    ]
    assert found.client is not None
    assert found.client.file.path == "/var/lib/minikube/certs/apiserver-etcd-client.crt"


def test_the_certificates_of_a_cluster_made_by_hand_are_enough(disk: Disk) -> None:
    scratch(disk)
    found = discover(disk.root)
    assert found.layout == "scratch"
    assert [endpoint.url for endpoint in found.endpoints] == ["https://127.0.0.1:2379"]
    assert found.tls.ca == str(disk.path("/etc/etcd/ca.pem"))
    assert found.tls.certificate == str(disk.path("/etc/etcd/kubernetes.pem"))
    assert found.tls.key == str(disk.path("/etc/etcd/kubernetes-key.pem"))


@pytest.mark.parametrize("name", ["kubernetes", "kubernetes-key"])
def test_half_of_the_certificates_made_by_hand_is_nothing(disk: Disk, name: str) -> None:
    scratch(disk)
    disk.path(f"/etc/etcd/{name}.pem").unlink()
    found = discover(disk.root)
    assert not found
    assert [skip.file.path for skip in found.skipped] == [f"/etc/etcd/{name}.pem"]


def test_the_layouts_are_looked_for_in_the_documented_order(disk: Disk) -> None:
    scratch(disk)
    assert layout(disk) == "scratch"
    disk.unit("ExecStart=etcd")
    assert layout(disk) == "systemd"
    disk.kubeadm_pki("/var/lib/minikube/certs")
    assert layout(disk) == "minikube"
    rancher(disk, "rke2")
    assert layout(disk) == "rke2"
    rancher(disk, "k3s")
    assert layout(disk) == "k3s"
    disk.kubeadm()
    assert layout(disk) == "kubeadm"


def test_nothing_found_says_where_it_was_looked_for(disk: Disk) -> None:
    found = discover(disk.root)
    assert not found
    assert found.tls == ConnectionSettings().tls
    assert set(found.looked_at) >= {
        ETCD_POD,
        "/var/lib/rancher/k3s/server/db/etcd/config",
        "/var/lib/rancher/rke2/server/db/etcd/config",
        "/var/lib/minikube/certs/etcd/ca.crt",
        "/etc/systemd/system/etcd.service",
        "/etc/etcd/ca.pem",
    }
    assert len(set(found.looked_at)) == len(found.looked_at)


def test_a_root_that_does_not_exist_has_nothing(tmp_path: Path) -> None:
    assert not discover(tmp_path / "none")
    (tmp_path / "file").write_text("x")
    assert not discover(tmp_path / "file")


def test_links_stay_inside_the_root(disk: Disk) -> None:
    disk.kubeadm_pki("/data/pki")
    disk.link("/etc/kubernetes/pki", "/data/pki")
    disk.link("/data/manifests/etcd.yaml", "../../../../../../../../../srv/pod.yaml")
    disk.link("/etc/kubernetes/manifests", "/data/manifests")
    disk.pod("--listen-client-urls=https://127.0.0.1:2379", *TLS_FLAGS, path="/srv/pod.yaml")
    found = find_connection(disk.root)
    assert found.tls.certificate == str(disk.path("/data/pki/apiserver-etcd-client.crt"))
    assert found.client is not None
    assert found.client.file.path == f"{PKI}/apiserver-etcd-client.crt"
    assert found.endpoints[0].file.real == str(disk.path("/srv/pod.yaml"))


def test_a_link_never_leads_to_the_files_of_the_machine_itself(
    disk: Disk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "etcd.yaml"
    disk.pod("--name=x")
    disk.path(ETCD_POD).rename(outside)
    disk.link(ETCD_POD, str(outside))
    assert not find_connection(disk.root)


def test_settings_take_what_was_found(disk: Disk) -> None:
    disk.kubeadm()
    settings = apply(ConnectionSettings(command_timeout=9), disk.root)
    assert settings.endpoints == ("https://127.0.0.1:2379",)
    assert settings.tls == find_connection(disk.root).tls
    assert settings.found_in == ETCD_POD
    assert settings.command_timeout == 9


def test_settings_stay_as_they_are_when_nothing_is_found(disk: Disk) -> None:
    settings = ConnectionSettings()
    assert apply(settings, disk.root) is settings


def test_advice_names_the_deployment_and_the_obstacles(disk: Disk) -> None:
    disk.kubeadm()
    disk.path(f"{PKI}/apiserver-etcd-client.key").unlink()
    assert advice(discover(disk.root)) == (
        f"This node runs etcd as a kubeadm static pod ({ETCD_POD}) on https://127.0.0.1:2379.",
        f"{PKI}/apiserver-etcd-client.key: no such file",
    )
    scratch(disk)
    disk.path(ETCD_POD).write_text("[]")
    obstacle, *_ = advice(discover(disk.root))[1:]
    assert obstacle == f"{ETCD_POD}: not a mapping of names to values"
