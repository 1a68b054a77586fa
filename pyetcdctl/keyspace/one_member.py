"""A source that reads what one member has, without its asking the others: ``--consistency=s``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.keyspace.history import History
    from pyetcdctl.keyspace.source import PagedRange, Source
    from pyetcdctl.rpc.kv import RangeRequest
    from pyetcdctl.rpc.range_page import RangePage


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
