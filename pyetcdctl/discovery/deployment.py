"""A server as its deployment describes it, before any certificate is checked."""

from __future__ import annotations

from posixpath import dirname, join
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.discovery.client_urls import ETCD_DEFAULT, every, members, nearest
from pyetcdctl.discovery.findings import FoundEndpoint, PeerMember, Server
from pyetcdctl.discovery.options import Options, is_on, text_of

if TYPE_CHECKING:
    from pyetcdctl.discovery.node import Node


class CertificatePaths(NamedTuple):
    """A certificate and its key; a guessed one that does not exist is not reported."""

    certificate: str
    key: str
    guessed: bool = False


class Deployment(NamedTuple):
    """A server's endpoints and the files that may be used to connect, best first."""

    layout: str
    file: str
    endpoints: tuple[FoundEndpoint, ...]
    members: tuple[PeerMember, ...] = ()
    server: Server = Server()
    ca: str = ""
    pairs: tuple[CertificatePaths, ...] = ()
    needs_client_certificate: bool = False


def of_server(node: Node, layout: str, file: str, options: Options) -> Deployment | None:
    """Describe an etcd by its own options; None when no URL of it makes sense."""
    endpoint = nearest(node, options)
    urls = [text_of(options, f"{kind}-client-urls") for kind in ("listen", "advertise")]
    if not endpoint and not any(urls):
        endpoint = FoundEndpoint(ETCD_DEFAULT, node.file(file), "etcd's default")
    if not endpoint:
        return None
    encrypted = endpoint.url.startswith(("https:", "unixs:"))
    asks = bool(text_of(options, "trusted-ca-file")) or is_on(options, "client-cert-auth")
    return Deployment(
        layout=layout,
        file=file,
        endpoints=(endpoint,),
        members=members(options),
        server=_server(options),
        ca=_ca(node, options) if encrypted else "",
        pairs=_pairs(options) if encrypted and asks else (),
        needs_client_certificate=encrypted and asks,
    )


def _server(options: Options) -> Server:
    return Server(
        name=text_of(options, "name"),
        data_dir=text_of(options, "data-dir"),
        wal_dir=text_of(options, "wal-dir"),
        peer_urls=text_of(options, "initial-advertise-peer-urls"),
        initial_cluster=text_of(options, "initial-cluster"),
        token=text_of(options, "initial-cluster-token"),
        data_dir_at=options["data-dir"].origin if "data-dir" in options else "",
        options=options,
    )


def of_api_server(node: Node, file: str, options: Options) -> Deployment | None:
    """Describe the etcd that an API server uses, wherever it runs."""
    servers = options.get("etcd-servers")
    endpoints = every(node, servers) if servers else ()
    if not endpoints:
        return None
    certificate, key = text_of(options, "etcd-certfile"), text_of(options, "etcd-keyfile")
    return Deployment(
        layout="kubeadm",
        file=file,
        endpoints=endpoints,
        ca=text_of(options, "etcd-cafile"),
        pairs=(CertificatePaths(certificate, key),) if certificate else (),
        needs_client_certificate=bool(certificate),
    )


def guesses(ca_folder: str) -> tuple[CertificatePaths, ...]:
    """Return the client pairs that kubeadm, k3s and rke2 keep beside (or above) etcd's CA."""
    stems = (
        join(dirname(ca_folder), "apiserver-etcd-client"),
        join(ca_folder, "healthcheck-client"),
        join(ca_folder, "client"),
    )
    return tuple(CertificatePaths(f"{stem}.crt", f"{stem}.key", guessed=True) for stem in stems)


def _ca(node: Node, options: Options) -> str:
    """Return the CA of the server's certificate, which a server without client CA does not name."""
    if named := text_of(options, "trusted-ca-file"):
        return named
    if is_on(options, "auto-tls"):
        return join(text_of(options, "data-dir"), "fixtures", "client", "cert.pem")
    beside = dirname(text_of(options, "cert-file"))
    likely = [join(beside, name) for name in ("ca.crt", "ca.pem", "server-ca.crt")]
    return next((path for path in likely if node.exists(path)), "")


def _pairs(options: Options) -> tuple[CertificatePaths, ...]:
    ca = text_of(options, "trusted-ca-file")
    return (guesses(dirname(ca)) if ca else ()) + tuple(
        CertificatePaths(text_of(options, f"{kind}cert-file"), text_of(options, f"{kind}key-file"))
        for kind in ("client-", "")
        if text_of(options, f"{kind}cert-file")
    )
