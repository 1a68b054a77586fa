"""Large ranges in pages at one pinned revision.

Invariant: every entry comes from the revision that the first answer named, each exactly once and in
the order asked for. What cannot be paged (custom orders, revision filters: the server sorts and
filters the whole range) is read with one call. A lost server or a compaction in the middle raises;
a reading that ends without raising is whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.rpc.kv import BY_KEY, NO_ORDER, RANGE, RangeRequest, ResponseHeader
from pyetcdctl.rpc.range_page import RangePage, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.client.connection import Connection

FIRST_PAGE_KEYS = 1_000
PAGE_KEYS = 20_000


class RangeReading:
    """The answer to a RangeRequest, page by page; ``timeout`` seconds bound each call.

    ``header`` and ``count`` come with the first page; ``more`` is final when ``pages()`` has ended.
    """

    def __init__(self, connection: Connection, request: RangeRequest, timeout: float) -> None:
        self.request = request
        self._connection = connection
        self._timeout = timeout
        first = self._call(self._first_request())
        self._first = first
        self.header = first.header or ResponseHeader()
        self.count = first.count
        self.more = first.more

    def pages(self) -> Iterator[RangePage]:
        """Yield every page once."""
        page = self._first
        read = len(page.entries)
        yield page
        while page.more and page.entries and read != self.request.limit and self._is_pageable():
            page = self._call(self._request_after(key_of(page.entries[-1]), read))
            read += len(page.entries)
            self.more = page.more
            yield page

    def _first_request(self) -> RangeRequest:
        if not self._is_pageable():
            return self.request
        limit = min(self.request.limit or FIRST_PAGE_KEYS, FIRST_PAGE_KEYS)
        return RangeRequest(**{**self.request.__dict__, "limit": limit})

    def _request_after(self, key: bytes, read: int) -> RangeRequest:
        left = self.request.limit - read if self.request.limit else PAGE_KEYS
        revision = self.request.revision or self.header.revision
        changes = {"key": key + b"\0", "revision": revision, "limit": min(left, PAGE_KEYS)}
        return RangeRequest(**{**self.request.__dict__, **changes})

    def _is_pageable(self) -> bool:
        asked = self.request
        plain_order = asked.sort_order == NO_ORDER and asked.sort_target == BY_KEY
        filters = (
            asked.min_mod_revision,
            asked.max_mod_revision,
            asked.min_create_revision,
            asked.max_create_revision,
        )
        return bool(asked.range_end) and plain_order and not any(filters) and not asked.count_only

    def _call(self, request: RangeRequest) -> RangePage:
        deadline = Deadline.after(self._timeout)
        answer = self._connection.unary(RANGE, request.encode(), deadline=deadline, repeatable=True)
        return RangePage.parse(answer)
