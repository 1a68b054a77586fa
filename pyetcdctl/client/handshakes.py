"""Sockets to an endpoint without gRPC: connect, do the handshakes, recognise the server."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

    from pyetcdctl.client.endpoints import Endpoint

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
"""The client preface of HTTP/2 and an empty SETTINGS frame."""

FRAME_HEADER_BYTES = 9
SETTINGS_FRAME = 4


def plain_socket(endpoint: Endpoint, timeout: float) -> socket.socket:
    """Return a connected socket. Raises OSError."""
    if not endpoint.socket_path:
        return _connected((endpoint.host, endpoint.port), timeout)
    connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connected.settimeout(timeout)
        connected.connect(endpoint.socket_path)
    except OSError:
        connected.close()
        raise
    return connected


def _connected(address: tuple[str, int], timeout: float) -> socket.socket:
    try:
        return socket.create_connection(address, timeout=timeout)
    except UnicodeError as error:  # a part of the name is empty or too long to be looked up
        raise socket.gaierror(socket.EAI_NONAME, "it is not a host name") from error


def secure_socket(
    endpoint: Endpoint, context: ssl.SSLContext, timeout: float, server_name: str
) -> ssl.SSLSocket:
    """Connect and do the TLS handshake. Raises OSError, of which ssl.SSLError is one."""
    return shake_hands(plain_socket(endpoint, timeout), context, server_name)


def shake_hands(
    connected: socket.socket, context: ssl.SSLContext, server_name: str
) -> ssl.SSLSocket:
    """Return the socket after its TLS handshake; it is closed when that fails."""
    try:
        return context.wrap_socket(connected, server_hostname=server_name)
    except (OSError, ValueError):
        connected.close()
        raise


def first_words(connected: socket.socket) -> bytes:
    """Send the HTTP/2 preface and return the first bytes received; empty when the peer closes.

    Raises TimeoutError when nothing is received.
    """
    try:
        connected.sendall(PREFACE)
        return connected.recv(1024)
    except TimeoutError:
        raise
    except OSError:
        return b""


def speaks_http2(words: bytes) -> bool:
    """Whether these are the first bytes of an HTTP/2 server."""
    return len(words) >= FRAME_HEADER_BYTES and words[3] == SETTINGS_FRAME
