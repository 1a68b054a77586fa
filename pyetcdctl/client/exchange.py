"""A bidirectional stream of raw bytes; watches run on it.

The calls of etcd3's own methods, which bring messages and stubs, go through service.py.
"""

from __future__ import annotations

from queue import SimpleQueue
from threading import Event, Timer
from typing import TYPE_CHECKING

import grpc

from pyetcdctl.client.login import LEADER_WANTED
from pyetcdctl.client.status import CANCELED_TEXT
from pyetcdctl.errors import CallFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.client.deadline import Deadline
    from pyetcdctl.errors import PyetcdctlError


class Exchange:
    """``send`` sends a message, iteration receives; any thread may send or close.

    Iteration ends with a PyetcdctlError, also where the server ends the call without one.
    """

    def __init__(
        self,
        channel: grpc.Channel,
        method: str,
        metadata: tuple[tuple[str, str], ...],
        translate: Callable[[grpc.RpcError], PyetcdctlError],
    ) -> None:
        self._outbox: SimpleQueue[bytes | None] = SimpleQueue()
        self._translate = translate
        requests = iter(self._outbox.get, None)
        self._call = channel.stream_stream(method)(requests, metadata=(*metadata, LEADER_WANTED))

    def send(self, message: bytes) -> None:
        """Send a message; after the end of the stream it is dropped."""
        self._outbox.put(message)

    def __iter__(self) -> Exchange:
        return self

    def __next__(self) -> bytes:
        try:
            message: bytes = next(self._call)
        except StopIteration:
            raise CallFailed(CANCELED_TEXT, code="CANCELLED") from None
        except grpc.RpcError as error:
            raise self._translate(error) from error
        return message

    def first(self, deadline: Deadline, too_late: Callable[[], PyetcdctlError]) -> bytes:
        """Return the first message; raises ``too_late()`` if none comes by the deadline."""
        rung = Event()

        def ring() -> None:
            rung.set()
            self.close()

        alarm = Timer(deadline.remaining() or 0.0, ring)
        alarm.daemon = True
        alarm.start()
        try:
            return next(self)
        except CallFailed:
            if rung.is_set():
                raise too_late() from None
            raise
        finally:
            alarm.cancel()

    def close(self) -> None:
        """End the call, and gRPC's thread that sends for it."""
        self._call.cancel()
        self._outbox.put(None)
