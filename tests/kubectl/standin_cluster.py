"""The data of the stand-in for kubectl: pods, Secrets, programs, failures, and its record."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.server import Etcd

STANDIN = Path(__file__).parent / "standin"
# Before what PATH has, which may be a script that looks for a Python.
PYTHON = Path(sys.executable).resolve().parent
CONFIG = {
    "current-context": "jane@lab",
    "contexts": [{"name": "jane@lab", "context": {"cluster": "lab", "user": "jane"}}],
    "clusters": [{"name": "lab", "cluster": {"server": "https://10.0.0.1:6443"}}],
}
NO_EXEC = (
    'Error from server (Forbidden): pods "etcd-m1" is forbidden: User "jane" cannot create '
    'resource "pods/exec" in API group "" in the namespace "kube-system"'
)
NO_LIST = (
    'Error from server (Forbidden): pods is forbidden: User "jane" cannot list resource "pods" in '
    'API group "" in the namespace "kube-system"'
)


def pod(name: str, etcd: Etcd, member: int = 0, **changes: Any) -> dict[str, Any]:
    """Return the pod of a member as kubeadm makes it; its files are where the test has them."""
    url = etcd.client_urls[member]
    command = [
        "etcd",
        f"--advertise-client-urls={url}",
        f"--listen-client-urls={url}",
        f"--trusted-ca-file={etcd.ca}",
        f"--cert-file={etcd.cert}",
        f"--key-file={etcd.key}",
        "--client-cert-auth=true",
    ]
    container = {"name": "etcd", "command": command, **changes.pop("container", {})}
    return {
        "metadata": {
            "name": name,
            "namespace": "kube-system",
            "labels": {"component": "etcd", "tier": "control-plane"},
            **changes.pop("metadata", {}),
        },
        "spec": {"containers": [container], **changes.pop("spec", {})},
        "status": {
            "podIP": "127.0.0.1",
            "containerStatuses": [{"name": "etcd", "ready": changes.pop("ready", True)}],
        },
    }


@dataclass(frozen=True)
class StandIn:
    """A cluster behind the stand-in; ``folder`` is its place."""

    folder: Path

    def write(self, pods: list[dict[str, Any]], etcdctl: str | Path, **more: Any) -> None:
        """Say which pods there are; all of them have this etcdctl unless ``programs`` says more."""
        names = [each["metadata"]["name"] for each in pods]
        cluster = {
            "config": CONFIG,
            "pods": pods,
            "secrets": [],
            "programs": {name: {"etcdctl": str(etcdctl)} for name in names},
            **more,
        }
        (self.folder / "cluster.json").write_text(json.dumps(cluster))
        (self.folder / "calls").write_text("")
        (self.folder / "processes").write_text("")

    @property
    def environment(self) -> dict[str, str]:
        """The variables that make pyetcdctl find the stand-in, and nothing of etcd."""
        return {"PATH": f"{STANDIN}:{PYTHON}:{os.environ['PATH']}", "STANDIN": str(self.folder)}

    @property
    def pods(self) -> list[dict[str, Any]]:
        """The pods that there are."""
        pods: list[dict[str, Any]] = json.loads((self.folder / "cluster.json").read_text())["pods"]
        return pods

    @property
    def calls(self) -> list[dict[str, Any]]:
        """Every call of the stand-in: its options, words, flags and the program for exec."""
        return [json.loads(line) for line in (self.folder / "calls").read_text().splitlines()]

    @property
    def executions(self) -> list[dict[str, Any]]:
        """The calls of exec."""
        return [call for call in self.calls if call["words"][0] == "exec"]

    @property
    def processes(self) -> list[int]:
        """The processes that have run in pods."""
        return [int(line) for line in (self.folder / "processes").read_text().split()]
