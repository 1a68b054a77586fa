"""A way to a server that a test can shut and open."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Gate:
    """Carries bytes between clients and a server while it is open."""

    def __init__(self, address: str) -> None:
        host, port = address.rsplit(":", 1)
        self._target = (host, int(port))
        self._port = 0
        self._lines: list[socket.socket] = []
        self._left: int | None = None
        self.is_holding = threading.Event()
        self.open()

    @property
    def endpoint(self) -> str:
        """Where clients find it."""
        return f"127.0.0.1:{self._port}"

    def open(self) -> None:
        """Let clients through, at the same port as before."""
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def shut(self) -> None:
        """Cut all lines and refuse new ones."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        lines, self._lines = self._lines, []
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def lead_to(self, address: str) -> None:
        """Cut all lines and carry new ones to another server."""
        self.shut()
        host, port = address.rsplit(":", 1)
        self._target = (host, int(port))
        self.open()

    def hold_after(self, size: int) -> None:
        """Let so many bytes of the server through, and none behind them."""
        self._left = size

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._target)
            self._lines += [client, server]
            for source, target in ((client, server), (server, client)):
                threading.Thread(
                    target=self._carry, args=(source, target, target is client), daemon=True
                ).start()

    def _carry(self, source: socket.socket, target: socket.socket, is_response: bool) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                if is_response and self._left is not None:
                    self._left -= len(data)
                    if self._left < 0:
                        self.is_holding.set()
                        return
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
