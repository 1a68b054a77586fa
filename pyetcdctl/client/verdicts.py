"""Explain why a connection failed, and what to try; certificate_verdicts explains certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pyetcdctl.client.endpoints import Endpoint


class Diagnosis(NamedTuple):
    """Why one endpoint does not serve. ``permanent``: waiting longer cannot help."""

    cause: str
    remedy: tuple[str, ...] = ()
    permanent: bool = False
    is_reachable: bool = False


def unnamed(endpoint: Endpoint, reason: str) -> Diagnosis:
    """Report a host name without an address."""
    return Diagnosis(f"The name {endpoint.host} of {endpoint.text} has no address here: {reason}.")


def refused(endpoint: Endpoint) -> Diagnosis:
    """Report a port or a socket without a server."""
    if endpoint.socket_path:
        return Diagnosis(f"No server listens on the socket {endpoint.socket_path}.")
    return Diagnosis(f"{endpoint.text} refused the connection: no server listens there.")


def unreachable(endpoint: Endpoint, reason: str) -> Diagnosis:
    """Report a network without a route to the host, or a socket that may not be used."""
    return Diagnosis(f"{endpoint.text} cannot be reached: {reason}.")


def silent(endpoint: Endpoint, *, connected: bool = False) -> Diagnosis:
    """Report a host that sends nothing."""
    if connected:
        return Diagnosis(
            f"{endpoint.text} accepted the connection and then sent nothing: "
            "the server hangs, or it is not etcd."
        )
    return Diagnosis(
        f"{endpoint.text} did not respond: the host is down, or a firewall drops the packets."
    )


def unexplained(endpoint: Endpoint) -> Diagnosis:
    """Report that the probe of an endpoint did not end in time either."""
    return Diagnosis(f"{endpoint.text} did not respond in time.")


def reachable(endpoint: Endpoint) -> Diagnosis:
    """Report a server that accepts connections and did not respond to the call."""
    return Diagnosis(
        f"{endpoint.text} can be reached, but did not respond to the call in time: "
        "the cluster may have no leader.",
        ("Try:  endpoint status, or a longer --command-timeout",),
        is_reachable=True,
    )


def expects_tls(endpoint: Endpoint) -> Diagnosis:
    """Report plain HTTP to a TLS port."""
    address = endpoint.socket_path or endpoint.authority
    scheme = "unixs" if endpoint.socket_path else "https"
    return Diagnosis(
        f"{endpoint.text} expects TLS, and the connection was plain HTTP.",
        (f"Try:  --endpoints {scheme}://{address} --cacert FILE --cert FILE --key FILE",),
        permanent=True,
    )


def is_not_tls(endpoint: Endpoint) -> Diagnosis:
    """Report TLS to a plain port."""
    address = endpoint.socket_path or endpoint.authority
    scheme = "unix" if endpoint.socket_path else "http"
    return Diagnosis(
        f"{endpoint.text} speaks plain HTTP, and the connection was TLS.",
        (f"Try:  --endpoints {scheme}://{address}",),
        permanent=True,
    )


def not_etcd(endpoint: Endpoint) -> Diagnosis:
    """Report a server that is not etcd."""
    return Diagnosis(
        f"{endpoint.text} responded, but not as etcd does: another server listens there."
    )


def outdated_tls(endpoint: Endpoint) -> Diagnosis:
    """Report a server without TLS 1.2 and 1.3."""
    return Diagnosis(
        f"{endpoint.text} speaks TLS 1.1 or older alone; etcd and its clients need TLS 1.2.",
        ("Try:  updating the server, or the proxy before it",),
        permanent=True,
    )


def without_http2(endpoint: Endpoint) -> Diagnosis:
    """Report a TLS server that did not choose HTTP/2 when it was offered."""
    return Diagnosis(
        f"{endpoint.text} speaks TLS, but not HTTP/2, which every call to etcd needs: "
        "it is another server, or a proxy without HTTP/2.",
        ("Try:  etcd's own client URL, or HTTP/2 (ALPN h2) in the proxy",),
        permanent=True,
    )
