"""Free ports of this machine, picked by the kernel and kept for servers that start later."""

from __future__ import annotations

import socket
import sys

from pyetcdctl.errors import SandboxFailed


class Ports:
    """Reserves the ports that it has picked until it is closed."""

    def __init__(self) -> None:
        self._kept: list[socket.socket] = []

    def pick(self, *addresses: str) -> int:
        """Return a port that is free at every one of the addresses."""
        for _ in range(50):
            port = self._try(addresses)
            if port:
                return port
        raise SandboxFailed(f"no port is free at {' and '.join(addresses)}")

    def close(self) -> None:
        """Release all ports."""
        while self._kept:
            self._kept.pop().close()

    def _try(self, addresses: tuple[str, ...]) -> int:
        bound: list[socket.socket] = []
        port = 0
        for address in dict.fromkeys(addresses):
            listener = _bind(address, port)
            if listener is None:
                _close(bound)
                return 0
            bound.append(listener)
            port = listener.getsockname()[1]
        # On Linux a socket that is bound but does not listen lets a server listen beside it, and
        # refuses connections while no server does. Elsewhere the server could not start.
        if sys.platform == "linux":
            self._kept += bound
        else:
            _close(bound)
        return port


def can_bind(address: str) -> bool:
    """Return whether this machine has the address."""
    listener = _bind(address, 0)
    if listener is None:
        return False
    listener.close()
    return True


def _bind(address: str, port: int) -> socket.socket | None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = None
    try:
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
    except OSError:
        if listener:
            listener.close()
        return None
    return listener


def _close(sockets: list[socket.socket]) -> None:
    for each in sockets:
        each.close()
