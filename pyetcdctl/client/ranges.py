"""Ranges of any size, a page at a time, at one revision.

Invariant: every entry comes from the revision that the first answer named, each exactly once and in
the order asked for. What cannot be cut into pages (custom orders, revision filters: the server
sorts and filters the whole range) is read with one call. A lost server or a compaction in the
middle raises; a reading that ends without raising is whole. Reading a single key loads nothing of
what pages need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.errors import AnswerMakesNoSense, CallFailed, MethodUnknown
from pyetcdctl.rpc.kv import BY_KEY, NO_ORDER, RANGE, RangeRequest, ResponseHeader
from pyetcdctl.rpc.range_page import RangePage
from pyetcdctl.rpc.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.range_rest import RangeRest

SMALL_LIMIT = 16
"""Up to so many keys are read with one plain call."""

PART_KEYS = 16_384
ANSWER_BYTES = 16 << 20
"""Larger answers are refused, and asked for again in smaller pages."""

MOST_RESUMPTIONS = 5
"""How often a stream is taken up again without a single key having come."""


class RangeReading:
    """The answer to a RangeRequest, page by page; ``timeout`` seconds bound every wait for one.

    ``header`` is there from the start; ``count`` and ``more`` are final when ``pages()`` has ended.
    Making a reading waits for its first page, so that what is wrong with the request raises here.
    """

    def __init__(
        self,
        connection: Connection,
        request: RangeRequest,
        timeout: float,
        *,
        stream: bool = False,
    ) -> None:
        """``stream`` insists on RangeStream, which is otherwise used where it is known."""
        self.request = request
        self.header = ResponseHeader()
        self.count = 0
        self.more = False
        self._unlimited = connection
        self._connection = connection
        self._timeout = timeout
        self._insists = stream
        self._source = self._pages(Deadline.after(timeout))
        self._first = next(self._source, None)

    def pages(self) -> Iterator[RangePage]:
        """Yield every page once; none is empty."""
        if self._first is not None:
            page, self._first = self._first, None
            yield page
            del page
            yield from self._source

    def _pages(self, deadline: Deadline) -> Iterator[RangePage]:
        try:
            if self._insists or self._is_pageable():
                yield from self._in_pages(deadline)
            else:
                yield from self._at_once(deadline)
        except WireError as error:
            raise AnswerMakesNoSense(error) from error

    def _is_pageable(self) -> bool:
        asked = self.request
        filters = (
            asked.min_mod_revision,
            asked.max_mod_revision,
            asked.min_create_revision,
            asked.max_create_revision,
        )
        in_key_order = asked.sort_order == NO_ORDER and asked.sort_target == BY_KEY
        is_long = asked.range_end and not asked.count_only and not 0 < asked.limit <= SMALL_LIMIT
        return bool(is_long) and in_key_order and not any(filters)

    def _at_once(self, deadline: Deadline) -> Iterator[RangePage]:
        request = self.request.encode()
        answer = self._connection.unary(RANGE, request, deadline=deadline, repeatable=True)
        page = RangePage.parse(answer)
        self.header = page.header or self.header
        self.count, self.more = page.count, page.more
        yield from page.parts(PART_KEYS)

    def _in_pages(self, deadline: Deadline) -> Iterator[RangePage]:
        from pyetcdctl.client.range_rest import RangeRest

        limit = self._connection.settings.max_receive_bytes
        if not 0 < limit <= ANSWER_BYTES:
            self._connection = self._connection.receiving_at_most(ANSWER_BYTES)
        self.header = self._current_header(deadline)
        rest = RangeRest(self.request, self.header)
        for page in self._rest_by_best_means(rest, deadline):
            if len(page):
                yield page
        rest.check_whole()
        self.count, self.more = rest.count, rest.more

    def _rest_by_best_means(self, rest: RangeRest, deadline: Deadline) -> Iterator[RangePage]:
        from pyetcdctl.client.range_pages import PageReader, is_too_large

        try:
            yield from self._streamed(rest, deadline)
        except MethodUnknown:
            if self._insists:
                raise
        except CallFailed as error:
            if not is_too_large(error):
                raise
        if not rest.is_done:
            if rest.read:
                deadline = Deadline.after(self._timeout)
            reader = PageReader(self._connection, self._unlimited, rest, self._timeout)
            yield from reader.pages(deadline)

    def _streamed(self, rest: RangeRest, deadline: Deadline) -> Iterator[RangePage]:
        """Yield the rest by RangeStream; one that breaks goes on behind the last key."""
        from pyetcdctl.client.range_stream import stream_pages

        fruitless = 0
        while not rest.is_done:
            read = rest.read
            try:
                yield from stream_pages(self._connection, rest, deadline, self._timeout)
            except CallFailed as error:
                fruitless = fruitless + 1 if rest.read == read else 0
                if error.code != "UNAVAILABLE" or fruitless > MOST_RESUMPTIONS:
                    raise
                deadline = Deadline.after(self._timeout)
                rest.check_cluster(self._current_header(deadline))

    def _current_header(self, deadline: Deadline) -> ResponseHeader:
        """Ask for the header that an answer has now; this costs the server no reading."""
        asked = self.request
        request = RangeRequest(
            key=asked.key,
            revision=asked.revision,
            serializable=asked.serializable,
            count_only=True,
        )
        answer = self._connection.unary(RANGE, request.encode(), deadline=deadline, repeatable=True)
        return RangePage.parse(answer).header or ResponseHeader()
