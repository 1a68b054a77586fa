"""A relay to a TLS server without verifying it, for which gRPC has no switch.

gRPC connects without TLS to a socket of this process; the relay carries the bytes over TLS to the
server and presents the client certificate. So expired certificates and those of other names or
authorities are accepted, mutual TLS included. Only this process may use the socket.
"""

from __future__ import annotations

import os
import select
import socket
import ssl
import struct
import sys
import tempfile
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from pyetcdctl.errors import PyetcdctlError

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK_BYTES = 64 * 1024
FULL_BYTES = 1024 * 1024
CONNECT_SECONDS = 20.0
LAST_WORDS_SECONDS = 1.0


class Relay:
    """A private socket; each connection to it is relayed to the server."""

    def __init__(self, connect: Callable[[float], ssl.SSLSocket]) -> None:
        self._connect = connect
        self._folder = ""
        self._listener, self.target = self._listen()
        threading.Thread(target=self._serve, name="tls-relay", daemon=True).start()

    def close(self) -> None:
        """Stop accepting; open connections end with their peers."""
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        finally:
            self._listener.close()
        if self._folder:
            os.unlink(os.path.join(self._folder, "relay"))
            os.rmdir(self._folder)

    def _listen(self) -> tuple[socket.socket, str]:
        """Listen on a name in Linux's abstract namespace, which needs no writable folder."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        if sys.platform == "linux":
            listener.bind("")
            name = os.fsdecode(listener.getsockname()[1:])
            target = f"unix-abstract:{name}"
        else:
            self._folder = tempfile.mkdtemp(prefix="pyetcdctl-")
            path = os.path.join(self._folder, "relay")
            listener.bind(path)
            target = f"unix:{path}"
        listener.listen()
        return listener, target

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if _is_ours(client):
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()
            else:
                client.close()

    def _carry(self, client: socket.socket) -> None:
        """Connect one client. After a failure its connection is closed."""
        with client:
            try:
                server = self._connect(CONNECT_SECONDS)
            except (OSError, PyetcdctlError):
                return
            with server:
                _Pump(client, server).run()


def _is_ours(client: socket.socket) -> bool:
    """Whether the peer is this very process; an abstract name has no file permissions."""
    if sys.platform != "linux":
        return True
    credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    process, _, _ = struct.unpack("3i", credentials)
    return bool(process == os.getpid())


class _Pump:
    """Moves bytes both ways in one thread: OpenSSL allows one at a time on a connection."""

    def __init__(self, client: socket.socket, server: ssl.SSLSocket) -> None:
        self.client, self.server = client, server
        self.to_server, self.to_client = bytearray(), bytearray()
        client.setblocking(False)
        server.setblocking(False)

    def run(self) -> None:
        """Move bytes until either side closes; the server's last bytes are still delivered."""
        try:
            while self._move():
                select.select(*self._interests(), [])
        except OSError:
            pass
        with suppress(OSError):
            self.client.settimeout(LAST_WORDS_SECONDS)
            self.client.sendall(self.to_client)

    def _move(self) -> bool:
        """Move the bytes that are ready; return false once a side has closed.

        Buffers are drained before they are filled: TLS may hold decrypted bytes that select does
        not report.
        """
        _drain(self.to_server, self.server)
        _drain(self.to_client, self.client)
        return _fill(self.to_server, self.client) and _fill(self.to_client, self.server)

    def _interests(self) -> tuple[list[socket.socket], list[socket.socket]]:
        """Return the sockets to read from, whose buffers have room, and those to write to, whose
        buffers hold bytes.
        """
        ways = ((self.client, self.to_server), (self.server, self.to_client))
        readable = [source for source, buffer in ways if len(buffer) < FULL_BYTES]
        needs = ((self.server, self.to_server), (self.client, self.to_client))
        return readable, [target for target, buffer in needs if buffer]


def _fill(buffer: bytearray, source: socket.socket) -> bool:
    while len(buffer) < FULL_BYTES:
        try:
            data = source.recv(CHUNK_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return True
        if not data:
            return False
        buffer += data
    return True


def _drain(buffer: bytearray, target: socket.socket) -> None:
    while buffer:
        try:
            sent = target.send(buffer[:CHUNK_BYTES])
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        del buffer[:sent]
