"""Connect to several endpoints without a visible delay where one is down or does not respond.

The first endpoint has a head start; the next one is tried when it fails or has not responded for a
while. gRPC's own health check is sent to each, never the caller's request, so that no request can
arrive twice. Any response counts, also that of a server without that service; a stopped process,
whose kernel still accepts connections, gives none.

gRPC's subscription to a channel's connectivity would need no call, but its thread blocks the
closing of the channel and the exit of the interpreter.
"""

from __future__ import annotations

from queue import Empty, SimpleQueue
from time import sleep
from typing import TYPE_CHECKING

import grpc

from pyetcdctl.client.status import code_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyetcdctl.client.deadline import Deadline

HEAD_START_SECONDS = 0.1
PAUSE_SECONDS = 0.025
HEALTH_METHOD = "/grpc.health.v1.Health/Check"
UNREACHED = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED"})


class Race:
    """A race between endpoints; the first that responds wins."""

    def __init__(self, openers: Sequence[Callable[[], grpc.Channel]]) -> None:
        self._openers = openers
        self._channels: list[grpc.Channel] = []
        self._pending: dict[int, grpc.Future] = {}
        self._finished: SimpleQueue[tuple[int, grpc.Future]] = SimpleQueue()

    def winner(self, deadline: Deadline, *, patient: bool = False) -> int | None:
        """Return the index of the first endpoint that responds.

        None where all have failed, or the deadline has passed. A patient check waits for a
        connection until the deadline.
        """
        while patient or self._pending or len(self._channels) < len(self._openers):
            if not self._pending:
                self._retry_check(deadline) if patient else self._begin(deadline)
            won = self._first_to_finish(deadline)
            if won is not None or deadline.expired:
                return won
        return None

    def end(self) -> None:
        """Cancel the health checks under way."""
        for check in self._pending.values():
            check.cancel()
        while self._pending:
            number, _ = self._finished.get()
            del self._pending[number]

    def _first_to_finish(self, deadline: Deadline) -> int | None:
        """Wait for one health check to finish; if that takes long, start the next endpoint's."""
        more = len(self._channels) < len(self._openers)
        patience = deadline.within(HEAD_START_SECONDS) if more else deadline
        try:
            number, check = self._finished.get(timeout=patience.remaining())
        except Empty:
            if more and not deadline.expired:
                self._begin(deadline)
            return None
        del self._pending[number]
        error = check.exception()
        return None if isinstance(error, grpc.Call) and code_name(error) in UNREACHED else number

    def _begin(self, deadline: Deadline) -> None:
        self._channels.append(self._openers[len(self._channels)]())
        self._start_check(len(self._channels) - 1, deadline, patient=False)

    def _retry_check(self, deadline: Deadline) -> None:
        sleep(PAUSE_SECONDS)
        for number in range(len(self._channels)):
            self._start_check(number, deadline, patient=True)

    def _start_check(self, number: int, deadline: Deadline, *, patient: bool) -> None:
        call = self._channels[number].unary_unary(HEALTH_METHOD)
        check = call.future(b"", timeout=deadline.remaining(), wait_for_ready=patient)
        self._pending[number] = check
        check.add_done_callback(lambda done: self._finished.put((number, done)))
