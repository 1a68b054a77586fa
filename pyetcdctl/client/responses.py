"""Wait for responses of calls under way: one response, or a stream with a limit for each wait."""

from __future__ import annotations

from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING

import grpc

from pyetcdctl.errors import ResponseMakesNoSense

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyetcdctl.client.deadline import Deadline


class PendingResponse:
    """The response of a call that is under way."""

    def __init__(self, pending: grpc.Future, recover: Callable[[grpc.RpcError], bytes]) -> None:
        self._pending = pending
        self._recover = recover

    def result(self) -> bytes:
        """Wait for the response. Raises our error for the call's failure."""
        try:
            response: bytes = self._pending.result()
        except grpc.RpcError as error:
            return self._recover(error)
        return checked(response)

    def when_done(self, call: Callable[[], None]) -> None:
        """Call ``call`` once the response is received, in gRPC's thread, which must not block."""
        self._pending.add_done_callback(lambda _: call())

    def cancel(self) -> None:
        """Cancel the call."""
        self._pending.cancel()


def checked(message: bytes | None) -> bytes:
    """Return a message; a server may end a call with success and send none."""
    if message is None:
        raise ResponseMakesNoSense("the server reported success and sent no message")
    return message


def messages_of(
    call: grpc.Call, deadline: Deadline, patience: float | None
) -> Iterator[bytes] | grpc.Call:
    """Return a call's messages; ``patience`` limits each wait for one, in seconds."""
    if patience is None:
        return call

    return patiently(call, deadline, patience)


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
    """Cancels the call at the time ``until``; None while no caller waits."""

    def __init__(self, call: grpc.Call, patience: float) -> None:
        super().__init__(daemon=True)
        self.until: float | None = None
        self.ended = Event()
        self.has_fired = False
        self._call = call
        self._patience = patience

    def run(self) -> None:
        """Sleep until ``until``, which may be set to a later time meanwhile."""
        left = 0.0
        while not self.ended.wait(left):
            until = self.until
            left = self._patience if until is None else until - monotonic()
            if left <= 0:
                self.has_fired = True
                self._call.cancel()
                return
