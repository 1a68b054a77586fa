"""A bound on each silence of a call with many responses, where gRPC only bounds the whole of it."""

from __future__ import annotations

from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING

import grpc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.client.deadline import Deadline


def patiently(call: grpc.Call, deadline: Deadline, patience: float) -> Iterator[bytes]:
    """Yield a call's messages: the first by the deadline, each other within ``patience`` seconds.

    Raises TimeoutError. The time that the consumer takes for a message does not count.
    """
    watch = _Watch(call, patience)
    watch.until = deadline.end
    watch.start()
    try:
        while True:
            message = next(call, None)
            watch.until = None
            if message is None:
                return
            yield message
            watch.until = monotonic() + patience
    except grpc.RpcError as error:
        raise (TimeoutError() if watch.has_fired else error) from None
    finally:
        watch.ended.set()


class _Watch(Thread):
    """Cancels the call when the moment ``until`` has come; None while no caller waits."""

    def __init__(self, call: grpc.Call, patience: float) -> None:
        super().__init__(daemon=True)
        self.until: float | None = None
        self.ended = Event()
        self.has_fired = False
        self._call = call
        self._patience = patience

    def run(self) -> None:
        """Sleep from one moment to the next that was set meanwhile."""
        left = 0.0
        while not self.ended.wait(left):
            until = self.until
            left = self._patience if until is None else until - monotonic()
            if left <= 0:
                self.has_fired = True
                self._call.cancel()
                return
