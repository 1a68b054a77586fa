"""The known layouts of etcd deployments, in the order in which they are searched."""

from __future__ import annotations

from posixpath import dirname, join
from typing import TYPE_CHECKING

from pyetcdctl.discovery.api_server import on_the_node, static_pods
from pyetcdctl.discovery.deployment import (
    CertificatePaths,
    Deployment,
    guesses,
    of_api_server,
    of_server,
)
from pyetcdctl.discovery.findings import FoundEndpoint, Reason, Server
from pyetcdctl.discovery.node import Node, Unusable
from pyetcdctl.discovery.options import combined, from_file, text_of
from pyetcdctl.discovery.static_pods import options_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MANIFESTS = "/etc/kubernetes/manifests"
KUBEADM_PKI = "/etc/kubernetes/pki/etcd"
MINIKUBE_PKI = "/var/lib/minikube/certs/etcd"
RANCHER = "/var/lib/rancher"
K0S = "/var/lib/k0s"
TALOS = "/system/secrets/etcd"
SCRATCH = "/etc/etcd"
SECURE_DEFAULT = "https://127.0.0.1:2379"


def deployments(node: Node) -> Iterator[Deployment]:
    """Search one layout after the other, lazily."""
    for look in _LAYOUTS:
        found = look(node)
        if found:
            yield found


def kubeadm(node: Node) -> Deployment | None:
    """Read kubeadm's etcd pod; minikube and kind run kubeadm too."""
    path = f"{MANIFESTS}/etcd.yaml"
    options = options_in(node, path, "etcd")
    if options is None:
        return _behind_a_closed_manifest(node, path)
    found = of_server(node, "kubeadm", path, options)
    return found._replace(layout=_flavour(node, found.ca)) if found else None


def openshift(node: Node) -> Deployment | None:
    """Read the etcd pod of OpenShift, whose etcdctl uses the peer certificate."""
    path = f"{MANIFESTS}/etcd-pod.yaml"
    options = options_in(node, path, "etcd")
    found = of_server(node, "openshift", path, options) if options is not None else None
    if found is None or options is None:
        return None
    peer = CertificatePaths(text_of(options, "peer-cert-file"), text_of(options, "peer-key-file"))
    return found._replace(pairs=(peer, *found.pairs)) if peer.certificate else found


def api_server(node: Node) -> Deployment | None:
    """Read the API server's flags, for an etcd that runs elsewhere."""
    for line in static_pods(node):
        options = on_the_node(line)
        if found := of_api_server(node, line.file, options):
            return found._replace(layout=_flavour(node, found.ca))
    return None


def rancher(node: Node, name: str) -> Deployment | None:
    """Read the configuration file that k3s and rke2 write for their etcd."""
    server = f"{RANCHER}/{name}/server"
    path = f"{server}/db/etcd/config"
    options = from_file(node, path)
    if not options and node.exists(f"{server}/kine.sock"):
        return _kine(node, f"{server}/kine.sock")
    if not options and node.exists(f"{server}/db/state.db"):
        why = f"{name} keeps its objects in SQLite here, through kine, not in etcd"
        node.skip(f"{server}/db/state.db", Unusable(Reason.UNSUITABLE, why))
    return of_server(node, name, path, options) if options else None


def _kine(node: Node, path: str) -> Deployment:
    """Take the socket of kine, which serves etcd's API over SQL to the API server of its node."""
    socket = node.file(path)
    endpoint = FoundEndpoint(f"unix://{socket.real}", socket, "kine's socket")
    return Deployment(layout="kine", file=path, endpoints=(endpoint,))


def rke2_pod(node: Node) -> Deployment | None:
    """Read rke2's own static pod, if the configuration file is somewhere else."""
    path = f"{RANCHER}/rke2/agent/pod-manifests/etcd.yaml"
    options = options_in(node, path, "etcd")
    return of_server(node, "rke2", path, options) if options else None


def k0s(node: Node) -> Deployment | None:
    """Take the certificates of k0s, which starts etcd with flags that no file has."""
    ca = f"{K0S}/pki/etcd/ca.crt"
    node.look_at(ca)
    if not node.exists(ca):
        if node.exists(f"{K0S}/db/state.db"):
            why = "k0s keeps its objects in SQLite here, through kine, not in etcd"
            node.skip(f"{K0S}/db/state.db", Unusable(Reason.UNSUITABLE, why))
        return None
    found = _by_pki(node, "k0s", dirname(ca), ca)
    return found._replace(server=Server(data_dir=f"{K0S}/etcd"))


def talos(node: Node) -> Deployment | None:
    """Take the certificates of Talos, which starts etcd with flags that no file has."""
    ca = f"{TALOS}/ca.crt"
    node.look_at(ca)
    if not node.exists(ca):
        return None
    found = _by_pki(node, "talos", TALOS, ca)
    admin = CertificatePaths(f"{TALOS}/admin.crt", f"{TALOS}/admin.key")
    return found._replace(pairs=(admin,), server=Server(data_dir="/var/lib/etcd"))


def minikube(node: Node) -> Deployment | None:
    """Take minikube's certificates where its manifest cannot be used."""
    ca = f"{MINIKUBE_PKI}/ca.crt"
    node.look_at(ca)
    return _by_pki(node, "minikube", MINIKUBE_PKI, ca) if node.exists(ca) else None


def systemd(node: Node) -> Deployment | None:
    """Read the unit ``etcd.service`` with its drop-ins and files."""
    from pyetcdctl.discovery.systemd import read_service

    service = read_service(node, "etcd.service", "etcd")
    if not service:
        return None
    options = combined(node, service.words, service.file, service.environment)
    found = of_server(node, "systemd", service.file, options)
    in_a_file = any(option.origin == name for name, option in options.items())
    return found._replace(layout="config file") if found and in_a_file else found


def scratch(node: Node) -> Deployment | None:
    """Take the certificates of a cluster built by hand."""
    ca, certificate, key = (
        f"{SCRATCH}/{stem}.pem" for stem in ("ca", "kubernetes", "kubernetes-key")
    )
    if node.text(ca) is None:
        return None
    missing = [path for path in (certificate, key) if not node.exists(path)]
    for path in missing:
        node.skip(path, Unusable(Reason.MISSING, f"no such file, though there is {ca}"))
    if missing:
        return None
    return Deployment(
        layout="scratch",
        file=ca,
        endpoints=(FoundEndpoint(SECURE_DEFAULT, node.file(ca), "beside its certificates"),),
        ca=ca,
        pairs=(CertificatePaths(certificate, key),),
        needs_client_certificate=True,
    )


def _behind_a_closed_manifest(node: Node, path: str) -> Deployment | None:
    """Assume kubeadm's own endpoint where only root may read which one it is."""
    closed = any(
        skip.file.path == path and skip.reason is Reason.UNREADABLE for skip in node.skipped
    )
    if not closed or not node.exists(KUBEADM_PKI):
        return None
    return _by_pki(node, "kubeadm", KUBEADM_PKI, path)


def _by_pki(node: Node, layout: str, folder: str, file: str) -> Deployment:
    server = CertificatePaths(join(folder, "server.crt"), join(folder, "server.key"))
    return Deployment(
        layout=layout,
        file=file,
        endpoints=(FoundEndpoint(SECURE_DEFAULT, node.file(file), f"{layout}'s default"),),
        ca=f"{folder}/ca.crt",
        pairs=(*guesses(folder), server),
        needs_client_certificate=True,
    )


def _flavour(node: Node, ca: str) -> str:
    if ca.startswith("/var/lib/minikube/"):
        return "minikube"
    return "kind" if node.exists("/kind") else "kubeadm"


_LAYOUTS: tuple[Callable[[Node], Deployment | None], ...] = (
    kubeadm,
    openshift,
    api_server,
    lambda node: rancher(node, "k3s"),
    lambda node: rancher(node, "rke2"),
    rke2_pod,
    minikube,
    k0s,
    talos,
    systemd,
    scratch,
)
