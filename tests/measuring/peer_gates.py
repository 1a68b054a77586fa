"""Ways between the members of a cluster, which a test can cut for one of them, both directions."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from pyetcdctl.sandbox.sites import LOOPBACK, PlainLayout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.sandbox.sites import Site

_FROM = re.compile(rb"\r\nX-Server-From: ([0-9a-f]+)\r\n", re.IGNORECASE)


class PeerGates:
    """A layout whose members reach each other through gates, at the URLs that they advertise.

    Each gate knows, by a header of etcd's peers, which member a connection comes from.
    """

    def __init__(self) -> None:
        self._plain = PlainLayout()
        self.scheme, self.peer_scheme = self._plain.scheme, self._plain.peer_scheme
        self.name, self.address = self._plain.name, self._plain.address
        self._gates = []
        self._cut = set()
        self._lines = []

    def prepare(self, site: Site, initial_cluster: str) -> Sequence[str]:
        """Let the member listen behind its gate."""
        with socket.create_server((LOOPBACK, 0)) as reserved:
            hidden = reserved.getsockname()[1]
        advertised = f"--initial-advertise-peer-urls={site.url('http', site.peer_port)}"
        flags = [
            each for each in self._plain.prepare(site, initial_cluster) if "peer-urls" not in each
        ]
        listener = socket.create_server((LOOPBACK, site.peer_port))
        self._gates.append(listener)
        threading.Thread(
            target=self._serve, args=(listener, site.peer_port, hidden), daemon=True
        ).start()
        return [*flags, advertised, f"--listen-peer-urls=http://{LOOPBACK}:{hidden}"]

    def cut(self, peer_port: int, member_id: str) -> None:
        """Cut all lines from and to a member, and make no new ones."""
        self._cut |= {str(peer_port), member_id}
        for line in list(self._lines):
            if self._cut & {line[0], line[1]}:
                _shut(*line[2:])

    def close(self) -> None:
        """Serve no more."""
        for listener in self._gates:
            _shut(listener)
        for line in self._lines:
            _shut(*line[2:])

    def _serve(self, listener: socket.socket, port: int, hidden: int) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(client, port, hidden), daemon=True).start()

    def _join(self, client: socket.socket, port: int, hidden: int) -> None:
        with suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                data = client.recv(1 << 16)
                if not data:
                    break
                head += data
            found = _FROM.search(head)
            sender = found[1].decode() if found else ""
            if not head or self._cut & {str(port), sender}:
                return _shut(client)
            server = socket.create_connection((LOOPBACK, hidden))
            self._lines.append((str(port), sender, client, server))
            server.sendall(head)
            threading.Thread(target=_carry, args=(server, client), daemon=True).start()
            _carry(client, server)
            return None
        return _shut(client)


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    _shut(source, target)


def _shut(*sockets: socket.socket) -> None:
    for each in sockets:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
