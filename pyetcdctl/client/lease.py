"""etcd's Lease service: one function for each call. All calls may be repeated."""

from __future__ import annotations

from contextlib import closing
from time import sleep
from typing import TYPE_CHECKING

from pyetcdctl.client.calls import call, decoded
from pyetcdctl.errors import CallFailed, PyetcdctlError, ResponseMakesNoSense
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
    from pyetcdctl.client.exchange import Exchange

RETRY_SECONDS = 0.1
NO_LEADER = "etcdserver: no leader"
LEASE_NOT_FOUND = "etcdserver: requested lease not found"


def grant(
    connection: Connection, ttl: int, deadline: Deadline, *, lease: int = 0
) -> LeaseGrantResponse:
    """Grant a lease of so many seconds, or the server's minimum; with this ID if given."""
    request = LeaseGrantRequest(TTL=ttl, ID=lease)
    return call(connection, GRANT, request, LeaseGrantResponse, deadline, repeatable=True)


def revoke(connection: Connection, lease: int, deadline: Deadline) -> LeaseRevokeResponse:
    """Revoke a lease and delete all its keys."""
    return call(
        connection, REVOKE, LeaseRequest(ID=lease), LeaseRevokeResponse, deadline, repeatable=True
    )


def time_to_live(
    connection: Connection, lease: int, deadline: Deadline, *, keys: bool = False
) -> LeaseTimeToLiveResponse:
    """Return a lease's time to live, and its keys. An unknown lease is not an error."""
    request = LeaseTimeToLiveRequest(ID=lease, keys=keys)
    return call(
        connection, TIME_TO_LIVE, request, LeaseTimeToLiveResponse, deadline, repeatable=True
    )


def leases(connection: Connection, deadline: Deadline) -> LeasesResponse:
    """List all leases."""
    return call(connection, LEASES, LeasesRequest(), LeasesResponse, deadline, repeatable=True)


class Renewals:
    """Renews one lease by a stream that stays open until ``close()``.

    The stream is not half-closed after its request: etcd's grpc-proxy would cancel the renewal.
    """

    def __init__(self, connection: Connection, lease: int) -> None:
        self._connection = connection
        self._lease = lease
        self._exchange: Exchange | None = None

    def renew(self, deadline: Deadline) -> LeaseKeepAliveResponse:
        """Renew the lease. An unknown lease is not an error: its time to live is 0."""
        request = LeaseRequest(ID=self._lease).encode()
        self._connection.check_request(KEEP_ALIVE, request)
        try:
            if self._exchange is None:
                self._exchange = self._connection.exchange(KEEP_ALIVE, deadline)
            self._exchange.send(request)
            data = self._exchange.first(deadline, self._connection.too_late)
        except PyetcdctlError:
            self.close()
            raise
        response = decoded(LeaseKeepAliveResponse, data, deadline)
        if self._lease != response.ID:
            raise ResponseMakesNoSense(f"lease {response.ID:x} was renewed, not {self._lease:x}")
        return response

    def close(self) -> None:
        """End the stream; a later renewal opens another."""
        if self._exchange is not None:
            self._exchange.close()
            self._exchange = None


def renew(renewals: Renewals, connection: Connection, deadline: Deadline) -> LeaseKeepAliveResponse:
    """Renew a lease for the first time, failing over while no server responds."""
    while True:
        try:
            return renewals.renew(deadline)
        except CallFailed as error:
            if error.code not in ("UNAVAILABLE", "UNAUTHENTICATED") or deadline.expired:
                raise
            if error.details == NO_LEADER and len(connection.endpoints) == 1:
                raise  # as etcdctl does: no other member is known that may have a leader
            connection.leave_endpoint()
            connection.log_in_again()
            sleep(min(RETRY_SECONDS, deadline.remaining() or RETRY_SECONDS))


def renew_once(connection: Connection, lease: int, deadline: Deadline) -> LeaseKeepAliveResponse:
    """Renew a lease; an unknown lease is an error."""
    with closing(Renewals(connection, lease)) as renewals:
        response = renew(renewals, connection, deadline)
    if response.TTL <= 0:
        raise CallFailed(LEASE_NOT_FOUND, code="NOT_FOUND")
    return response
