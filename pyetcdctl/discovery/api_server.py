"""The command lines of the API server that runs on this node, and the folders that it sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.discovery.node import Node, Unusable, parse_mapping
from pyetcdctl.discovery.options import from_flags
from pyetcdctl.discovery.static_pods import Container, read_container

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping, Sequence

    from pyetcdctl.discovery.options import Options

PROGRAM = "kube-apiserver"
_CONFIGURATION = "openshift-config"
RANCHER = "/var/lib/rancher"
MANIFESTS = (
    "/etc/kubernetes/manifests/kube-apiserver.yaml",
    f"{RANCHER}/rke2/agent/pod-manifests/kube-apiserver.yaml",
    "/etc/kubernetes/manifests/kube-apiserver.manifest",
    "/etc/kubernetes/manifests/kube-apiserver.yml",
    "/etc/kubernetes/manifests/kube-apiserver.json",
    "/etc/kubernetes/manifests/kube-apiserver-pod.yaml",
)


class CommandLine(NamedTuple):
    """How an API server is started, by which file."""

    file: str
    words: Sequence[str]
    mounts: Mapping[str, str]


def command_lines(node: Node) -> Iterator[CommandLine]:
    """Yield what the node's files start, static pods first."""
    from pyetcdctl.discovery.systemd import read_service

    yield from static_pods(node)
    if service := read_service(node, f"{PROGRAM}.service", PROGRAM):
        yield CommandLine(service.file, service.words, {})


def static_pods(node: Node) -> Iterator[CommandLine]:
    """Yield what the manifests of static pods start."""
    for path in MANIFESTS:
        text = node.text(path)
        if text is None:
            continue
        try:
            container = read_container(text, PROGRAM)
        except Unusable as unusable:
            node.skip(path, unusable)
            continue
        words = (*container.words, *_configured(node, path, container))
        yield CommandLine(path, words, container.mounts)


def flags_of(line: CommandLine) -> Options:
    """Return an API server's flags, in whose names ``_`` equals ``-``."""
    flags = from_flags(line.words, line.file).items()
    return {name.replace("_", "-"): option for name, option in flags}


def on_the_node(line: CommandLine) -> Options:
    """Return an API server's flags, with the node's paths of the files that they name."""
    container = Container((), {}, line.mounts)
    return {
        name: option._replace(value=container.on_the_node(option.value))
        if name.endswith("file")
        else option
        for name, option in flags_of(line).items()
    }


def _configured(node: Node, path: str, container: Container) -> Iterator[str]:
    """Yield the flags in OpenShift's configuration file, which has a list of values for each."""
    named = from_flags(container.words, path).get(_CONFIGURATION)
    text = node.text(container.on_the_node(named.value)) if named else None
    if text is None:
        return
    try:
        arguments = parse_mapping(text).get("apiServerArguments")
    except Unusable as unusable:
        node.skip(path, unusable)
        return
    for name, values in arguments.items() if isinstance(arguments, dict) else ():
        if isinstance(values, list) and all(isinstance(each, str) for each in values):
            yield f"--{name}={','.join(values)}"


def find_etcd_prefix(root: str | os.PathLike[str] = "/") -> str:
    """Return the --etcd-prefix of this node's API server; empty where it has none."""
    for line in command_lines(Node(root)):
        options = flags_of(line)
        if "etcd-prefix" in options:
            return options["etcd-prefix"].value
    return ""
