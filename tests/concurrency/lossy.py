"""A proxy to a server on which a request, or its response, gets lost."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class LossyWay:
    """Carries bytes to and fro until ``mark`` stands in a request, then loses what is named.

    ``loses`` is "response" (the server gets the request), "request", or "time": the server gets the
    request by ``deliver()``. Nothing passes from then on until ``cut()``: later lines are whole.
    """

    def __init__(self, address: str, mark: bytes, loses: str) -> None:
        host, port = address.rsplit(":", 1)
        self._target = (host, int(port))
        self._mark = mark
        self._loses = loses
        self._lines: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.lost = threading.Event()
        self._was_cut = False
        self._late: tuple[socket.socket, bytes] | None = None
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        """End all lines."""
        self._was_cut = True
        lines, self._lines = self._lines, []
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def deliver(self) -> None:
        """Let the request arrive on its old connection, which is still open for the server."""
        assert self._late
        server, data = self._late
        server.sendall(data)

    def close(self) -> None:
        """End everything."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        if self._late:
            self._late[0].close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._target)
            self._lines += [client, server]
            threading.Thread(target=self._requests, args=(client, server), daemon=True).start()
            threading.Thread(target=self._responses, args=(server, client), daemon=True).start()

    def _requests(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(1 << 16):
                found = self._mark in data and not self._was_cut
                if found and self._loses == "time":
                    self._late = server, data
                    self._lines.remove(server)
                    self.lost.set()
                    return
                if not (found and self._loses == "request"):
                    if found:
                        self.lost.set()
                    server.sendall(data)
                if found:
                    self.lost.set()
            server.shutdown(socket.SHUT_WR)

    def _responses(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(1 << 16):
                if not self.lost.is_set() or self._was_cut:
                    client.sendall(data)
