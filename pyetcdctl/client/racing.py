"""Connecting to several endpoints so that neither a dead nor a silent one costs visible time.

The first endpoint has a head start; the next is begun when it fails or has said nothing for a
while. Connections race, never calls, so that no request can arrive twice. A server counts as
reached when its HTTP/2 settings have come: a stopped process whose kernel still accepts does not.
"""

from __future__ import annotations

from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

import grpc

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyetcdctl.client.deadline import Deadline

HEAD_START_SECONDS = 0.1


class Race:
    """A race between channels; the one that becomes ready first wins."""

    def __init__(self, openers: Sequence[Callable[[], grpc.Channel]]) -> None:
        self._openers = openers
        self._running: list[tuple[grpc.Channel, Callable[[grpc.ChannelConnectivity], None]]] = []
        self._events: SimpleQueue[tuple[int, grpc.ChannelConnectivity]] = SimpleQueue()
        self.failed: set[int] = set()

    def winner(self, deadline: Deadline, *, patient: bool) -> tuple[int, grpc.Channel] | None:
        """Return the first ready channel and its number; None when the deadline passes.

        An impatient call also returns None once every endpoint has failed. The channels keep
        trying by themselves, so that it can be called again, patiently.
        """
        while patient or len(self.failed) < len(self._openers):
            event = self._next_event(deadline)
            if event is None:
                if deadline.expired:
                    return None
                continue
            number, state = event
            if state is grpc.ChannelConnectivity.READY:
                return number, self._running[number][0]
            if state is grpc.ChannelConnectivity.TRANSIENT_FAILURE:
                self.failed.add(number)
        return None

    def end(self) -> None:
        """Stop listening. Channels that lost end with their last reference.

        They are not closed: gRPC's listening threads fail loudly on a closed channel.
        """
        for channel, listener in self._running:
            channel.unsubscribe(listener)
        self._running.clear()

    def _next_event(self, deadline: Deadline) -> tuple[int, grpc.ChannelConnectivity] | None:
        """Wait for news; begin the next endpoint when those begun have failed or stay silent."""
        unbegun = len(self._openers) - len(self._running)
        if unbegun and len(self.failed) == len(self._running):
            self._begin()
            unbegun -= 1
        patience = deadline.within(HEAD_START_SECONDS) if unbegun else deadline
        try:
            return self._events.get(timeout=patience.remaining())
        except Empty:
            if unbegun and not deadline.expired:
                self._begin()
            return None

    def _begin(self) -> None:
        number = len(self._running)

        def report(state: grpc.ChannelConnectivity) -> None:
            self._events.put((number, state))

        channel = self._openers[number]()
        self._running.append((channel, report))
        channel.subscribe(report, try_to_connect=True)
