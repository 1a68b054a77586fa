"""A member's own figures, as it publishes them for Prometheus beside its API."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING

from pyetcdctl.client.endpoints import parse_endpoint, wants_tls
from pyetcdctl.client.handshakes import plain_socket, secure_socket
from pyetcdctl.client.tls import client_context
from pyetcdctl.errors import PyetcdctlError

if TYPE_CHECKING:
    from pyetcdctl.client.endpoints import Endpoint
    from pyetcdctl.settings import ConnectionSettings

RESIDENT_MEMORY = "process_resident_memory_bytes"


def resident_memory(text: str, settings: ConnectionSettings) -> float | None:
    """Return how many bytes of memory a member uses; None where it does not say."""
    try:
        return _value(_page(parse_endpoint(text), settings), RESIDENT_MEMORY)
    except (OSError, HTTPException, ValueError, PyetcdctlError):
        return None


class _Connection(HTTPConnection):
    """HTTP to an endpoint: over TCP or a socket in the file system, in TLS where it wants that."""

    def __init__(self, endpoint: Endpoint, settings: ConnectionSettings) -> None:
        super().__init__(endpoint.authority)
        self._endpoint = endpoint
        self._settings = settings

    def connect(self) -> None:
        """Connect, and shake hands."""
        endpoint, settings = self._endpoint, self._settings
        timeout = settings.command_timeout
        if wants_tls(endpoint, settings):
            context = client_context(settings.tls, verify=not settings.insecure_skip_tls_verify)
            context.set_alpn_protocols(["http/1.1"])
            self.sock = secure_socket(endpoint, context, timeout, endpoint.host)
        else:
            self.sock = plain_socket(endpoint, timeout)


def _page(endpoint: Endpoint, settings: ConnectionSettings) -> str:
    connection = _Connection(endpoint, settings)
    try:
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def _value(page: str, name: str) -> float | None:
    for line in page.splitlines():
        if line.startswith(f"{name} "):
            return float(line.split()[1])
    return None
