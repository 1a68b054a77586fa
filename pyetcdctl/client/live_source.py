"""A running etcd as a source of keys. Owns its connection, and closes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.ranges import RangeReading
from pyetcdctl.errors import AnswerMakesNoSense, CallFailed
from pyetcdctl.rpc.kv import RANGE
from pyetcdctl.rpc.range_batch import TXN, encode_ranges, parse_ranges
from pyetcdctl.rpc.range_page import RangePage
from pyetcdctl.rpc.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.client.answers import Answer
    from pyetcdctl.client.connection import Connection
    from pyetcdctl.rpc.kv import RangeRequest

RANGES_PER_CALL = 64


class LiveSource:
    """The keys of a cluster, read through one connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @property
    def name(self) -> str:
        """The endpoint in use."""
        return self.connection.endpoint

    def range(self, request: RangeRequest, *, stream: bool = False) -> RangeReading:
        """Read a range of any size; the command timeout bounds each wait for a page."""
        timeout = self.connection.settings.command_timeout
        return RangeReading(self.connection, request, timeout, stream=stream)

    def ranges(
        self, requests: Sequence[RangeRequest], *, timeout_seconds: float | None = None
    ) -> list[RangePage]:
        """Return the responses to many small questions; a few calls are made at once.

        ``timeout_seconds`` bounds all of them together; without it the command timeout does.
        """
        if timeout_seconds is None:
            timeout_seconds = self.connection.settings.command_timeout
        deadline = Deadline.after(timeout_seconds)
        try:
            if len(requests) == 1:
                return [self._single(requests[0], deadline)]
            return self._batched(requests, deadline)
        except WireError as error:
            raise AnswerMakesNoSense(error) from error

    def close(self) -> None:
        """Close the connection's channels."""
        self.connection.close()

    def _batched(self, requests: Sequence[RangeRequest], deadline: Deadline) -> list[RangePage]:
        parts = [
            requests[at : at + RANGES_PER_CALL] for at in range(0, len(requests), RANGES_PER_CALL)
        ]
        pending = [self._start(part, deadline) for part in parts]
        pages: list[RangePage] = []
        for part, each in zip(parts, pending, strict=True):
            pages += self._pages(part, each, deadline)
        return pages

    def _start(self, part: Sequence[RangeRequest], deadline: Deadline) -> Answer:
        return self.connection.future(TXN, encode_ranges(part), deadline=deadline)

    def _pages(
        self, part: Sequence[RangeRequest], pending: Answer, deadline: Deadline
    ) -> list[RangePage]:
        """Return the responses. What cannot be had with one call is read one by one: a server may
        take few operations at once, or have gone away.
        """
        try:
            return parse_ranges(pending.result(), len(part))
        except CallFailed as error:
            if error.code not in ("UNAVAILABLE", "INVALID_ARGUMENT"):
                raise
        return [self._single(request, deadline) for request in part]

    def _single(self, request: RangeRequest, deadline: Deadline) -> RangePage:
        response = self.connection.unary(
            RANGE, request.encode(), deadline=deadline, repeatable=True
        )
        return RangePage.parse(response)
