"""The load of ``check``: concurrent writes at a given rate, each one timed."""

from __future__ import annotations

from itertools import cycle
from math import nan, sqrt
from queue import SimpleQueue
from random import randrange
from threading import Event, Semaphore, Thread
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.client.each import call_each
from pyetcdctl.client.kv import read
from pyetcdctl.errors import ConnectionFailed, PyetcdctlError
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.rpc.kv import PUT, PutRequest, RangeRequest
from pyetcdctl.rpc.wire import append_varint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.deadline import Deadline
    from pyetcdctl.client.responses import PendingResponse

_CATCH_UP_SECONDS = 0.05
"""The longest delay of this program that is caught up; delays of a slow cluster are not."""


class Load(NamedTuple):
    """What to write, how many writes at the same time and until when; 0 is no limit."""

    prefix: bytes
    key_size: int
    value_size: int
    in_flight: int
    per_second: int = 0
    seconds: int = 0
    total: int = 0


class Figures(NamedTuple):
    """The results of the writes: their durations, and how often each error occurred."""

    latencies: list[float]
    errors: dict[str, int]
    seconds: float

    @property
    def per_second(self) -> float:
        """Successful writes a second."""
        return len(self.latencies) / self.seconds

    @property
    def slowest(self) -> float:
        """The longest time that a write took."""
        return max(self.latencies, default=0.0)

    @property
    def deviation(self) -> float:
        """The standard deviation of the times; not a number when nothing was written."""
        count = len(self.latencies)
        if not count:
            return nan
        mean = sum(self.latencies) / count
        return sqrt(sum((each - mean) ** 2 for each in self.latencies) / count)


class Workload:
    """Writes under way. ``stopped`` ends the sending early; pending responses are awaited."""

    def __init__(
        self, connections: list[Connection], load: Load, deadline: Callable[[], Deadline]
    ) -> None:
        """``deadline`` makes the time limit of one write."""
        self.stopped = Event()
        self.done = 0
        self._connections = connections
        self._load = load
        self._deadline = deadline
        self._places = Semaphore(load.in_flight)
        self._pending: SimpleQueue[tuple[PendingResponse, float] | None] = SimpleQueue()
        self._figures = Figures([], {}, 0.0)

    def run(self, on_write: Callable[[], None] = lambda: None) -> Figures:
        """Send everything, wait for the responses and return the results."""
        collector = Thread(target=self._collect, name="workload", daemon=True)
        collector.start()
        began = perf_counter()
        for request, connection in zip(self._requests(), cycle(self._connections), strict=False):
            self._places.acquire()
            self._send(request, connection)
            on_write()
        for _ in range(self._load.in_flight):
            self._places.acquire()
        self._pending.put(None)
        collector.join()
        return self._figures._replace(seconds=perf_counter() - began)

    def _requests(self) -> Iterator[bytes]:
        """Yield requests when they are due, until the load's end or ``stopped``."""
        load, value = self._load, bytes(self._load.value_size)
        now = due = monotonic()
        end = now + load.seconds
        number = 0
        while not (self.stopped.is_set() or (load.seconds and now >= end)):
            if load.total and number >= load.total:
                return
            if load.per_second and due > now and self.stopped.wait(min(due, end) - now):
                return
            now = monotonic()
            if load.per_second:
                due = max(due, now - _CATCH_UP_SECONDS) + 1 / load.per_second
            if not load.seconds or now < end:
                yield PutRequest(key=self._key(), value=value).encode()
            number += 1

    def _key(self) -> bytes:
        number = bytearray()
        append_varint(number, randrange(1 << 63) << 1)
        return self._load.prefix + bytes(number).ljust(self._load.key_size, b"\0")

    def _send(self, request: bytes, connection: Connection) -> None:
        began = perf_counter()
        try:
            pending = connection.future(PUT, request, deadline=self._deadline())
        except PyetcdctlError as error:
            self._count(error)
            self._places.release()
            return
        pending.when_done(lambda: self._pending.put((pending, perf_counter() - began)))

    def _collect(self) -> None:
        while (entry := self._pending.get()) is not None:
            pending, seconds = entry
            try:
                pending.result()
                self._figures.latencies.append(seconds)
            except PyetcdctlError as error:
                self._count(error)
            self.done += 1
            self._places.release()

    def _count(self, error: PyetcdctlError) -> None:
        errors = self._figures.errors
        errors[error.message] = errors.get(error.message, 0) + 1


def open_connections(
    connection: Connection, prefix: bytes, deadline: Callable[[], Deadline]
) -> tuple[list[Connection], bool]:
    """Return a connection to each endpoint that responds, and whether there are keys already."""
    key, end = prefix_range(prefix)
    request = RangeRequest(key=key, range_end=end, limit=1)
    has_keys = bool(read(connection, request, deadline()).kvs)
    endpoints = connection.endpoints
    if len(endpoints) == 1:
        return [connection], has_keys
    outcomes = call_each(
        connection,
        endpoints,
        lambda own: read(own, request, deadline()),
    )
    living = [outcome.endpoint for outcome in outcomes if outcome.failure is None]
    if not living:
        raise outcomes[0].failure or ConnectionFailed("no endpoint responds")
    return [connection.for_endpoint(endpoint) for endpoint in living], has_keys
