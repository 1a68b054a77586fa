"""Watches over one stream, which reconnects, failing over if need be, when its server is lost.

Invariant: a watch yields every event from its start on, each once and in order. ``next_revision``
of a watch is the first revision that it has not yielded; a new stream starts there. It advances
when a complete response was yielded: all events of a revision are in one response, or in fragments
that are joined here.
"""

from __future__ import annotations

from collections import deque
from threading import Condition
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.status import COMPACTED, INVALID_TOKEN, LEARNER, OLD_AUTH_REVISION
from pyetcdctl.client.tokens import MOST_RENEWALS
from pyetcdctl.concurrency.one_watch import Watch, nonsense
from pyetcdctl.errors import CallFailed, ConnectionFailed, DeadlineExceeded
from pyetcdctl.rpc.watch import (
    NO_WATCH,
    WATCH,
    WatchCreateRequest,
    WatchProgressRequest,
    WatchRequest,
    WatchResponse,
)
from pyetcdctl.rpc.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.exchange import Exchange
    from pyetcdctl.errors import PyetcdctlError

FUTURE_REVISION = "etcdserver: mvcc: required revision is a future revision"
LOSSES = frozenset({"UNAVAILABLE", "INTERNAL", "CANCELLED", "DEADLINE_EXCEEDED"})
"""Codes that end a stream but not its watches: another server may resume them."""

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0
LOSSES_BEFORE_TELLING = 2
"""The number of consecutive failures: that of the stream, and that of the search for another
server.
"""
SHORT_SECONDS = 2.0
MOST_SHORT_STREAMS = 3
"""How many consecutive streams may end within so many seconds before that counts as an outage."""


class Received(NamedTuple):
    """A response for the watch ``number``; ``reason`` is why it ended, empty while it is active."""

    number: int
    response: WatchResponse
    reason: str = ""


class Watching:
    """Several watches. One thread iterates over ``received()``; any thread may add watches, request
    progress and close.

    ``report`` is called with the failure when no server can be found for a stream that was lost,
    and with None when one has been; ``created`` with the store's revision when a watch begins.
    """

    def __init__(
        self,
        connection: Connection,
        report: Callable[[PyetcdctlError | None], None] = lambda failure: None,
        created: Callable[[int], None] = lambda revision: None,
    ) -> None:
        self._connection = connection
        self._report = report
        self._created = created
        self._losses = 0
        self._short_streams = 0
        self._opened_at = 0.0
        self._has_told = False
        self._changed = Condition()
        self._watches: dict[int, Watch] = {}
        self._next_number = 0
        self._asks_progress = False
        self._failure: PyetcdctlError | None = None
        self._closed = False
        self._exchange: Exchange | None = None
        self._creating: deque[int] = deque()
        self._by_id: dict[int, int] = {}
        self._has_started = False
        self._start_limit: Deadline | None = None
        self._pause = FIRST_PAUSE
        self._logins = 0

    def add(self, request: WatchCreateRequest) -> int:
        """Start a watch and return its number, which all its responses carry."""
        with self._changed:
            number = self._next_number
            self._next_number += 1
            self._watches[number] = watch = Watch(request)
            if self._exchange is not None:
                self._creating.append(number)
                self._exchange.send(watch.create_request())
            self._changed.notify()
            return number

    def request_progress(self) -> None:
        """Request a response for every watch with the server's revision."""
        with self._changed:
            if self._exchange is not None:
                self._exchange.send(_PROGRESS)
            self._asks_progress = self._exchange is None
            self._changed.notify()

    def close(self, failure: PyetcdctlError | None = None) -> None:
        """End all watches; ``received()`` raises the failure, if there is one."""
        with self._changed:
            self._failure = failure
            self._closed = True
            if self._exchange is not None:
                self._exchange.close()
            self._changed.notify()

    def received(self) -> Iterator[Received]:
        """Yield the responses of the watches until ``close()``.

        Raises the error of the first stream if it cannot be opened within the command timeout.
        """
        while self._waits_for_work():
            try:
                yield from self._read(self._open())
            except CallFailed as error:
                yield from self._lost(error)
            except ConnectionFailed as error:
                if not self._has_started or not isinstance(error.__cause__, CallFailed):
                    raise
                yield from self._lost(error.__cause__)

    def _waits_for_work(self) -> bool:
        """Wait for a watch or a progress request; return false after ``close()``."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._watches or self._asks_progress)
            if self._failure is not None:
                raise self._failure
            return not self._closed

    def _open(self) -> Exchange:
        """Open a stream and create all watches on it, each from its next revision."""
        exchange = self._connection.exchange(WATCH, self._limit())
        self._opened_at = monotonic()
        with self._changed:
            self._exchange = exchange
            self._by_id = {}
            self._creating = deque(self._watches)
            for watch in self._watches.values():
                exchange.send(watch.create_request())
            if self._asks_progress:
                exchange.send(_PROGRESS)
            self._asks_progress = False
            # Checked last: a signal's handler may call close() even within this block.
            if self._closed:
                exchange.close()
        return exchange

    def _limit(self) -> Deadline:
        """Return the deadline to find a server: at the start, one deadline for all steps."""
        if self._has_started or self._start_limit is None:
            self._start_limit = Deadline.after(self._connection.settings.command_timeout)
        return self._start_limit

    def _read(self, exchange: Exchange) -> Iterator[Received]:
        if not self._has_started and self._watches:
            first = exchange.first(self._limit(), self._connection.too_late)
            self._has_started = True
            yield from self._take(_parsed(first))
        self._has_started = True
        for message in exchange:
            yield from self._take(_parsed(message))

    def _take(self, response: WatchResponse) -> Iterator[Received]:
        if response.created:
            if not self._creating:
                raise nonsense("a watch was created that was not asked for")
            yield from self._take_created(self._creating.popleft(), response)
            return
        self._end_outage()
        if response.is_progress and response.watch_id == NO_WATCH:
            yield from [Received(number, response) for number in self._by_id.values()]
            return
        number = self._by_id.get(response.watch_id, NO_WATCH)
        watch = self._watches.get(number)
        whole = watch.whole(response) if watch is not None else None
        if watch is None or whole is None:
            return
        if whole.canceled or whole.compact_revision:
            yield self._ended(number, whole, _reason(whole))
        elif watch.advance(whole):
            yield Received(number, whole)

    def _take_created(self, number: int, response: WatchResponse) -> Iterator[Received]:
        if response.canceled:
            if self._may_log_in_for(response.cancel_reason) or LEARNER in response.cancel_reason:
                raise CallFailed(response.cancel_reason, code="UNAVAILABLE")
            # etcdctl shows only that a watch was refused.
            yield self._ended(number, _refusal(), response.cancel_reason)
            return
        self._by_id[response.watch_id] = number
        self._watches[number].advance(response)
        self._created(response.header.revision)
        self._logins = 0
        # A server that ends each stream at once counts as unavailable.
        if self._short_streams < MOST_SHORT_STREAMS:
            self._end_outage()

    def _end_outage(self) -> None:
        self._losses, self._pause = 0, FIRST_PAUSE
        if self._has_told:
            self._has_told = False
            self._report(None)

    def _may_log_in_for(self, reason: str) -> bool:
        """Whether a watch was refused for a token that expired meanwhile."""
        self._logins += 1
        credentials = self._connection.settings.credentials
        is_stale = any(words in reason for words in (INVALID_TOKEN, OLD_AUTH_REVISION))
        return is_stale and bool(credentials.user) and self._logins < MOST_RENEWALS

    def _ended(self, number: int, response: WatchResponse, reason: str) -> Received:
        with self._changed:
            del self._watches[number]
        self._by_id = {key: value for key, value in self._by_id.items() if value != number}
        return Received(number, response, reason)

    def _lost(self, error: CallFailed) -> Iterator[Received]:
        """After a stream's end, return if its watches may be resumed on another server; else end
        them.
        """
        with self._changed:
            exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.close()
            was_short = monotonic() - self._opened_at < SHORT_SECONDS
            self._short_streams = self._short_streams + 1 if was_short else 0
        if self._closed:
            return
        if error.details == LEARNER and len(self._connection.endpoints) == 1:
            raise CallFailed(error.message, code=error.code, details=error.details) from error
        may_pass = error.code in LOSSES or error.details == LEARNER
        if not self._has_started and (isinstance(error, DeadlineExceeded) or not may_pass):
            raise error
        if not self._has_started and self._limit().expired:
            raise error
        if may_pass:
            self._losses += 1
            if self._losses >= LOSSES_BEFORE_TELLING and not self._has_told:
                self._has_told = True
                self._report(error)
            self._prepare_another()
        else:
            for number in list(self._watches):
                yield self._ended(number, _refusal(), error.message)

    def _prepare_another(self) -> None:
        """Fail over from the server that was lost, and back off."""
        self._connection.leave_endpoint()
        # Old servers refuse a watch for an expired token without naming the cause.
        self._connection.log_in_again()
        with self._changed:
            self._changed.wait_for(lambda: self._closed, self._pause)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)


_PROGRESS = WatchRequest(progress_request=WatchProgressRequest()).encode()


def _parsed(message: bytes) -> WatchResponse:
    try:
        return WatchResponse.parse(message)
    except WireError as error:
        raise nonsense(error) from error


def _refusal() -> WatchResponse:
    response = WatchResponse()
    response.canceled = True
    return response


def _reason(response: WatchResponse) -> str:
    if response.compact_revision:
        return COMPACTED
    return response.cancel_reason or FUTURE_REVISION
