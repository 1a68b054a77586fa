"""Ranges of any size, a page at a time, at one revision.

Invariant: every entry comes from the revision that the first response named, each exactly once and
in the order asked for. A range that cannot be divided into pages (custom orders, revision filters:
the server sorts and filters the whole range) is read with one call. A lost server or a compaction
in the middle raises; a reading that ends without raising is complete. Reading a single key imports
none of the modules for pages.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.range_checks import check_page, is_in_key_order
from pyetcdctl.client.response_limits import PAGE_RESPONSE_BYTES
from pyetcdctl.errors import CallFailed, MethodUnknown, ResponseMakesNoSense
from pyetcdctl.keyspace.ranges import NO_END
from pyetcdctl.rpc.kv import RANGE, RANGE_STREAM, RangeRequest, ResponseHeader
from pyetcdctl.rpc.range_page import RangePage
from pyetcdctl.rpc.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.range_rest import RangeRest

SMALL_LIMIT = 16
"""The most keys that are read with one plain call."""

PART_KEYS = 16_384
MOST_RESUMPTIONS = 5
"""How often a stream is resumed without a single key received."""


class RangeReading:
    """The response to a RangeRequest, page by page; ``timeout`` seconds bound every wait for one.

    ``header`` is there from the start; ``count`` and ``more`` are final when ``pages()`` has ended.
    Making a reading waits for its first page, so that errors of the request are raised here.
    """

    def __init__(
        self,
        connection: Connection,
        request: RangeRequest,
        timeout: float,
        *,
        stream: bool = False,
    ) -> None:
        """``stream`` requires RangeStream, which is otherwise used where the server supports it."""
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
            raise ResponseMakesNoSense(error) from error

    def _is_pageable(self) -> bool:
        asked = self.request
        is_long = asked.range_end and not asked.count_only and not 0 < asked.limit <= SMALL_LIMIT
        return bool(is_long) and is_in_key_order(asked)

    def _at_once(self, deadline: Deadline) -> Iterator[RangePage]:
        request = self.request
        page = self._ask(request, deadline)
        if not (page.header and page.header.cluster_id):
            from pyetcdctl.client.foreign_store import is_folder, of_all, single_key

            if not request.range_end:
                page = single_key(request, page)
            elif not is_folder(request) and is_in_key_order(self.request):
                yield from self._excerpt(page.header or self.header, deadline)
                return
            elif request.range_end == NO_END and not page.count:
                page = self._ask(of_all(request), deadline)
        check_page(page, request)
        self.header = page.header or self.header
        self.count, self.more = page.count, page.more
        yield from page.parts(PART_KEYS)

    def _in_pages(self, deadline: Deadline) -> Iterator[RangePage]:
        from pyetcdctl.client.foreign_store import is_folder, of_all
        from pyetcdctl.client.range_rest import RangeRest

        limit = self._connection.settings.max_receive_bytes
        if not 0 < limit <= PAGE_RESPONSE_BYTES:
            self._connection = self._connection.receiving_at_most(PAGE_RESPONSE_BYTES)
        self.header = self._current_header(deadline)
        rest = RangeRest(self.request, self.header)
        if not (rest.is_of_etcd or is_folder(self.request)):
            yield from self._excerpt(self.header, deadline)
            return
        yield from self._whole(rest, deadline)
        if not rest.is_of_etcd and not rest.read and self.request.range_end == NO_END:
            rest = RangeRest(of_all(self.request), self.header)
            yield from self._whole(rest, Deadline.after(self._timeout))
        self.count, self.more = rest.count, rest.more

    def _whole(self, rest: RangeRest, deadline: Deadline) -> Iterator[RangePage]:
        for page in self._rest_by_best_means(rest, deadline):
            if len(page):
                yield page
        rest.check_whole()

    def _excerpt(self, header: ResponseHeader, deadline: Deadline) -> Iterator[RangePage]:
        """Yield a range of a store that supports only whole folders."""
        from pyetcdctl.client.foreign_store import Excerpt
        from pyetcdctl.client.range_rest import RangeRest

        self.header = header
        excerpt = Excerpt(self.request)
        request = excerpt.folder_request()
        pages = self._rest_by_best_means(RangeRest(request, header), deadline)
        if request.key != self.request.key:
            alone = RangeRequest(key=self.request.key, revision=request.revision or header.revision)
            pages = chain([self._ask(alone, deadline)], pages)
        for page in pages:
            part = excerpt.cut(page)
            if len(part):
                yield part.without_values() if self.request.keys_only else part
            if excerpt.is_over:
                break
        self.count, self.more = excerpt.count, excerpt.more

    def _rest_by_best_means(self, rest: RangeRest, deadline: Deadline) -> Iterator[RangePage]:
        from pyetcdctl.client.range_pages import PageReader, is_too_large

        try:
            yield from self._streamed(rest, deadline)
        except MethodUnknown:
            if self._insists:
                raise
        except CallFailed as error:
            if not (is_too_large(error) and rest.is_divisible):
                raise
        if not rest.is_done:
            if rest.read:
                deadline = Deadline.after(self._timeout)
            reader = PageReader(self._connection, self._unlimited, rest, self._timeout)
            yield from reader.pages(deadline)

    def _streamed(self, rest: RangeRest, deadline: Deadline) -> Iterator[RangePage]:
        """Yield the rest by RangeStream; a stream that breaks is resumed after the last key."""
        fruitless = 0
        while not rest.is_done:
            read = rest.read
            try:
                yield from stream_pages(self._connection, rest, deadline, self._timeout)
            except CallFailed as error:
                fruitless = fruitless + 1 if rest.read == read else 0
                is_broken = error.code == "UNAVAILABLE" and (rest.is_divisible or not rest.read)
                if not is_broken or fruitless > MOST_RESUMPTIONS:
                    raise
                deadline = Deadline.after(self._timeout)
                rest.check_cluster(self._current_header(deadline))

    def _current_header(self, deadline: Deadline) -> ResponseHeader:
        """Request the present header; the server reads no key for it."""
        asked = self.request
        request = RangeRequest(
            key=asked.key,
            revision=asked.revision,
            serializable=asked.serializable,
            count_only=True,
        )
        return self._ask(request, deadline).header or ResponseHeader()

    def _ask(self, request: RangeRequest, deadline: Deadline) -> RangePage:
        return range_page(self._connection, request, deadline)


def range_page(connection: Connection, request: RangeRequest, deadline: Deadline) -> RangePage:
    """Make one call, without the options that a store does not support and that can be left out.
    etcd supports all.
    """
    try:
        data = connection.unary(RANGE, request.encode(), deadline=deadline, repeatable=True)
    except MethodUnknown:
        if not (request.keys_only or request.serializable):
            raise
    else:
        return RangePage.parse(data)
    from pyetcdctl.client.foreign_store import with_known_options

    plain = with_known_options(request).encode()
    page = RangePage.parse(connection.unary(RANGE, plain, deadline=deadline, repeatable=True))
    return page.without_values() if request.keys_only else page


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
