"""A range by one call with many responses (RangeStream, etcd 3.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.errors import CallFailed
from pyetcdctl.rpc.kv import RANGE_STREAM
from pyetcdctl.rpc.range_page import RangePage
from pyetcdctl.rpc.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.deadline import Deadline
    from pyetcdctl.client.range_rest import RangeRest


def stream_pages(
    connection: Connection, rest: RangeRest, deadline: Deadline, timeout: float
) -> Iterator[RangePage]:
    """Yield the rest; the first page comes by the deadline, each other within the timeout."""
    request = rest.request(rest.next_key, rest.range_end, rest.limit).encode()
    read_before = rest.read
    messages = connection.stream(RANGE_STREAM, request, deadline=deadline, patience=timeout)
    for message in messages:
        page = RangePage.parse_chunk(message)
        if not len(page) and page.header is None:
            raise WireError("a chunk of a range is empty")
        if 0 < rest.limit < len(page):
            page = next(page.parts(rest.limit))  # kine may send a key more than it was asked for
        rest.take(page, rest.range_end)
        # The last chunk, and no other, carries the header, and the count of the whole stream.
        if page.header is not None:
            rest.count = read_before + page.count
            rest.is_done = True
        yield page
    if not rest.is_done:
        raise CallFailed(
            "the server ended the stream before the end of the range", code="DATA_LOSS"
        )
