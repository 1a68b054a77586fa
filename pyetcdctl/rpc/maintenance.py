"""Messages of etcd's Maintenance service as plain objects; see rpc/wire.py."""

from __future__ import annotations

from pyetcdctl.rpc.wire import Field, Message

SNAPSHOT = "/etcdserverpb.Maintenance/Snapshot"
STATUS = "/etcdserverpb.Maintenance/Status"


class SnapshotRequest(Message):
    """etcd API, SnapshotRequest."""


class SnapshotResponse(Message):
    """A piece of the database file (etcd API); the last one is the SHA-256 of all before it."""

    remaining_bytes: int = 0
    blob: bytes = b""
    version: str = ""
    """The server's storage version; empty before 3.6."""
    FIELDS = (
        Field(2, "remaining_bytes", "uint64"),
        Field(3, "blob", "bytes"),
        Field(4, "version", "string"),
    )


class MemberVersion(Message):
    """etcd API, StatusResponse: the version alone."""

    version: str = ""
    FIELDS = (Field(2, "version", "string"),)
