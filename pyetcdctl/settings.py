"""The settings of one run: frozen values that every package may read.

Named tuples, because each run loads them, and six data classes take longer than a small call.
"""

from __future__ import annotations

from typing import NamedTuple

DEFAULT_ENDPOINT = "127.0.0.1:2379"


class TlsFiles(NamedTuple):
    """Paths of PEM files; an empty string means that none was given."""

    ca: str = ""
    certificate: str = ""
    key: str = ""

    def __bool__(self) -> bool:
        return bool(self.ca or self.certificate or self.key)


class Credentials(NamedTuple):
    """A user and a password, or a ready token, which wins. Never shown by ``repr``."""

    user: str = ""
    password: str = ""
    token: str = ""

    def __bool__(self) -> bool:
        return bool(self.token or (self.user and self.password))

    def __repr__(self) -> str:
        return f"Credentials(user={self.user!r})"


class SrvDiscovery(NamedTuple):
    """Look endpoints up in DNS: ``_etcd-client-ssl[-name]._tcp.domain`` and ``_etcd-client...``."""

    domain: str = ""
    name: str = ""
    insecure: bool = True


class ConnectionSettings(NamedTuple):
    """The settings to connect to a cluster: times in seconds, sizes in bytes, 0 for etcdctl's
    default.
    """

    endpoints: tuple[str, ...] = (DEFAULT_ENDPOINT,)
    tls: TlsFiles = TlsFiles()
    insecure_transport: bool = True
    insecure_skip_tls_verify: bool = False
    credentials: Credentials = Credentials()
    dial_timeout: float = 2.0
    command_timeout: float = 5.0
    keepalive_time: float = 2.0
    keepalive_timeout: float = 6.0
    max_request_bytes: int = 0
    max_receive_bytes: int = 0
    srv: SrvDiscovery = SrvDiscovery()
    debug: bool = False
    found_in: str = ""
    """The file that discovery took the endpoints from; empty when they were given."""
    unreadable: str = ""
    """A file that this user may not read, without which discovery has no client certificate."""
    alternates: tuple[tuple[str, str], ...] = ()
    """(name, URL) of other members of the found etcd, for reads while its own member is down."""
    server_names: tuple[tuple[str, str], ...] = ()
    """(endpoint, name in its certificate), for endpoints whose own name is not in it."""
    read_only: str = ""
    """The context that refuses every change; empty for none."""


class OutputSettings(NamedTuple):
    """How results are written. ``terminal`` is true when standard output is one."""

    format: str = "simple"
    hex: bool = False
    terminal: bool = False
    width: int = 80
    """Columns of the terminal."""
    colour: bool = False


class FileReading(NamedTuple):
    """How a file is read in place of a server."""

    skip_hash_check: bool = False
    use_log: bool = True
    salvage: bool = False
    """Whether damaged parts are skipped and reported."""
