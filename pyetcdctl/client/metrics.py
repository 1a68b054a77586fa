"""Read a member's metrics, which it publishes for Prometheus beside its API."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException
from time import monotonic, time
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.client.endpoints import parse_endpoint, wants_tls
from pyetcdctl.client.handshakes import plain_socket, secure_socket
from pyetcdctl.client.tls import client_context
from pyetcdctl.errors import PyetcdctlError

if TYPE_CHECKING:
    from pyetcdctl.client.endpoints import Endpoint
    from pyetcdctl.settings import ConnectionSettings

RESIDENT_MEMORY = "process_resident_memory_bytes"
_OK = 200


class MetricsPage(NamedTuple):
    """A page of metrics, the time of the request, and the server's own date."""

    text: str
    date: str
    sent: float
    received: float
    """Seconds since the epoch by this machine's clock."""
    at: float
    """Seconds of the monotonic clock, halfway."""


def metrics_page(text: str, settings: ConnectionSettings) -> MetricsPage:
    """Fetch the metrics of an endpoint; raise OSError, HTTPException, ValueError or our errors."""
    return _page(parse_endpoint(text), settings)


def resident_memory(text: str, settings: ConnectionSettings) -> float | None:
    """Return how many bytes of memory a member uses; None where it does not publish it."""
    try:
        return _value(metrics_page(text, settings).text, RESIDENT_MEMORY)
    except (OSError, HTTPException, ValueError, PyetcdctlError):
        return None


class _Connection(HTTPConnection):
    """HTTP to an endpoint: over TCP or a unix socket, with TLS where the endpoint uses it."""

    def __init__(self, endpoint: Endpoint, settings: ConnectionSettings) -> None:
        super().__init__(endpoint.authority)
        self._endpoint = endpoint
        self._settings = settings

    def connect(self) -> None:
        """Connect, with a TLS handshake where TLS is used."""
        endpoint, settings = self._endpoint, self._settings
        timeout = settings.command_timeout
        if wants_tls(endpoint, settings):
            context = client_context(settings.tls, verify=not settings.insecure_skip_tls_verify)
            context.set_alpn_protocols(["http/1.1"])
            self.sock = secure_socket(endpoint, context, timeout, endpoint.host)
        else:
            self.sock = plain_socket(endpoint, timeout)


def _page(endpoint: Endpoint, settings: ConnectionSettings) -> MetricsPage:
    connection = _Connection(endpoint, settings)
    try:
        sent, began = time(), monotonic()
        connection.request("GET", "/metrics")
        response = connection.getresponse()
        received, ended = time(), monotonic()
        if response.status != _OK:
            raise HTTPException(f"{response.status} {response.reason}")
        text = response.read().decode()
    finally:
        connection.close()
    date = response.getheader("Date", "")
    return MetricsPage(text, date, sent, received, (began + ended) / 2)


def _value(page: str, name: str) -> float | None:
    for line in page.splitlines():
        if line.startswith(f"{name} "):
            return float(line.split()[1])
    return None
