"""The links of a connection and of those derived from it: one for each endpoint.

A run opens one channel to each endpoint that it calls, and a second one where it reads ranges,
because gRPC limits the size of responses by channel. A run calls one endpoint unless a command
calls each member. A thread that renews a lease has a channel of its own, and an endpoint that fails
is replaced by another.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.client.channels import open_link
from pyetcdctl.client.endpoints import wants_tls

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyetcdctl.client.channels import Link
    from pyetcdctl.client.endpoints import Endpoint
    from pyetcdctl.settings import ConnectionSettings


class _Way(NamedTuple):
    """What distinguishes two channels of one run; the spelling of the endpoint does not."""

    target: str
    authority: str
    server_name: str | None
    max_receive_bytes: int


class Links:
    """Opens each link once, also when several threads request it; ``close`` closes all."""

    def __init__(self) -> None:
        self._links: dict[_Way, Link] = {}
        self._by_relay: set[str] = set()
        self._lock = Lock()

    def link(self, endpoint: Endpoint, settings: ConnectionSettings) -> Link:
        """Return the link to an endpoint by these settings; it connects at its first call."""
        way = _way(endpoint, settings)
        with self._lock:
            found = self._links.get(way)
            if found is None:
                by_relay = endpoint.target in self._by_relay
                found = self._links[way] = open_link(endpoint, settings, by_relay=by_relay)
            return found

    def use_relay(self, endpoint: Endpoint) -> None:
        """Leave TLS with an endpoint to Python from now on."""
        with self._lock:
            if endpoint.target in self._by_relay:
                return
            self._by_relay.add(endpoint.target)
        self._close(lambda way: way.target == endpoint.target)

    def drop(self, endpoints: Sequence[Endpoint]) -> None:
        """Close all links to these endpoints; the next call opens others."""
        targets = {each.target for each in endpoints}
        with self._lock:
            self._by_relay -= targets
        self._close(lambda way: way.target in targets)

    def close(self) -> None:
        """Close all links."""
        self._close(lambda way: True)

    def _close(self, concerns: Callable[[_Way], bool]) -> None:
        with self._lock:
            ended = [self._links.pop(way) for way in tuple(self._links) if concerns(way)]
        for link in ended:
            link.close()


def _way(endpoint: Endpoint, settings: ConnectionSettings) -> _Way:
    name = None
    if wants_tls(endpoint, settings):
        from pyetcdctl.client.tls import server_name

        name = server_name(endpoint, settings)
    return _Way(endpoint.target, endpoint.authority, name, settings.max_receive_bytes)
