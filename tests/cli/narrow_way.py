"""A proxy to a server that forwards so many bytes of a response and then stops."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class NarrowWay:
    """Carries everything to the server, and ``limit`` bytes back; ``reached`` is set then.

    ``release()`` lets the rest through.
    """

    def __init__(self, address: str, limit: int) -> None:
        host, port = address.rsplit(":", 1)
        self._target = (host, int(port))
        self._limit = limit
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lines: list[socket.socket] = []
        self._may_pass = threading.Event()
        self.reached = threading.Event()
        self.endpoint = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def release(self) -> None:
        """Let the rest through."""
        self._may_pass.set()

    def close(self) -> None:
        """End all lines."""
        self._may_pass.set()
        for line in (self._listener, *self._lines):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._lines.append(client)
            try:
                server = socket.create_connection(self._target)
            except OSError:
                client.close()
                continue
            self._lines.append(server)
            threading.Thread(target=self._there, args=(client, server), daemon=True).start()
            threading.Thread(target=self._back, args=(server, client), daemon=True).start()

    def _there(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(1 << 16):
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)

    def _back(self, server: socket.socket, client: socket.socket) -> None:
        passed = 0
        with suppress(OSError):
            while data := server.recv(1 << 14):
                passed += len(data)
                if passed > self._limit:
                    self.reached.set()
                    self._may_pass.wait()
                client.sendall(data)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)
