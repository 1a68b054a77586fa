"""Endpoints as users write them, and the gRPC options to reach each.

Every endpoint has its own ``:authority``, which servers and proxies may check: ``host:port``, or
the last element of a socket's path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import ConnectionFailed, DeadlineExceeded

if TYPE_CHECKING:
    from pyetcdctl.settings import ConnectionSettings

NO_ENDPOINTS = "etcdclient: no available endpoints"
EXAMPLE = "An endpoint looks like 10.0.0.4:2379, https://10.0.0.4:2379 or unix:///run/etcd.sock."

LONGEST_SOCKET_PATH = 107


class Endpoint(NamedTuple):
    """One address of a server. ``secure`` is None where the other settings decide about TLS."""

    text: str
    target: str
    authority: str
    secure: bool | None
    socket_path: str = ""

    @property
    def host(self) -> str:
        """The host without port and brackets; for a socket the last path element."""
        return split_port(self.authority)[0]

    @property
    def port(self) -> int:
        """The TCP port; 0 for a socket."""
        return 0 if self.socket_path else int(split_port(self.authority)[1])


def parse_endpoints(texts: tuple[str, ...]) -> list[Endpoint]:
    """Parse a list of endpoints; blanks around them are ignored. Raises when there is none."""
    found = [parse_endpoint(text.strip()) for text in texts if text.strip()]
    if not found:
        raise ConnectionFailed(NO_ENDPOINTS)
    return found


def parse_endpoint(text: str) -> Endpoint:
    """Parse one endpoint: bare, http, https, unix or unixs."""
    if not is_utf8(text):
        raise malformed(text, "it is not UTF-8")
    scheme, separator, rest = text.rpartition("://")
    if text.partition(":")[0].lower() in ("unix", "unixs"):
        return _socket(text)
    if not separator:
        return _network(text, text, None)
    if scheme.lower() not in ("http", "https"):
        raise malformed(text, f"{scheme!r} is not a way to reach etcd")
    # As in etcdctl a user in the URL is not used; and a password is not shown.
    user, at, address = rest.split("/", 1)[0].rpartition("@")
    shown = text.replace(f"{user}{at}", "", 1) if at else text
    return _network(shown, address, scheme.lower() == "https")


def wants_tls(endpoint: Endpoint, settings: ConnectionSettings) -> bool:
    """Whether this endpoint uses TLS.

    A bare endpoint follows the certificate options, or else the list's first endpoint, so that
    ``https://a:2379,b:2379`` never sends anything to b in the clear.
    """
    if endpoint.secure is not None:
        return endpoint.secure
    return (
        bool(settings.tls)
        or not settings.insecure_transport
        or settings.insecure_skip_tls_verify
        or begins_secure(settings)
    )


def begins_secure(settings: ConnectionSettings) -> bool:
    """Whether the scheme of the list's first endpoint requires TLS."""
    first = "".join(settings.endpoints[:1]).strip().lower()
    return first.startswith(("https://", "unixs:"))


def split_port(address: str) -> tuple[str, str]:
    """Split ``host:port`` and ``[host]:port``; the port is empty when there is none."""
    if address.startswith("["):
        host, _, rest = address[1:].partition("]")
        return host, rest.removeprefix(":")
    host, separator, port = address.rpartition(":")
    return (host, port) if separator else (address, "")


def is_utf8(text: str) -> bool:
    """Whether an argument was UTF-8: other bytes are lone surrogates in it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def malformed(text: str, reason: str) -> DeadlineExceeded:
    """Return the error for an endpoint that no connection can be made to.

    etcdctl tries such an endpoint until its deadline; first line and exit code are its own.
    """
    return DeadlineExceeded(
        "context deadline exceeded",
        f"The endpoint {_quoted(text)} cannot be used: {reason}.",
        EXAMPLE,
        code="DEADLINE_EXCEEDED",
    )


def _quoted(text: str) -> str:
    return repr(text) if is_utf8(text) else repr(text.encode("utf-8", "surrogateescape"))[1:]


def _socket(text: str) -> Endpoint:
    scheme, _, path = text.partition(":")
    scheme = scheme.lower()
    path = path.removeprefix("//")
    name = path.rpartition("/")[2]
    if not name:
        raise malformed(text, "it names no socket")
    if len(path.encode()) > LONGEST_SOCKET_PATH:
        raise malformed(text, f"a socket's path has at most {LONGEST_SOCKET_PATH} bytes")
    secure = True if scheme == "unixs" else None
    return Endpoint(text, f"unix:{path}", name, secure, socket_path=path)


def _network(text: str, address: str, secure: bool | None) -> Endpoint:
    """An IPv6 address needs brackets before a port; without brackets the last group is the port."""
    host, port = split_port(address)
    if not host:
        raise malformed(text, "it has no host")
    if not port:
        raise malformed(text, "it has no port")
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise malformed(text, f"{port!r} is not a port")
    if any(character.isspace() or character in "/?#@" for character in host):
        raise malformed(text, f"{host!r} is not a host")
    # SRV records name hosts with a closing dot, which neither hosts files nor certificates know.
    host = host.removesuffix(".")
    authority = f"[{_shortest(host)}]:{port}" if ":" in host else f"{host}:{port}"
    return Endpoint(text, f"dns:///{authority}", authority, secure)


def _shortest(host: str) -> str:
    """Write an IPv6 address in its shortest form, as gRPC compares it with certificates."""
    import socket

    address, percent, zone = host.partition("%")
    try:
        packed = socket.inet_pton(socket.AF_INET6, address)
    except OSError:
        return host
    return socket.inet_ntop(socket.AF_INET6, packed) + percent + zone
