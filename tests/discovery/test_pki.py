"""``--pki DIR``: three files from one folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyetcdctl.discovery import pki
from pyetcdctl.errors import BadArguments
from pyetcdctl.settings import TlsFiles
from tests.discovery.disk import EXPIRED

if TYPE_CHECKING:
    from tests.discovery.disk import Disk


def refusal(disk: Disk, folder: str) -> str:
    with pytest.raises(BadArguments) as caught:
        pki(disk.path(folder))
    return "\n".join([caught.value.message, *caught.value.advice])


@pytest.mark.parametrize("folder", ["/pki", "/pki/etcd", "/pki/etcd/"])
def test_kubeadms_folder_or_its_etcd_folder_will_do(disk: Disk, folder: str) -> None:
    disk.kubeadm_pki("/pki")
    disk.write("/pki/ca.crt", "the CA of Kubernetes, not etcd's")
    assert pki(disk.path(folder)) == TlsFiles(
        str(disk.path("/pki/etcd/ca.crt")),
        str(disk.path("/pki/apiserver-etcd-client.crt")),
        str(disk.path("/pki/apiserver-etcd-client.key")),
    )


def test_a_copied_etcd_folder_is_used_by_itself(disk: Disk) -> None:
    disk.kubeadm_pki("/pki")
    disk.path("/pki/etcd").rename(disk.path("/copy"))
    assert pki(disk.path("/copy")).certificate == str(disk.path("/copy/healthcheck-client.crt"))


def test_the_folder_of_a_cluster_made_by_hand_will_do(disk: Disk) -> None:
    disk.authority_file("/certs/ca.pem")
    disk.issue("/certs/kubernetes.pem", "/certs/kubernetes-key.pem")
    assert pki(disk.path("/certs")) == TlsFiles(
        *(str(disk.path(f"/certs/{name}.pem")) for name in ("ca", "kubernetes", "kubernetes-key"))
    )


def test_k3ss_folder_will_do(disk: Disk) -> None:
    disk.authority_file("/tls/server-ca.crt")
    disk.issue("/tls/client.crt")
    assert pki(disk.path("/tls")).certificate == str(disk.path("/tls/client.crt"))


def test_the_folder_may_be_named_relative_to_here(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk.kubeadm_pki("/pki")
    monkeypatch.chdir(disk.root)
    assert pki("pki").ca == str(disk.path("/pki/etcd/ca.crt"))


def test_an_expired_certificate_gives_way_here_too(disk: Disk) -> None:
    disk.kubeadm_pki("/pki")
    disk.issue("/pki/apiserver-etcd-client.crt", validity=EXPIRED)
    assert pki(disk.path("/pki")).certificate == str(disk.path("/pki/etcd/healthcheck-client.crt"))


def test_what_is_missing_is_named(disk: Disk) -> None:
    assert "no such folder" in refusal(disk, "/none")
    disk.write("/empty/readme", "")
    assert "no CA in it" in refusal(disk, "/empty")
    disk.authority_file("/half/ca.pem")
    refused = refusal(disk, "/half")
    assert "no usable client certificate" in refused
    assert str(disk.path("/half/kubernetes.pem")) in refused


def test_why_nothing_was_usable_is_reported(disk: Disk) -> None:
    disk.authority_file("/certs/ca.pem")
    disk.issue("/certs/kubernetes.pem", "/certs/kubernetes-key.pem", EXPIRED)
    assert f"kubernetes.pem: expired {EXPIRED.ends:%Y-%m-%d}" in refusal(disk, "/certs")
    disk.issue("/certs/kubernetes.pem", "/certs/other.pem")
    assert "the key does not belong to this certificate" in refusal(disk, "/certs")
    disk.write("/certs/ca.pem", "x")
    assert "no usable CA" in refusal(disk, "/certs")
