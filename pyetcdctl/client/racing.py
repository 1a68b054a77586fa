"""Connecting to several endpoints so that neither a dead nor a silent one costs visible time.

The first endpoint has a head start; the next is begun when it fails or has said nothing for a
while. What races is gRPC's own health question, never the caller's request, so that no request can
arrive twice. Any answer counts, also that of a server which knows no such question; a stopped
process, whose kernel still accepts connections, gives none.

gRPC's subscription to a channel's connectivity would need no question, but its listening thread
blocks the closing of the channel, and of the interpreter.
"""

from __future__ import annotations

from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, NamedTuple

import grpc

from pyetcdctl.client.status import code_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyetcdctl.client.channels import Link
    from pyetcdctl.client.deadline import Deadline

HEAD_START_SECONDS = 0.1
HEALTH_METHOD = "/grpc.health.v1.Health/Check"
UNREACHED = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED"})


class Winner(NamedTuple):
    """The endpoint's number in the order of the race, and the link to it."""

    number: int
    link: Link


class Race:
    """A race between endpoints; the first that answers wins."""

    def __init__(self, openers: Sequence[Callable[[], Link]]) -> None:
        self._openers = openers
        self._links: list[Link] = []
        self._won: int | None = None
        self._pending: dict[int, grpc.Future] = {}
        self._finished: SimpleQueue[tuple[int, grpc.Future]] = SimpleQueue()

    def winner(self, deadline: Deadline, *, patient: bool = False) -> Winner | None:
        """Return the first endpoint that answers; None when all have failed or time is over.

        A patient call lets each endpoint try again until the deadline.
        """
        if patient:
            for number in range(len(self._links)):
                self._ask(number, deadline, patient=True)
        while self._pending or len(self._links) < len(self._openers):
            if not self._pending:
                self._begin(deadline)
            self._won = self._answered(deadline)
            if self._won is not None:
                return Winner(self._won, self._links[self._won])
            if deadline.expired:
                return None
        return None

    def end(self) -> None:
        """Withdraw the open questions and close the links that lost."""
        for question in self._pending.values():
            question.cancel()
        while self._pending:
            number, _ = self._finished.get()
            del self._pending[number]
        for number, link in enumerate(self._links):
            if number != self._won:
                link.close()

    def _answered(self, deadline: Deadline) -> int | None:
        """Wait for one question to finish; if that takes long, begin with the next endpoint."""
        more = len(self._links) < len(self._openers)
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
        self._links.append(self._openers[len(self._links)]())
        self._ask(len(self._links) - 1, deadline, patient=False)

    def _ask(self, number: int, deadline: Deadline, *, patient: bool) -> None:
        call = self._links[number].channel.unary_unary(HEALTH_METHOD)
        question = call.future(b"", timeout=deadline.remaining(), wait_for_ready=patient)
        self._pending[number] = question
        question.add_done_callback(lambda done: self._finished.put((number, done)))
