"""The steps of a restore on this node: etcdutl's command line, and the changes before and after
it.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.escaping import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.discovery import Discovery, Server

_STATIC_PODS = ("kubeadm", "kind", "minikube")
_UNITS = ("systemd", "config file")
_ASIDE = "/etc/kubernetes/manifests.aside"
_BUMP = (
    "# --bump-revision 1000000000 --mark-compacted (etcdutl 3.5.10 or later) belong in the command",
    "# where clients watch, as all of Kubernetes does: revisions then go on far above those that",
    "# clients saw after the snapshot, and old watches end with an error instead of waiting for",
    "# the past to repeat.",
)
_NO_DIGEST = (
    "# --skip-hash-check: the file has no SHA-256 at its end, so it is a copy of a member's own",
    "# database.",
)


class Restoring(NamedTuple):
    """The flags of a restore; empty where a flag is not given."""

    data_dir: str = ""
    wal_dir: str = ""
    name: str = ""
    initial_cluster: str = ""
    initial_cluster_token: str = ""
    initial_advertise_peer_urls: str = ""
    bump_revision: int = 0
    mark_compacted: bool = False
    skip_hash_check: bool = False
    initial_memory_map_size: int = 0


def restore_plan(path: str, flags: Restoring, found: Discovery, *, has_digest: bool) -> str:
    """Return the plan as a shell script with comments; nothing in it was run."""
    full = _completed(flags, found.server, skip_hash_check=not has_digest)
    check = shlex.join(["pyetcdctl", "snapshot", "check", path])
    first = f"# Check the file before anything is stopped: {check}"
    lines = [first, *_before(found), *_restore(path, full, flags, found, has_digest=has_digest)]
    return "".join(f"{printable(line)}\n" for line in [*lines, *_after(full, found)])


def _completed(flags: Restoring, server: Server, *, skip_hash_check: bool) -> Restoring:
    """Return the flags, with the start options of the node's own etcd where a flag is not given."""
    aside = f"{server.data_dir}-restored" if server.data_dir else "default.etcd"
    return flags._replace(
        data_dir=flags.data_dir or aside,
        wal_dir=flags.wal_dir or (f"{server.wal_dir}-restored" if server.wal_dir else ""),
        name=flags.name or server.name,
        initial_cluster=flags.initial_cluster or server.initial_cluster,
        initial_cluster_token=flags.initial_cluster_token or server.token,
        initial_advertise_peer_urls=flags.initial_advertise_peer_urls or server.peer_urls,
        skip_hash_check=flags.skip_hash_check or skip_hash_check,
    )


def _command(path: str, flags: Restoring) -> str:
    words = ["etcdutl", "snapshot", "restore", path]
    for name, value in flags._asdict().items():
        flag = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(flag)
        elif value:
            words += [flag, str(value)]
    return shlex.join(words)


def _restore(
    path: str, flags: Restoring, given: Restoring, found: Discovery, *, has_digest: bool
) -> Iterator[str]:
    yield _command(path, flags)
    if not given.bump_revision:
        yield from _BUMP
    if not has_digest:
        yield from _NO_DIGEST
    if len(found.members) > 1:
        names = ", ".join(member.name for member in found.members)
        yield f"# The cluster has {len(found.members)} members ({names}):"
        yield "# restore the same file on each, before any is started, with its own --name and"
        yield "# --initial-advertise-peer-urls."


def _before(found: Discovery) -> Iterator[str]:
    if found.layout in _STATIC_PODS:
        yield f"# This node runs etcd as a static pod ({found.found_in}):"
        yield "# stop it and the API server."
        yield f"mkdir -p {_ASIDE}"
        yield f"mv /etc/kubernetes/manifests/*.yaml {_ASIDE}/"
    elif found.layout in _UNITS:
        yield f"# This node runs etcd as a systemd service ({found.found_in})."
        yield "systemctl stop etcd"
    elif found:
        yield f"# This node has an etcd of {found.layout} ({found.found_in}): stop it first."
    else:
        yield "# No etcd was found on this node; where nothing is given etcdutl's defaults hold."


def _after(flags: Restoring, found: Discovery) -> Iterator[str]:
    before, now = found.server.data_dir or "/var/lib/etcd", flags.data_dir
    if found.layout in _STATIC_PODS:
        manifest = f"{_ASIDE}/etcd.yaml"
        yield "# Then let the manifest's hostPath lead to it, and bring the pods back:"
        change = f"s|path: {before}$|path: {now}|"
        yield shlex.join(["sed", "-i", change, manifest])
        yield "# (Where the hostPath is a folder above it, the two folders change places instead.)"
        yield f"{shlex.join(['grep', '-q', f'path: {now}$', manifest])} || {_swap(before, now)}"
        yield f"mv {_ASIDE}/*.yaml /etc/kubernetes/manifests/"
    elif found.layout in _UNITS:
        where = f"{found.server.data_dir_at or 'data-dir'} in {found.found_in}"
        yield f"# Then change {where}"
        yield f"# from {before} to {now}, and:"
        yield f"chown -R --reference={shlex.quote(before)} {shlex.quote(now)}"
        yield "systemctl daemon-reload && systemctl start etcd"
    else:
        yield f"# Then start etcd with --data-dir {now}."


def _swap(before: str, now: str) -> str:
    aside = shlex.join(["mv", before, f"{before}-before"])
    return f"{{ {aside} && {shlex.join(['mv', now, before])}; }}"
