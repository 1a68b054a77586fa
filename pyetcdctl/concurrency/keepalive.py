"""Keep a lease alive: renew it when a third of its time has passed, until it is lost.

Renewals share a stream. Each may take a sixth of the lease's time; when a server does not respond
another is tried, so that a frozen member costs no lease. A lease certainly exists until its TTL has
passed since the last renewal was sent, and counts as lost then.
"""

from __future__ import annotations

from contextlib import closing
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple, Protocol

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.lease import Renewals, renew
from pyetcdctl.errors import CallFailed, ConnectionFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.rpc.lease import LeaseKeepAliveResponse

PAUSE_SECONDS = 0.5
"""The shortest time between two attempts, as in etcdctl."""
SHORTEST_PATIENCE, LONGEST_PATIENCE = 0.5, 5.0
LONGEST_WAIT = 3600.0


class Bell(Protocol):
    """Something that ends a wait, such as an Event."""

    def wait(self, timeout: float) -> bool:
        """Wait; return whether it has rung."""


class Life(NamedTuple):
    """A lease's known TTL: when it was requested, and for how many seconds.

    ``response`` is the response with the TTL.
    """

    since: float
    ttl: int
    response: LeaseKeepAliveResponse | None = None

    @property
    def end(self) -> float:
        """The time until which the lease certainly exists."""
        return self.since + self.ttl

    @property
    def due(self) -> float:
        """The time of the next renewal."""
        return self.since + self.ttl / 3

    def patience(self, endpoints: int) -> Deadline:
        """Return the deadline of a renewal that is sent now.

        A single endpoint has all the time that is left: etcd's grpc-proxy responds when it renews
        the lease by its own clock, each third of the lease's time.
        """
        if endpoints == 1:
            return Deadline(self.end)
        seconds = min(max(self.ttl / 6, SHORTEST_PATIENCE), LONGEST_PATIENCE)
        return Deadline(min(monotonic() + seconds, self.end))


def renewals(connection: Connection, lease: int, stop: Bell) -> Iterator[LeaseKeepAliveResponse]:
    """Renew a lease at once and then in time; yield each response until it is lost.

    Raises the error of the first renewal if it fails within the command timeout.
    """
    since = monotonic()
    limit = Deadline.after(connection.settings.command_timeout)
    with closing(Renewals(connection, lease)) as stream:
        response = renew(stream, connection, limit)
        if response.TTL > 0:
            yield response
            life = Life(since, response.TTL)
            for renewed in _later(connection, stream, life, stop):
                if renewed.response is not None:
                    yield renewed.response


def later_renewals(connection: Connection, lease: int, life: Life, stop: Bell) -> Iterator[Life]:
    """Renew a lease in time, from now on; yield its new TTL until it is lost or the bell rings."""
    with closing(Renewals(connection, lease)) as stream:
        yield from _later(connection, stream, life, stop)


def _later(connection: Connection, stream: Renewals, life: Life, stop: Bell) -> Iterator[Life]:
    renewed = _renewed(connection, stream, life, stop)
    while renewed is not None and renewed.ttl > 0:
        yield renewed
        renewed = _renewed(connection, stream, renewed, stop)


def _renewed(connection: Connection, stream: Renewals, life: Life, stop: Bell) -> Life | None:
    """Renew a lease once when it is due; None if it has expired, or the bell rang."""
    attempt = life.due
    while not rings_before(stop, attempt) and monotonic() < life.end:
        since = monotonic()
        try:
            response = stream.renew(life.patience(len(connection.endpoints)))
        except (CallFailed, ConnectionFailed):
            # Retried after any failure: another server or a new token may help.
            connection.leave_endpoint()
            connection.log_in_again()
            attempt = since + PAUSE_SECONDS
        else:
            return Life(since, response.TTL, response)
    return None


def rings_before(stop: Bell, moment: float) -> bool:
    """Wait until a time, however far it is; return whether the bell rang before."""
    while (left := moment - monotonic()) > LONGEST_WAIT:
        if stop.wait(LONGEST_WAIT):
            return True
    return stop.wait(max(0.0, left))
