"""What comes back from a call that was started and not waited for: one response, or many."""

from __future__ import annotations

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
        """Wait for the response. Raises what the call's failure means."""
        try:
            answer: bytes = self._pending.result()
        except grpc.RpcError as error:
            return self._recover(error)
        return checked(answer)

    def when_done(self, call: Callable[[], None]) -> None:
        """Run ``call`` when the response is here, on a thread of gRPC's, which may not wait."""
        self._pending.add_done_callback(lambda _: call())

    def cancel(self) -> None:
        """Give the call up."""
        self._pending.cancel()


def checked(message: bytes | None) -> bytes:
    """Return a message; a server may end a call with success and send none."""
    if message is None:
        raise ResponseMakesNoSense("the server reported success and sent no message")
    return message


def messages_of(
    call: grpc.Call, deadline: Deadline, patience: float | None
) -> Iterator[bytes] | grpc.Call:
    """Return a call's messages, with ``patience`` each within so many seconds of being wanted."""
    if patience is None:
        return call
    from pyetcdctl.client.patience import patiently

    return patiently(call, deadline, patience)
