"""Find the etcd of a node, quickly for a call or fully for ``discover``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.discovery.api_server import command_lines, flags_of
from pyetcdctl.discovery.client_urls import overrides
from pyetcdctl.discovery.findings import Discovery, Override
from pyetcdctl.discovery.layouts import deployments
from pyetcdctl.discovery.node import Node
from pyetcdctl.discovery.trust import choose_ca, choose_client

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

DEFAULT_PORT = 2379
_NAMES = {
    "kubeadm": "as a kubeadm static pod",
    "openshift": "as a static pod of OpenShift",
    "k0s": "inside k0s",
    "talos": "as a service of Talos",
    "kind": "as a static pod of kind",
    "minikube": "as a static pod of minikube",
    "k3s": "inside k3s",
    "rke2": "as a static pod of rke2",
    "systemd": "as a systemd service",
    "config file": "as a systemd service",
}


_LOGS = {
    "k0s": "journalctl -u k0scontroller",
    "k3s": "journalctl -u k3s",
    "kine": "journalctl -u k3s",
    "rke2": "crictl ps -a --name etcd, then crictl logs CONTAINER; journalctl -u rke2-server",
    "systemd": "systemctl status etcd; journalctl -u etcd",
    "config file": "systemctl status etcd; journalctl -u etcd",
    "talos": "talosctl service etcd; talosctl logs etcd",
}
_LOGS_OF_A_POD = "crictl ps -a --name etcd, then crictl logs CONTAINER; journalctl -u kubelet"


def discover(root: str | os.PathLike[str] = "/") -> Discovery:
    """Find the node's etcd and check every candidate file, with dates and reasons."""
    return _search(Node(root), quick=False)


def find_connection(root: str | os.PathLike[str] = "/") -> Discovery:
    """Find the node's etcd and the first usable certificate pair, without knowing its dates."""
    return _search(Node(root), quick=True)


def serves(root: str | os.PathLike[str], endpoints: Sequence[str]) -> bool:
    """Whether all endpoints are client URLs of the etcd that runs on this node."""
    return is_served_by(find_connection(root), endpoints)


def is_served_by(found: Discovery, endpoints: Sequence[str]) -> bool:
    """Whether all endpoints are client URLs of the etcd that was found."""
    urls = [endpoint.url for endpoint in found.endpoints]
    for flag in ("listen-client-urls", "advertise-client-urls"):
        if option := found.server.options.get(flag):
            urls += option.value.split(",")
    own = set(map(_address, urls))
    return bool(own and endpoints) and own.issuperset(map(_address, endpoints))


def _address(url: str) -> str:
    """Return host and port of a URL, in one spelling."""
    place = url.strip().lower().rpartition("://")[2].partition("/")[0]
    host, _, port = place.rpartition(":")
    if not host or not port.isdecimal():
        host, port = place, str(DEFAULT_PORT)
    return f"{'127.0.0.1' if host == 'localhost' else host}:{port}"


def advice(discovery: Discovery) -> tuple[str, ...]:
    """Return lines for an error message: which etcd runs here, and which files cannot be used and
    why.
    """
    skipped = tuple(f"{skip.file.path}: {skip.why}" for skip in discovery.skipped)
    if not discovery.endpoints:
        return skipped
    how = _NAMES.get(discovery.layout)
    runs = f"This node runs etcd {how}" if how else "This node has certificates of etcd"
    if discovery.layout == "kine":
        runs = "This node runs kine, which serves etcd's API over SQL,"
    urls = ", ".join(endpoint.url for endpoint in discovery.endpoints)
    return (f"{runs} ({discovery.found_in}) on {urls}.", *skipped)


def _overrides(node: Node) -> tuple[Override, ...]:
    return tuple(each for line in command_lines(node) for each in overrides(node, flags_of(line)))


def find_overrides(root: str | os.PathLike[str] = "/") -> tuple[Override, ...]:
    """Return the resources that this node's API server keeps in an etcd of their own."""
    return _overrides(Node(root))


def why_down(discovery: Discovery) -> str:
    """Return the commands that show why this node's etcd does not serve."""
    return f"To see why:  {_LOGS.get(discovery.layout, _LOGS_OF_A_POD)}"


def _search(node: Node, *, quick: bool) -> Discovery:
    found = next(deployments(node), None)
    if not found:
        return Discovery(node.root, skipped=tuple(node.skipped), looked_at=tuple(node.looked_at))
    ca = choose_ca(node, found.ca, quick=quick)
    client = choose_client(node, found.pairs, quick=quick)
    return Discovery(
        root=node.root,
        layout=found.layout,
        found_in=node.file(found.file),
        endpoints=found.endpoints,
        members=found.members,
        server=found.server,
        ca=ca,
        client=client,
        needs_client_certificate=found.needs_client_certificate,
        overrides=() if quick else _overrides(node),
        skipped=tuple(node.skipped),
        looked_at=tuple(node.looked_at),
    )
