"""What discovery found on a node: values, made by `search`, shown by ``discover``."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.settings import TlsFiles

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pyetcdctl.discovery.options import Option


class Reason(StrEnum):
    """Why a file was not used."""

    UNREADABLE = "unreadable"
    MISSING = "missing"
    MALFORMED = "malformed"
    EXPIRED = "expired"
    NOT_YET_VALID = "not yet valid"
    KEY_MISMATCH = "key mismatch"
    UNSUITABLE = "unsuitable"


class FoundFile(NamedTuple):
    """A file's path on the node, and its real path under another root."""

    path: str
    real: str

    def __str__(self) -> str:
        return self.path


class FoundEndpoint(NamedTuple):
    """A client URL, the file that names it and the flag, variable or key that it stands at."""

    url: str
    file: FoundFile
    origin: str


class PeerMember(NamedTuple):
    """A member of ``--initial-cluster``, with its peer URL: not a place for clients."""

    name: str
    peer_url: str


class Override(NamedTuple):
    """A resource that the API server keeps in an etcd of its own, and that etcd's endpoints."""

    resource: str
    """Its plural, with its group if there is one: ``events``, ``deployments.apps``."""
    endpoints: tuple[FoundEndpoint, ...]


class Server(NamedTuple):
    """The start options of the node's etcd; empty where they are not given."""

    name: str = ""
    data_dir: str = ""
    """Its path on the node, also where it differs in the container."""
    wal_dir: str = ""
    peer_urls: str = ""
    initial_cluster: str = ""
    token: str = ""
    data_dir_at: str = ""
    """The flag, variable or key that names the data directory."""
    options: Mapping[str, Option] = {}
    """All options that it was started with, by the flags' names."""


class FoundCertificate(NamedTuple):
    """A usable certificate file; the dates are known after a full check only."""

    file: FoundFile
    key: FoundFile | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None


class Skipped(NamedTuple):
    """A file that was not used; ``why`` is ready to be shown."""

    file: FoundFile
    reason: Reason
    why: str


class Discovery(NamedTuple):
    """Everything found; ``endpoints`` is empty when no deployment was found."""

    root: str
    layout: str = ""
    found_in: FoundFile | None = None
    endpoints: tuple[FoundEndpoint, ...] = ()
    members: tuple[PeerMember, ...] = ()
    server: Server = Server()
    ca: FoundCertificate | None = None
    client: FoundCertificate | None = None
    needs_client_certificate: bool = False
    overrides: tuple[Override, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    looked_at: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.endpoints)

    @property
    def tls(self) -> TlsFiles:
        """The files to connect with, by their real paths."""
        client = self.client
        return TlsFiles(
            ca=self.ca.file.real if self.ca else "",
            certificate=client.file.real if client else "",
            key=client.key.real if client and client.key else "",
        )

    @property
    def needs_root(self) -> bool:
        """Whether a file was not used that another user may read."""
        return any(skip.reason is Reason.UNREADABLE for skip in self.skipped)
