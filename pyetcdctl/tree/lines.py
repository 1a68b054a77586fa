"""Keys from text, one a line, as ``etcdctl get --keys-only`` prints them, as a source of keys."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, NoReturn

from pyetcdctl.errors import BadArguments
from pyetcdctl.keyspace.ranges import NO_END
from pyetcdctl.rpc.key_values import entry_of_key
from pyetcdctl.rpc.kv import ResponseHeader
from pyetcdctl.rpc.range_page import RangePage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyetcdctl.rpc.kv import RangeRequest

PAGE_KEYS = 16_384


class LinesSource:
    """The keys of a text: each once, without blank lines and a terminal's CRs. It has no values."""

    name = "standard input"

    def __init__(self, lines: Iterable[bytes]) -> None:
        keys = {line.rstrip(b"\r\n") for line in lines}
        keys.discard(b"")
        self._keys = sorted(keys)

    def range(self, request: RangeRequest, *, stream: bool = False) -> LinesRange:
        """Read a range of the keys. Raises BadArguments for a request that needs more than keys."""
        if not (request.keys_only or request.count_only) or request.revision or stream:
            raise BadArguments("standard input has keys alone: no values and no revisions")
        first = bisect_left(self._keys, request.key)
        end = request.range_end or request.key + b"\0"
        last = len(self._keys) if end == NO_END else bisect_left(self._keys, end)
        return LinesRange(request, self._keys[first:last])

    def ranges(
        self, requests: Sequence[RangeRequest], *, timeout_seconds: float | None = None
    ) -> list[RangePage]:
        """Return the responses to many small requests."""
        del timeout_seconds  # the keys are in memory
        return [self.range(request).first for request in requests]

    def history(
        self, key: bytes, range_end: bytes = b"", *, deletions_only: bool = False
    ) -> NoReturn:
        """Raise BadArguments: a text has no revisions."""
        raise BadArguments("standard input has keys alone: no values and no revisions")

    def close(self) -> None:
        """Do nothing: standard input stays open."""


class LinesRange:
    """A range of the lines' keys, in pages."""

    header = ResponseHeader()

    def __init__(self, request: RangeRequest, keys: list[bytes]) -> None:
        self.request = request
        self.count = len(keys)
        self.more = 0 < request.limit < len(keys)
        self._keys = keys[: request.limit] if self.more else keys

    @property
    def first(self) -> RangePage:
        """All keys up to the limit as one page."""
        return self._page([] if self.request.count_only else self._keys)

    def pages(self) -> Iterator[RangePage]:
        """Yield every page once; none is empty."""
        keys = [] if self.request.count_only else self._keys
        for at in range(0, len(keys), PAGE_KEYS):
            yield self._page(keys[at : at + PAGE_KEYS])

    def _page(self, keys: list[bytes]) -> RangePage:
        entries = map(entry_of_key, keys)
        return RangePage.of_entries(entries, self.header, count=self.count, more=self.more)
