"""A source of keys: the interface of a server, a file or a pipe for commands that only read.

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
        """The header: the cluster, and the revision that is read."""

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
        """Read a range of any size.

        Errors of the request are raised here. ``stream`` requires RangeStream (etcd 3.7) and is
        only for servers.
        """

    def ranges(
        self, requests: Sequence[RangeRequest], *, timeout_seconds: float | None = None
    ) -> list[RangePage]:
        """Return the responses to many small requests, in their order.

        Requests without a revision are served at one revision as far as possible: a server allows
        some hundred in one call.
        """

    def history(
        self, key: bytes, range_end: bytes = b"", *, deletions_only: bool = False
    ) -> History:
        """Return every revision that is still known of a key, or of a range of keys."""

    def close(self) -> None:
        """Close channels and files."""


def first_page(source: Source, request: RangeRequest) -> RangePage:
    """Return the response to one small request: a key, or a range with a small limit."""
    return source.ranges([request])[0]


def counts(source: Source, requests: Sequence[RangeRequest]) -> list[int]:
    """Return how many keys each range has."""
    return [page.count for page in source.ranges(requests)]


class OneMember:
    """Another source with serializable reads; the caller closes that one."""

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
        """Return the responses to many small requests."""
        for request in requests:
            request.serializable = True
        return self._source.ranges(requests, timeout_seconds=timeout_seconds)

    def history(
        self, key: bytes, range_end: bytes = b"", *, deletions_only: bool = False
    ) -> History:
        """Return every revision that is still known; a watch needs no quorum."""
        return self._source.history(key, range_end, deletions_only=deletions_only)

    def close(self) -> None:
        """Do nothing: the other source stays open."""
