"""Leases: one function a call, from numbers to etcd's answer. All may be repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client.calls import call
from pyetcdctl.client.login import LEADER_WANTED
from pyetcdctl.errors import CallFailed
from pyetcdctl.rpc.lease import (
    GRANT,
    KEEP_ALIVE,
    LEASES,
    REVOKE,
    TIME_TO_LIVE,
    LeaseGrantRequest,
    LeaseGrantResponse,
    LeaseKeepAliveResponse,
    LeaseRequest,
    LeaseRevokeResponse,
    LeasesRequest,
    LeasesResponse,
    LeaseTimeToLiveRequest,
    LeaseTimeToLiveResponse,
)

if TYPE_CHECKING:
    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.deadline import Deadline

LEASE_NOT_FOUND = "etcdserver: requested lease not found"


def grant(
    connection: Connection, ttl: int, deadline: Deadline, *, lease: int = 0
) -> LeaseGrantResponse:
    """Make a lease of so many seconds, or of the server's minimum; with this ID if one is given."""
    request = LeaseGrantRequest(TTL=ttl, ID=lease)
    return call(connection, GRANT, request, LeaseGrantResponse, deadline, repeatable=True)


def revoke(connection: Connection, lease: int, deadline: Deadline) -> LeaseRevokeResponse:
    """End a lease, and with it all its keys."""
    return call(
        connection, REVOKE, LeaseRequest(ID=lease), LeaseRevokeResponse, deadline, repeatable=True
    )


def time_to_live(
    connection: Connection, lease: int, deadline: Deadline, *, keys: bool = False
) -> LeaseTimeToLiveResponse:
    """Ask how long a lease will live, and for its keys. An unknown one is no error."""
    request = LeaseTimeToLiveRequest(ID=lease, keys=keys)
    return call(
        connection, TIME_TO_LIVE, request, LeaseTimeToLiveResponse, deadline, repeatable=True
    )


def leases(connection: Connection, deadline: Deadline) -> LeasesResponse:
    """List all leases."""
    return call(connection, LEASES, LeasesRequest(), LeasesResponse, deadline, repeatable=True)


def renew(connection: Connection, lease: int, deadline: Deadline) -> LeaseKeepAliveResponse:
    """Let a lease begin anew. An unknown one is no error: its time to live is 0.

    The server's call goes both ways; one with a single message is the same bytes as a unary call.
    """
    return call(
        connection,
        KEEP_ALIVE,
        LeaseRequest(ID=lease),
        LeaseKeepAliveResponse,
        deadline,
        repeatable=True,
        metadata=(LEADER_WANTED,),
    )


def renew_once(connection: Connection, lease: int, deadline: Deadline) -> LeaseKeepAliveResponse:
    """Let a lease begin anew; an unknown one is an error."""
    response = renew(connection, lease, deadline)
    if response.TTL <= 0:
        raise CallFailed(LEASE_NOT_FOUND, code="NOT_FOUND")
    return response
