"""A lease for as long as a lock or a leadership is held: granted, kept alive, revoked.

Invariant: after the session's ``with`` block its thread has ended and its lease is revoked, or no
server could be reached in time and the lease expires. Only the session's owner makes calls on its
connection; the thread has a connection of its own.
"""

from __future__ import annotations

from contextlib import suppress
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Self, TypeVar

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.lease import grant, revoke
from pyetcdctl.concurrency.keepalive import Life, later_renewals, rings_before
from pyetcdctl.concurrency.stopping import Stop, canceled
from pyetcdctl.errors import (
    CallFailed,
    ConnectionFailed,
    LeaseLost,
    PyetcdctlError,
    ResponseMakesNoSense,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from pyetcdctl.client.connection import Connection

DEFAULT_TTL = 60
ATTEMPT_SECONDS, PAUSE_SECONDS = 2.0, 0.1
PASSING = frozenset({"UNAVAILABLE", "INTERNAL", "DEADLINE_EXCEEDED", "UNAUTHENTICATED"})
"""Codes of failures after which another server, or a new token, may help."""

HASTY_SECONDS = 0.6
"""The time limit of the clean-up after a signal."""
FIRST_SHARE = 1 / 3
"""The part of the clean-up's time limit for the server in use, before another one is tried."""

Response = TypeVar("Response")


class LeaseSession:
    """A lease for a ``with`` block. ``stop`` is rung when it is lost."""

    def __init__(self, connection: Connection, ttl: int, stop: Stop) -> None:
        self.connection = connection
        self.lease = 0
        self.is_lost = False
        self._ttl = ttl if ttl > 0 else DEFAULT_TTL
        self._stop = stop
        self._over = Event()
        self._tidying: Deadline | None = None

    def __enter__(self) -> Self:
        if self._stop.has_rung:
            raise canceled()
        since = monotonic()
        limit = Deadline.after(self.connection.settings.command_timeout)
        granted = grant(self.connection, self._ttl, limit)
        if not granted.ID or granted.TTL <= 0:
            raise ResponseMakesNoSense(f"lease {granted.ID:x} was granted for {granted.TTL} s")
        self.lease = granted.ID
        self._renewing = self.connection.beside()
        self._life = Life(since, granted.TTL)
        self._threads = [Thread(target=each, daemon=True) for each in (self._keep, self._expire)]
        for thread, name in zip(self._threads, ("lease", "lease-end"), strict=True):
            thread.name = name
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._renewing.close()
        with suppress(PyetcdctlError):
            self.tidy(lambda limit: revoke(self.connection, self.lease, limit))
        for thread in self._threads:
            thread.join(HASTY_SECONDS)

    @property
    def stop(self) -> Stop:
        """The stop that ends all waiting: rung when the lease is lost, or by signals."""
        return self._stop

    def check(self, lost: str) -> None:
        """Raise if the session has ended; ``lost`` is the message for a lost lease."""
        if self.is_lost:
            raise LeaseLost(lost)
        if self._stop.has_rung:
            raise canceled()

    def hold(self, lost: str) -> None:
        """Wait until stopped. Raises LeaseLost with this message."""
        self._stop.wait()
        if self.is_lost:
            raise LeaseLost(lost)

    def call(self, make: Callable[[Deadline], Response]) -> Response:
        """Retry a repeatable call until a response arrives or the session is stopped."""
        return until_served(self.connection, self._stop, make)

    def tidy(self, make: Callable[[Deadline], Response]) -> Response:
        """Make a repeatable call of the clean-up; all of them share one time limit."""
        if self._tidying is None:
            patience = self.connection.settings.command_timeout
            self._tidying = Deadline.after(HASTY_SECONDS if self._stop.has_rung else patience)
        if self._tidying.expired or self._stop.is_urgent:
            raise canceled()
        if len(self.connection.endpoints) > 1:
            share = (self._tidying.remaining() or 0.0) * FIRST_SHARE
            with suppress(CallFailed, ConnectionFailed):
                return make(Deadline.after(share))
            self.connection.leave_endpoint()
        return make(self._tidying)

    def _keep(self) -> None:
        """Renew the lease until it does not exist any more, or the block ends."""
        try:
            for life in later_renewals(self._renewing, self.lease, self._life, self._over):
                self._life = life
        except ValueError:  # raised by gRPC for a channel that __exit__ has closed
            if not self._over.is_set():
                raise
        self._lose()

    def _expire(self) -> None:
        """Report the expiry of the lease, even while a renewal is pending."""
        while not rings_before(self._over, self._life.end):
            if monotonic() >= self._life.end:
                self._lose()
                return

    def _lose(self) -> None:
        if not self._over.is_set() and not self.is_lost:
            self.is_lost = True
            self._stop.ring()


def until_served(
    connection: Connection, stop: Stop, make: Callable[[Deadline], Response]
) -> Response:
    """Retry a repeatable call until a server responds or the session is stopped."""
    while True:
        try:
            return make(Deadline.after(ATTEMPT_SECONDS))
        except (CallFailed, ConnectionFailed) as error:
            fail_over_after(connection, stop, error)


def fail_over_after(connection: Connection, stop: Stop, error: PyetcdctlError) -> None:
    """Fail over to another server after a transient failure; raise any other."""
    failure = error if isinstance(error, CallFailed) else error.__cause__
    if not isinstance(failure, CallFailed) or failure.code not in PASSING or stop.has_rung:
        raise error
    connection.leave_endpoint()
    connection.log_in_again()
    stop.wait(PAUSE_SECONDS)
