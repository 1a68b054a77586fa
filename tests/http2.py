"""A bare HTTP/2 server, for responses that a gRPC server cannot be made to send."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping

PREFACE_BYTES = 24
DATA, HEADERS, SETTINGS, PING = 0, 1, 4, 6
END_STREAM, END_HEADERS, ACK = 1, 4, 1


def frame(kind: int, flags: int, stream: int, body: bytes = b"") -> bytes:
    """Return a frame."""
    return (
        struct.pack(">I", len(body))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + body
    )


def header_block(headers: Mapping[str, str]) -> bytes:
    """Encode headers without compression (HPACK: literals that are not indexed)."""
    out = b""
    for name, value in headers.items():
        out += b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()
    return out


@contextmanager
def responding(headers: Mapping[str, str], secure: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve: every request gets these headers, and no body. Yields the endpoint.

    ``secure`` makes it a TLS server.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    peer, _ = listener.accept()
                    arguments = (peer, headers, secure)
                    threading.Thread(target=serve, args=arguments, daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def serve(
    peer: socket.socket, headers: Mapping[str, str], secure: ssl.SSLContext | None = None
) -> None:
    """Respond to each request of a connection."""
    if secure is not None:
        try:
            peer = secure.wrap_socket(peer, server_side=True)
        except OSError:
            peer.close()
            return
    with peer, peer.makefile("rb") as stream, suppress(OSError):
        stream.read(PREFACE_BYTES)
        peer.sendall(frame(SETTINGS, 0, 0))
        while head := stream.read(9):
            size = int.from_bytes(head[:3], "big")
            kind, flags = head[3], head[4]
            number = int.from_bytes(head[5:9], "big")
            body = stream.read(size)
            if kind == SETTINGS and not flags & ACK:
                peer.sendall(frame(SETTINGS, ACK, 0))
            elif kind == PING and not flags & ACK:
                peer.sendall(frame(PING, ACK, 0, body))
            elif kind == HEADERS:
                peer.sendall(
                    frame(HEADERS, END_STREAM | END_HEADERS, number, header_block(headers))
                )
