"""The command lines of the API server that runs on this node, and the folders that it sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.discovery.node import Node, Unusable
from pyetcdctl.discovery.options import from_flags
from pyetcdctl.discovery.static_pods import read_container

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping, Sequence

    from pyetcdctl.discovery.options import Options

PROGRAM = "kube-apiserver"
RANCHER = "/var/lib/rancher"
MANIFESTS = (
    "/etc/kubernetes/manifests/kube-apiserver.yaml",
    f"{RANCHER}/rke2/agent/pod-manifests/kube-apiserver.yaml",
    "/etc/kubernetes/manifests/kube-apiserver.manifest",
    "/etc/kubernetes/manifests/kube-apiserver.yml",
    "/etc/kubernetes/manifests/kube-apiserver.json",
)


class CommandLine(NamedTuple):
    """How an API server is started, by which file."""

    file: str
    words: Sequence[str]
    mounts: Mapping[str, str]


def command_lines(node: Node) -> Iterator[CommandLine]:
    """Yield what the node's files start, static pods first."""
    from pyetcdctl.discovery.systemd import read_service

    for path in MANIFESTS:
        text = node.text(path)
        if text is None:
            continue
        try:
            container = read_container(text, PROGRAM)
        except Unusable as unusable:
            node.skip(path, unusable)
            continue
        yield CommandLine(path, container.words, container.mounts)
    if service := read_service(node, f"{PROGRAM}.service", PROGRAM):
        yield CommandLine(service.file, service.words, {})


def flags_of(line: CommandLine) -> Options:
    """Return an API server's flags, in whose names ``_`` is as good as ``-``."""
    flags = from_flags(line.words, line.file).items()
    return {name.replace("_", "-"): option for name, option in flags}


def find_etcd_prefix(root: str | os.PathLike[str] = "/") -> str:
    """Return the --etcd-prefix of this node's API server; empty where it has none."""
    for line in command_lines(Node(root)):
        options = flags_of(line)
        if "etcd-prefix" in options:
            return options["etcd-prefix"].value
    return ""
