"""Calls with one message each way: encode the request, decode the response, check both."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from pyetcdctl.client.status import deadline_exceeded
from pyetcdctl.errors import ResponseMakesNoSense
from pyetcdctl.rpc.wire import Message, WireError

if TYPE_CHECKING:
    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.deadline import Deadline
    from pyetcdctl.client.login import Metadata

Response = TypeVar("Response")
GRACE_SECONDS = 1.0
"""Time to decode a response that arrives just before the deadline."""


def call(
    connection: Connection,
    method: str,
    request: Any,
    kind: type[Response],
    deadline: Deadline,
    *,
    repeatable: bool = False,
    metadata: Metadata = (),
) -> Response:
    """Make a call and decode its response.

    Request and response are messages of ``rpc``, or of the protobuf package. Raises
    ResponseMakesNoSense.
    """
    sent = encoded(request)
    if metadata:
        data = connection.unary(
            method, sent, deadline=deadline, repeatable=repeatable, metadata=metadata
        )
    else:
        data = connection.unary(method, sent, deadline=deadline, repeatable=repeatable)
    return decoded(kind, data, deadline)


def encoded(request: Any) -> bytes:
    """Return a message's bytes."""
    data: bytes = request.encode() if isinstance(request, Message) else request.SerializeToString()
    return data


def decoded(kind: type[Response], data: bytes, deadline: Deadline) -> Response:
    """Decode a response. Raises ResponseMakesNoSense, and DeadlineExceeded if that takes long."""
    try:
        if issubclass(kind, Message):
            return kind.decode(data, checked=_deadline_check(len(data), deadline))
    except WireError as error:
        raise ResponseMakesNoSense(error) from error
    from google.protobuf.message import DecodeError

    try:
        message: Response = kind.FromString(data)  # type: ignore[attr-defined]
    except DecodeError as error:
        raise ResponseMakesNoSense(error) from error
    return message


def _deadline_check(size: int, deadline: Deadline) -> Any:
    """Return a function for the decoder to call, which raises once the deadline has passed."""
    if deadline.end is None:
        return None
    end = max(deadline.end, monotonic() + GRACE_SECONDS)

    def check() -> None:
        if monotonic() > end:
            raise deadline_exceeded(f"The response of {size:,} bytes cannot be decoded in time.")

    return check
