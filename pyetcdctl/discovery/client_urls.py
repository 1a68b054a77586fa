"""Which of a server's URLs a client on the same node should use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyetcdctl.discovery.findings import FoundEndpoint, Override, PeerMember, Reason
from pyetcdctl.discovery.node import Node, Unusable

if TYPE_CHECKING:
    from pyetcdctl.discovery.options import Option, Options

# Where etcd listens by default.
ETCD_DEFAULT = "http://localhost:2379"

_TCP = re.compile(r"https?://(?P<host>\[[0-9A-Fa-f:.]+(?:%\w+)?\]|[\w.-]+)(?::\d{1,5})?/?")
_SOCKET = re.compile(r"unixs?://[^\s,]+")
_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}


def nearest(node: Node, options: Options) -> FoundEndpoint | None:
    """Return the server's own client URL that is most likely reachable from its node.

    Several URLs of one server are one server, so the best is enough: this host's own names (which
    certificates usually have), other loopback addresses, sockets, all other addresses that it
    listens on, and then what it advertises.
    """
    listening = _urls_of(node, options, "listen-client-urls")
    advertised = _urls_of(node, options, "advertise-client-urls")
    ordered = sorted(listening, key=lambda endpoint: _distance(endpoint.url)) + advertised
    return ordered[0] if ordered else None


def every(node: Node, option: Option) -> tuple[FoundEndpoint, ...]:
    """Return all client URLs of a list such as the API server's, malformed ones recorded."""
    urls = [url.strip() for url in option.value.split(",") if url.strip()]
    valid = [url for url in urls if _TCP.fullmatch(url) or _SOCKET.fullmatch(url)]
    for url in urls:
        if url not in valid:
            why = f"{option.origin} has {_shown(url)}, which is not a client URL"
            node.skip(option.file, Unusable(Reason.MALFORMED, why))
    file = node.file(option.file)
    return tuple(
        FoundEndpoint(_reachable(url), file, option.origin) for url in dict.fromkeys(valid)
    )


def overrides(node: Node, options: Options) -> tuple[Override, ...]:
    """Return the resources that the API server's ``--etcd-servers-overrides`` keeps in another
    etcd.
    """
    given = options.get("etcd-servers-overrides")
    entries = [entry.partition("#") for entry in given.value.split(",")] if given else []
    return tuple(
        Override(_resource(place), every(node, given._replace(value=urls.replace(";", ","))))
        for place, _, urls in entries
        if given and urls
    )


def _resource(place: str) -> str:
    """Turn GROUP/RESOURCE, whose group is empty for the core, into RESOURCE.GROUP."""
    group, _, plural = place.strip().rpartition("/")
    return f"{plural}.{group.strip('/')}" if group.strip("/") else plural


def members(options: Options) -> tuple[PeerMember, ...]:
    """Return the members of ``--initial-cluster``."""
    initial = options.get("initial-cluster")
    pairs = [pair.partition("=") for pair in initial.value.split(",")] if initial else []
    return tuple(PeerMember(name.strip(), url.strip()) for name, _, url in pairs if name and url)


def _urls_of(node: Node, options: Options, name: str) -> list[FoundEndpoint]:
    return list(every(node, options[name])) if name in options else []


def _reachable(url: str) -> str:
    tcp = _TCP.fullmatch(url)
    address = _EVERY_ADDRESS.get(tcp["host"]) if tcp else None
    if tcp and address:
        url = url[: tcp.start("host")] + address + url[tcp.end("host") :]
    return url.rstrip("/") if tcp else url


def _distance(url: str) -> int:
    tcp = _TCP.fullmatch(url)
    if not tcp:
        return 2
    if tcp["host"] in ("127.0.0.1", "localhost", "[::1]"):
        return 0
    return 1 if tcp["host"].startswith("127.") else 3


def _shown(url: str) -> str:
    return repr(url if len(url) <= 60 else url[:57] + "...")
