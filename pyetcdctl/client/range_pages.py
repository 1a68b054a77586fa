"""A range by one call for each page, for servers without RangeStream.

A page is a window of the range: the server counts all keys of the requested range, so only one
page, early on, lets it count everything. Two windows are requested at a time: the server reads
while the consumer prints. Pages have a size in bytes; the first is small, so that the first line
comes soon and large values are noticed while they are few.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.key_distance import KeyDistance
from pyetcdctl.errors import CallFailed, MethodUnknown
from pyetcdctl.rpc.kv import RANGE
from pyetcdctl.rpc.range_page import RangePage
from pyetcdctl.rpc.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.range_rest import RangeRest
    from pyetcdctl.client.responses import PendingResponse

FIRST_PAGE_KEYS = 32
MOST_PAGE_KEYS = 25_000
PAGE_BYTES = 1 << 20
GROWTH = 8
ROOM = 2
"""How many times more keys a page may have than are expected in its window."""

UNDER_WAY = 2
NO_END = b"\0"

FIRST_END = b"/registry/b"
"""The end of the first page of a reading of all keys, before anything is counted: a few of
Kubernetes' keys are before it.
"""


class PageWindow(NamedTuple):
    """A part of the requested range; at most ``limit`` keys of it."""

    start: bytes
    end: bytes
    limit: int
    request: bytes
    pending: PendingResponse


class PageReader:
    """Reads the rest of a range; ``unlimited`` receives an entry too large for ``connection``."""

    def __init__(
        self, connection: Connection, unlimited: Connection, rest: RangeRest, timeout: float
    ) -> None:
        self._connection = connection
        self._unlimited = unlimited
        self._rest = rest
        self._timeout = timeout
        self._expected = FIRST_PAGE_KEYS
        self._distance: KeyDistance | None = None
        self._under_way: deque[PageWindow] = deque()

    def pages(self, deadline: Deadline) -> Iterator[RangePage]:
        """Yield the pages; the first comes by the deadline, each other within the timeout."""
        self._ask(deadline)
        while self._under_way:
            window, page = self._under_way.popleft(), None
            try:
                page = self._receive(window, deadline)
                self._take(window, page)
            except CallFailed as error:
                if not is_too_large(error) or window.limit == 1:
                    raise
                self._expected = max(1, window.limit // GROWTH)
                self._forget_later_windows()
            self._ask(Deadline.after(self._timeout))
            if page is not None:
                yield page
            deadline = Deadline.after(self._timeout)

    def _ask(self, deadline: Deadline) -> None:
        """Start as many calls as are useful."""
        while not self._rest.is_done and len(self._under_way) < self._most_under_way():
            start = self._under_way[-1].end if self._under_way else self._rest.next_key
            if self._under_way and start == self._rest.range_end:
                return
            self._under_way.append(self._window(start, self._end_from(start), deadline))

    def _most_under_way(self) -> int:
        """Return how many calls run at the same time: one where the next depends on the last."""
        foreseeable = self._distance is not None and not self._distance.is_searching
        return UNDER_WAY if foreseeable and not self._rest.limit and self._rest.is_of_etcd else 1

    def _end_from(self, start: bytes) -> bytes:
        """Return where a window ends that starts here: at the range's end if it is near.

        Stores other than etcd support no range ends but those of the user's request.
        """
        rest, end = self._rest, None
        if not rest.is_of_etcd:
            return rest.range_end
        if not rest.read and not rest.limit and start < FIRST_END:
            end = FIRST_END
        elif self._distance is not None and rest.count - rest.read > ROOM * self._expected:
            end = self._distance.beyond(start, self._expected)
        if end is None or end >= rest.range_end != NO_END:
            return rest.range_end
        return end

    def _window(self, start: bytes, end: bytes, deadline: Deadline) -> PageWindow:
        limit = ROOM * self._expected if self._expected > 1 else 1
        if self._rest.limit:
            limit = min(limit, self._rest.limit)
        request = self._rest.request(start, end, limit).encode()
        pending = self._connection.future(RANGE, request, deadline=deadline, patient=False)
        return PageWindow(start, end, limit, request, pending)

    def _receive(self, window: PageWindow, deadline: Deadline) -> RangePage:
        connection = self._connection
        try:
            return self._page(window.pending.result())
        except MethodUnknown:
            if not self._rest.can_do_without_options():
                raise
            asked = self._rest.request(window.start, window.end, window.limit)
            window = window._replace(request=asked.encode())
        except CallFailed as error:
            if window.limit == 1 and is_too_large(error):
                connection, deadline = self._unlimited, Deadline.after(self._timeout)
            elif error.code != "UNAVAILABLE":
                raise
        data = connection.unary(RANGE, window.request, deadline=deadline, repeatable=True)
        return self._page(data)

    def _page(self, data: bytes) -> RangePage:
        page = RangePage.parse(data)
        return page.without_values() if self._rest.drops_values else page

    def _take(self, window: PageWindow, page: RangePage) -> None:
        rest = self._rest
        if len(page) > window.limit or (not len(page) and (page.more or page.count)):
            raise WireError(f"{len(page)} keys came, of {page.count}, where {window.limit} may")
        # Counted once: at the end it proves that no key was skipped.
        if window.end == rest.range_end and not rest.count:
            rest.count = rest.read + page.count
        rest.take(page, window.end)
        if len(page):
            fitting = max(1, PAGE_BYTES * len(page) // page.size)
            self._expected = min(fitting, self._expected * GROWTH, MOST_PAGE_KEYS)
        if page.more:
            half = len(page) // 2
            self._distance = KeyDistance(page.key(half), page.last_key, half + 1)
            self._read_on_in(window, page.count - len(page))
        elif window.end == rest.range_end:
            rest.is_done = True
        else:
            rest.next_key = window.end
            self._learn_from(window, len(page))

    def _read_on_in(self, window: PageWindow, left: int) -> None:
        """Request the keys that the limit cut off, before the windows after them."""
        if not self._under_way or self._rest.is_done:
            return
        if left > ROOM * self._expected:
            self._forget_later_windows()
        else:
            deadline = Deadline.after(self._timeout)
            remainder = self._window(self._rest.next_key, window.end, deadline)
            self._under_way.appendleft(remainder)

    def _learn_from(self, window: PageWindow, found: int) -> None:
        """Choose the size of the next window after one that was read to its end."""
        if not found and self._distance is not None:
            self._distance.look_further(window.start, self._expected)
        else:
            # A few keys in a wide window are a poor sample: their weight is reduced.
            found = max(found, window.limit // GROWTH, 1)
            self._distance = KeyDistance(window.start, window.end, found)

    def _forget_later_windows(self) -> None:
        while self._under_way:
            self._under_way.pop().pending.cancel()


def is_too_large(error: CallFailed) -> bool:
    """Whether a response was refused here for its size."""
    return error.code == "RESOURCE_EXHAUSTED" and "received message larger" in error.details
