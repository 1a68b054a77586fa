"""A source of keys: what a command that only reads needs of a server, a file or a pipe.

Invariant: all pages of one range hold the keys of one revision, each key once, in key order (or in
the order that the request names).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.keyspace.history import History
    from pyetcdctl.rpc.kv import RangeRequest, ResponseHeader
    from pyetcdctl.rpc.range_page import RangePage


class PagedRange(Protocol):
    """The response to a RangeRequest, page by page.

    ``header`` is known from the start; ``count`` and ``more`` (etcd API, RangeResponse) are final
    when ``pages()`` has ended.
    """

    @property
    def request(self) -> RangeRequest:
        """The request that this is the response to."""

    @property
    def header(self) -> ResponseHeader:
        """The revision that is read, and of which cluster."""

    @property
    def count(self) -> int:
        """How many keys the whole range has, whatever the limit."""

    @property
    def more(self) -> bool:
        """Whether the limit left keys out."""

    def pages(self) -> Iterator[RangePage]:
        """Yield every page once; none is empty."""


class Source(Protocol):
    """Something that holds an etcd keyspace and can be read."""

    @property
    def name(self) -> str:
        """The source in messages: an endpoint, or the name of a file."""

    def range(self, request: RangeRequest, *, stream: bool = False) -> PagedRange:
        """Read a range of any size. What is wrong with the request raises here.

        ``stream`` insists on RangeStream (etcd 3.7) and is for servers alone.
        """

    def ranges(
        self, requests: Sequence[RangeRequest], *, timeout_seconds: float | None = None
    ) -> list[RangePage]:
        """Return the responses to many small questions, in their order.

        Requests without a revision are all served at one as far as the source can: a server takes
        some hundred in one call.
        """

    def history(
        self, key: bytes, range_end: bytes = b"", *, deletions_only: bool = False
    ) -> History:
        """Return every revision that is still known of a key, or of a range of keys."""

    def close(self) -> None:
        """Let go of channels and files."""


def first_page(source: Source, request: RangeRequest) -> RangePage:
    """Return the response to one small question: a key, or a range with a small limit."""
    return source.ranges([request])[0]


def counts(source: Source, requests: Sequence[RangeRequest]) -> list[int]:
    """Return how many keys each range has."""
    return [page.count for page in source.ranges(requests)]


class OneMember:
    """Another source, whose every read is serializable; it belongs to its maker."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @property
    def name(self) -> str:
        """The name of the other source."""
        return self._source.name

    def range(self, request: RangeRequest, *, stream: bool = False) -> PagedRange:
        """Read a range of any size."""
        request.serializable = True
        return self._source.range(request, stream=stream)

    def ranges(
        self, requests: Sequence[RangeRequest], *, timeout_seconds: float | None = None
    ) -> list[RangePage]:
        """Return the responses to many small questions."""
        for request in requests:
            request.serializable = True
        return self._source.ranges(requests, timeout_seconds=timeout_seconds)

    def history(
        self, key: bytes, range_end: bytes = b"", *, deletions_only: bool = False
    ) -> History:
        """Return every revision that is still known; a watch needs no quorum."""
        return self._source.history(key, range_end, deletions_only=deletions_only)

    def close(self) -> None:
        """Leave the other source as it is."""
