"""Connect to several endpoints so that neither a dead nor a silent one costs visible time.

The first endpoint has a head start; the next is begun when it fails or has not responded for a
while. What races is gRPC's own health check, never the caller's request, so that no request can
arrive twice. Any response counts, also that of a server without that service; a stopped process,
whose kernel still accepts connections, gives none.

gRPC's subscription to a channel's connectivity would need no call, but its listening thread
blocks the closing of the channel, and of the interpreter.
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
        """Return the number of the first endpoint that responds.

        None: all have failed, or time is over. A patient call lets them try until the deadline.
        """
        while patient or self._pending or len(self._channels) < len(self._openers):
            if not self._pending:
                self._ask_again(deadline) if patient else self._begin(deadline)
            won = self._first_to_finish(deadline)
            if won is not None or deadline.expired:
                return won
        return None

    def end(self) -> None:
        """Cancel the health checks under way."""
        for question in self._pending.values():
            question.cancel()
        while self._pending:
            number, _ = self._finished.get()
            del self._pending[number]

    def _first_to_finish(self, deadline: Deadline) -> int | None:
        """Wait for one health check to finish; if that takes long, begin with the next endpoint."""
        more = len(self._channels) < len(self._openers)
        patience = deadline.within(HEAD_START_SECONDS) if more else deadline
        try:
            number, question = self._finished.get(timeout=patience.remaining())
        except Empty:
            if more and not deadline.expired:
                self._begin(deadline)
            return None
        del self._pending[number]
        error = question.exception()
        return None if isinstance(error, grpc.Call) and code_name(error) in UNREACHED else number

    def _begin(self, deadline: Deadline) -> None:
        self._channels.append(self._openers[len(self._channels)]())
        self._ask(len(self._channels) - 1, deadline, patient=False)

    def _ask_again(self, deadline: Deadline) -> None:
        sleep(PAUSE_SECONDS)
        for number in range(len(self._channels)):
            self._ask(number, deadline, patient=True)

    def _ask(self, number: int, deadline: Deadline, *, patient: bool) -> None:
        call = self._channels[number].unary_unary(HEALTH_METHOD)
        question = call.future(b"", timeout=deadline.remaining(), wait_for_ready=patient)
        self._pending[number] = question
        question.add_done_callback(lambda done: self._finished.put((number, done)))
