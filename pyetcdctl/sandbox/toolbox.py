"""The programs on PATH in the sandbox: etcdctl and etcdutl of its etcd, and a stand-in for kubectl.

They come first on PATH: a real kubectl would lead to another cluster.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from pyetcdctl.sandbox import kubectl_standin

if TYPE_CHECKING:
    from pyetcdctl.sandbox.programs import Programs
    from pyetcdctl.sandbox.server import Cluster
    from pyetcdctl.sandbox.sites import Site

_PKI = "etc/kubernetes/pki/etcd"
_TLS = {"CACERT": "ca.crt", "CERT": "server.crt", "KEY": "server.key"}


def fill_toolbox(folder: Path, cluster: Cluster, *, has_pods: bool) -> Path:
    """Make the folder of programs below ``folder``; return its path."""
    tools = folder / "bin"
    tools.mkdir()
    for name in ("etcdctl", "etcdutl"):
        program = _program(cluster.programs, name)
        if program:
            (tools / name).symlink_to(program)
    pods = folder / "pods.json"
    etcd_pods = _pods(cluster) if has_pods else {}
    pods.write_text(json.dumps(etcd_pods), encoding="utf-8", errors="surrogateescape")
    standin = tools / "kubectl"
    words = (sys.executable, "-I", "-S", kubectl_standin.__file__, str(pods))
    standin.write_text(
        f'#!/bin/sh\nexec {" ".join(map(quote, words))} "$@"\n', errors="surrogateescape"
    )
    standin.chmod(0o700)
    return tools


def _program(programs: Programs, name: str) -> str | None:
    beside = shutil.which(programs.beside(name))
    if beside or name != "etcdutl":
        return beside
    # etcd 3.4 has none: another release's restores its snapshots.
    restores = [word for word in programs.restore[:1] if Path(word).name == name]
    return restores[0] if restores else None


def _pods(cluster: Cluster) -> dict[str, dict[str, Any]]:
    """Return the etcd pod of each member: the first one's name is that in the sample."""
    names = ["etcd-master", *(f"etcd-master-{at + 2}" for at in range(len(cluster.sites) - 1))]
    urls = zip(cluster.sites, cluster.client_urls, strict=True)
    return {name: _pod(site, url) for name, (site, url) in zip(names, urls, strict=True)}


def _pod(site: Site, url: str) -> dict[str, Any]:
    variables = {"ETCDCTL_ENDPOINTS": url}
    if url.startswith("https:"):
        files = {name: site.folder / _PKI / file for name, file in _TLS.items()}
        variables |= {f"ETCDCTL_{name}": str(path) for name, path in files.items()}
    address = url.partition("://")[2]
    return {"root": str(site.folder), "address": address, "variables": variables}
