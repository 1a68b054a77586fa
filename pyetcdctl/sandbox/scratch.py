"""etcd as guides that build Kubernetes by hand install it: a systemd unit and three PEM files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyetcdctl.sandbox.certificates import LOCAL_NAMES, Authority
from pyetcdctl.sandbox.sites import LOOPBACK, node_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.sandbox.sites import Site

_UNIT = """\
[Unit]
Description=etcd
Documentation=https://etcd.io/docs/

[Service]
Type=notify
ExecStart=/usr/local/bin/etcd \\
  {flags}
Restart=on-failure
RestartSec=5

[Install]
WantedBy=multi-user.target
"""


@dataclass(frozen=True, slots=True)
class ScratchLayout:
    """Controllers with one certificate for client and peer connections, as server and as client."""

    authority: Authority = field(default_factory=lambda: Authority("Kubernetes"))
    scheme: str = "https"
    peer_scheme: str = "https"

    def name(self, index: int) -> str:
        """Return the controller's name."""
        return f"controller-{index}"

    def address(self, index: int) -> str:
        """Return the controller's address."""
        return node_address(index)

    def prepare(self, site: Site, initial_cluster: str) -> Sequence[str]:
        """Write unit and certificates; return etcd's flags with the paths they really have."""
        folder = site.folder / "etc/etcd"
        hosts = tuple(dict.fromkeys((*LOCAL_NAMES, site.address, site.name, "kubernetes.default")))
        pair = self.authority.issue("kubernetes", organisation="Kubernetes", hosts=hosts)
        pair.write(folder / "kubernetes.pem", folder / "kubernetes-key.pem")
        (folder / "ca.pem").write_bytes(self.authority.pair.certificate)
        unit = site.folder / "etc/systemd/system/etcd.service"
        unit.parent.mkdir(parents=True)
        flags = " \\\n  ".join(" ".join(flag) for flag in _flags(site, initial_cluster, root=""))
        unit.write_text(_UNIT.format(flags=flags), encoding="utf-8")
        real = _flags(site, initial_cluster, root=str(site.folder))
        return [word for flag in real for word in flag]


def _flags(site: Site, initial_cluster: str, root: str) -> list[tuple[str, ...]]:
    """Return flags, each one word or two, as the guides write them."""
    certificate, key = f"{root}/etc/etcd/kubernetes.pem", f"{root}/etc/etcd/kubernetes-key.pem"
    authority = f"{root}/etc/etcd/ca.pem"
    client_url = site.url("https", site.client_port)
    local_url = site.url("https", site.client_port, LOOPBACK)
    peer_url = site.url("https", site.peer_port)
    return [
        ("--name", site.name),
        (f"--cert-file={certificate}",),
        (f"--key-file={key}",),
        (f"--peer-cert-file={certificate}",),
        (f"--peer-key-file={key}",),
        (f"--trusted-ca-file={authority}",),
        (f"--peer-trusted-ca-file={authority}",),
        ("--peer-client-cert-auth",),
        ("--client-cert-auth",),
        ("--initial-advertise-peer-urls", peer_url),
        ("--listen-peer-urls", peer_url),
        ("--listen-client-urls", ",".join(dict.fromkeys((client_url, local_url)))),
        ("--advertise-client-urls", client_url),
        ("--listen-metrics-urls", site.url("http", site.metrics_port, LOOPBACK)),
        ("--initial-cluster-token", "etcd-cluster-0"),
        ("--initial-cluster", initial_cluster),
        ("--initial-cluster-state", "new"),
        (f"--data-dir={root}/var/lib/etcd",),
    ]
