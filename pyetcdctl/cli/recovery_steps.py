"""The steps on this node to start a new cluster from a dead cluster's data directory."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from pyetcdctl.escaping import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.diagnosis.directories import LogFacts
    from pyetcdctl.discovery import Discovery

_STATIC_PODS = ("kubeadm", "kind", "minikube")
_UNITS = ("systemd", "config file")
_MANIFESTS, _ASIDE = "/etc/kubernetes/manifests", "/etc/kubernetes/manifests-aside"
_FLAG = "--force-new-cluster"


def recovery_steps(log: LogFacts, found: Discovery) -> tuple[str, ...]:
    """Return a shell script with comments: start alone from a directory, then add the others.

    The log is needed with the database: a restore of the database alone lacks the entries of the
    log.
    """
    data_dir = found.server.data_dir or "/var/lib/etcd"
    lines = (*_losses(log), *_start(log.path, data_dir, found), *_afterwards())
    return tuple(map(printable, lines))


def _losses(log: LogFacts) -> Iterator[str]:
    """Yield a warning: etcd starts a new cluster only with the entries that the log knows to be
    committed.
    """
    if log.uncertain:
        entries = "entry" if log.uncertain == 1 else f"{log.uncertain:,} entries"
        yield f"# A new cluster drops the last {entries}, behind {log.committed:,}:"
        yield "# this log does not know that they were committed. To lose nothing, start a majority"
        yield "# of the members with their own directories instead. What is in them is shown by"
        yield f"# pyetcdctl wal --from {shlex.quote(log.path)} --start-index {log.committed + 1}"


def _start(path: str, data_dir: str, found: Discovery) -> Iterator[str]:
    if found.layout in _STATIC_PODS:
        manifest = f"{_ASIDE}/etcd.yaml"
        yield f"# This node runs etcd as a static pod ({found.found_in}):"
        yield "# stop it and the API server."
        yield f"mkdir -p {_ASIDE} && mv {_MANIFESTS}/*.yaml {_ASIDE}/"
        yield from _copy(path, data_dir)
        yield "# Start it once as the only member of the cluster:"
        yield shlex.join(["sed", "-i", rf"s|^\( *\)- etcd$|&\n\1- {_FLAG}|", manifest])
        yield f"mv {manifest} {_MANIFESTS}/"
        yield "until pyetcdctl endpoint health; do sleep 1; done"
        yield "# Then take the flag away again, and bring the API server back:"
        yield shlex.join(["sed", "-i", f"/- {_FLAG}$/d", f"{_MANIFESTS}/etcd.yaml"])
        yield f"mv {_ASIDE}/*.yaml {_MANIFESTS}/"
    elif found.layout in _UNITS:
        yield f"# This node runs etcd as a systemd service ({found.found_in})."
        yield "systemctl stop etcd"
        yield from _copy(path, data_dir)
        yield f"# Start it once as the only member: add {_FLAG} to its command or"
        yield f"# ETCD_FORCE_NEW_CLUSTER=true to its variables, in {found.found_in}; then"
        yield "systemctl daemon-reload && systemctl start etcd"
        yield "until pyetcdctl endpoint health; do sleep 1; done"
        yield "# take that away again, and"
        yield "systemctl daemon-reload && systemctl restart etcd"
    else:
        yield "# No etcd was found on this node. Stop etcd on all nodes; on the one to begin with:"
        yield from _copy(path, data_dir)
        yield f"# start etcd once with {_FLAG} and --data-dir {data_dir}, then without it."


def _copy(path: str, data_dir: str) -> Iterator[str]:
    if path.rstrip("/") == data_dir.rstrip("/"):
        yield f"# {data_dir} is the newest itself; keep a copy:"
        yield shlex.join(["cp", "-a", data_dir, f"{data_dir}-before"])
        return
    yield shlex.join(["mv", data_dir, f"{data_dir}-before"])
    yield shlex.join(["cp", "-a", path, data_dir])


def _afterwards() -> Iterator[str]:
    yield "# The member keeps its peer URL; where this is another node, give it this one's:"
    yield "#   pyetcdctl member list, then member update ID --peer-urls URL"
    yield "# Each other member: empty its data directory, then, one after the other,"
    yield "#   pyetcdctl member add NAME --peer-urls URL"
    yield "# and start it with what that prints (ETCD_INITIAL_CLUSTER_STATE=existing)."
