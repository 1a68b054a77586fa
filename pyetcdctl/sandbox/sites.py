"""The folders of members, and the layouts of deployments; the plain layout has no files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pyetcdctl.sandbox.ports import can_bind
from pyetcdctl.settings import TlsFiles

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LOOPBACK = "127.0.0.1"
NO_TLS = TlsFiles()


@dataclass(frozen=True, slots=True)
class Site:
    """The place of one member: its folder stands for the root of its machine."""

    name: str
    folder: Path
    address: str
    client_port: int
    peer_port: int
    metrics_port: int

    def url(self, scheme: str, port: int, address: str = "") -> str:
        """Return a URL of this site."""
        host = address or self.address
        return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"

    @property
    def data_folder(self) -> Path:
        """The member's data directory."""
        return self.folder / "var/lib/etcd"


class Layout(Protocol):
    """How a deployment names its members, and which files and flags they have."""

    @property
    def scheme(self) -> str:
        """The scheme of the client URLs."""
        ...

    @property
    def peer_scheme(self) -> str:
        """The scheme of the peer URLs."""
        ...

    def name(self, index: int) -> str:
        """Return the name of a member."""
        ...

    def address(self, index: int) -> str:
        """Return the address that a member advertises; it listens on 127.0.0.1 as well."""
        ...

    def prepare(self, site: Site, initial_cluster: str) -> Sequence[str]:
        """Write the files of a member; return its flags."""
        ...


@dataclass(frozen=True, slots=True)
class PlainLayout:
    """etcd started by hand, without any file; with certificates when ``tls`` has some."""

    tls: TlsFiles = NO_TLS
    host: str = LOOPBACK
    more_client_urls: tuple[str, ...] = ()

    @property
    def scheme(self) -> str:
        """The scheme of the client URLs."""
        return "https" if self.tls.certificate else "http"

    @property
    def peer_scheme(self) -> str:
        """The scheme of the peer URLs: plain HTTP."""
        return "http"

    def name(self, index: int) -> str:
        """Return the name of a member: ``etcd-1`` is the first."""
        return f"etcd-{index + 1}"

    def address(self, index: int) -> str:
        """Return the one address that all members share."""
        del index
        return self.host

    def prepare(self, site: Site, initial_cluster: str) -> Sequence[str]:
        """Return the flags; clients need a certificate when ``tls`` has a CA."""
        client = site.url(self.scheme, site.client_port)
        peer = site.url(self.peer_scheme, site.peer_port)
        flags = [
            f"--name={site.name}",
            f"--data-dir={site.data_folder}",
            f"--listen-client-urls={','.join((client, *self.more_client_urls))}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster={initial_cluster}",
            f"--listen-metrics-urls={site.url('http', site.metrics_port, LOOPBACK)}",
        ]
        if self.tls.certificate:
            flags += [f"--cert-file={self.tls.certificate}", f"--key-file={self.tls.key}"]
        if self.tls.ca:
            flags += [f"--trusted-ca-file={self.tls.ca}", "--client-cert-auth"]
        return flags


def node_address(index: int) -> str:
    """Return a node's own loopback address, where this machine has several."""
    address = f"127.0.0.{11 + index}"
    return address if can_bind(address) else LOOPBACK
