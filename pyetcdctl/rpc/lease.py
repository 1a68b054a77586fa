"""The messages of etcd's Lease service (etcdserverpb) as plain objects; see rpc/wire.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pyetcdctl.rpc.kv import NO_HEADER, ResponseHeader
from pyetcdctl.rpc.wire import Field, Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GRANT = "/etcdserverpb.Lease/LeaseGrant"
REVOKE = "/etcdserverpb.Lease/LeaseRevoke"
KEEP_ALIVE = "/etcdserverpb.Lease/LeaseKeepAlive"
TIME_TO_LIVE = "/etcdserverpb.Lease/LeaseTimeToLive"
LEASES = "/etcdserverpb.Lease/LeaseLeases"


class LeaseGrantRequest(Message):
    """etcd API, LeaseGrantRequest; ``TTL`` in seconds; the server chooses an ``ID`` that is 0."""

    TTL: int = 0
    ID: int = 0
    FIELDS = (
        Field(1, "TTL", "int64"),
        Field(2, "ID", "int64"),
    )


class Lease(Message):
    """A lease as the database keeps it (leasepb.Lease)."""

    ID: int = 0
    TTL: int = 0
    RemainingTTL: int = 0
    FIELDS = (
        Field(1, "ID", "int64"),
        Field(2, "TTL", "int64"),
        Field(3, "RemainingTTL", "int64"),
    )


class LeaseRequest(Message):
    """Names a lease: LeaseRevokeRequest, LeaseKeepAliveRequest."""

    ID: int = 0
    FIELDS = (Field(1, "ID", "int64"),)


class LeaseTimeToLiveRequest(Message):
    """etcd API, LeaseTimeToLiveRequest; ``keys`` asks for those that the lease holds."""

    ID: int = 0
    keys: bool = False
    FIELDS = (
        Field(1, "ID", "int64"),
        Field(2, "keys", "bool"),
    )


class LeasesRequest(Message):
    """etcd API, LeaseLeasesRequest."""


class LeaseResponse(Message):
    """A response about leases; etcdctl shows its header's fields and its own on one level.

    ``SHOWN_AS`` has the names that it gives to fields there.
    """

    header: ResponseHeader = NO_HEADER
    SHOWN_AS: ClassVar[Mapping[str, str]] = {}


class LeaseGrantResponse(LeaseResponse):
    """etcd API, LeaseGrantResponse; the server may grant a longer ``TTL`` than requested."""

    ID: int = 0
    TTL: int = 0
    error: str = ""
    FIELDS = (
        Field(1, "header", "message", ResponseHeader),
        Field(2, "ID", "int64"),
        Field(3, "TTL", "int64"),
        Field(4, "error", "string"),
    )
    SHOWN_AS: ClassVar[Mapping[str, str]] = {"error": "Error"}


class LeaseKeepAliveResponse(LeaseResponse):
    """etcd API, LeaseKeepAliveResponse; a ``TTL`` of 0 means that there is no such lease."""

    ID: int = 0
    TTL: int = 0
    FIELDS = (
        Field(1, "header", "message", ResponseHeader),
        Field(2, "ID", "int64"),
        Field(3, "TTL", "int64"),
    )


class LeaseTimeToLiveResponse(LeaseResponse):
    """etcd API, LeaseTimeToLiveResponse; a ``TTL`` of -1 means that there is no such lease."""

    ID: int = 0
    TTL: int = 0
    grantedTTL: int = 0
    keys: Sequence[bytes] | None = None
    FIELDS = (
        Field(1, "header", "message", ResponseHeader),
        Field(2, "ID", "int64"),
        Field(3, "TTL", "int64"),
        Field(4, "grantedTTL", "int64"),
        Field(5, "keys", "bytes", repeated=True),
    )
    SHOWN_AS: ClassVar[Mapping[str, str]] = {"ID": "id", "TTL": "ttl", "grantedTTL": "granted-ttl"}


class LeaseStatus(Message):
    """One lease of a list."""

    id: int = 0
    FIELDS = (Field(1, "id", "int64"),)


class LeasesResponse(LeaseResponse):
    """etcd API, LeaseLeasesResponse."""

    leases: Sequence[LeaseStatus] = ()
    FIELDS = (
        Field(1, "header", "message", ResponseHeader),
        Field(2, "leases", "message", LeaseStatus, repeated=True),
    )


class LeaseRevokeResponse(Message):
    """etcd API, LeaseRevokeResponse."""

    header: ResponseHeader = NO_HEADER
    FIELDS = (Field(1, "header", "message", ResponseHeader),)
