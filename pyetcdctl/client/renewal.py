"""Which command makes a certificate anew, by the name that kubeadm knows it by."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyetcdctl.client.certificates import Presented

KUBEADM_CA = "CN=etcd-ca"
SERVER = "etcd-server"
_BY_NAME = {
    "kube-apiserver-etcd-client": "apiserver-etcd-client",
    "kube-etcd-healthcheck-client": "etcd-healthcheck-client",
}
_BY_FILE = {
    "apiserver-etcd-client.crt": "apiserver-etcd-client",
    "healthcheck-client.crt": "etcd-healthcheck-client",
    "server.crt": SERVER,
    "peer.crt": "etcd-peer",
}


def is_of_kubeadm(presented: Presented | None) -> bool:
    """Whether a certificate was issued by the authority that kubeadm makes for etcd."""
    return presented is not None and presented.issuer == KUBEADM_CA


def client_name(presented: Presented, path: str) -> str:
    """Return kubeadm's name of a client certificate; empty for one that kubeadm did not make."""
    if not is_of_kubeadm(presented):
        return ""
    by_file = _BY_FILE.get(path.rpartition("/")[2], "")
    return _BY_NAME.get(presented.common_name, by_file)


def made_anew(names: str) -> tuple[str, ...]:
    """Return how to replace the server's certificate by one with other contents.

    ``kubeadm certs renew`` copies names and purposes from the old one.
    """
    return (
        f"Try:  a new certificate {names}, on the node of that etcd (renewing would copy the old):",
        "      rm /etc/kubernetes/pki/etcd/server.crt /etc/kubernetes/pki/etcd/server.key",
        "      kubeadm init phase certs etcd-server --config FILE, then restart etcd",
    )
