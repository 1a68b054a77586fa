"""The part of a range that is still to be read, and what is known about the whole range."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client.foreign_store import is_etcd, with_known_end, with_known_options
from pyetcdctl.client.range_checks import check_bounds, check_order, is_sorted
from pyetcdctl.errors import CallFailed
from pyetcdctl.rpc.kv import RangeRequest

if TYPE_CHECKING:
    from pyetcdctl.rpc.kv import ResponseHeader
    from pyetcdctl.rpc.range_page import RangePage


class RangeRest:
    """The rest of a range at one revision. ``count`` is the whole range's, once it is known."""

    def __init__(self, request: RangeRequest, header: ResponseHeader) -> None:
        """The first response's header says which cluster it is, and its revision."""
        self._asked = request
        self._limit = max(0, request.limit)
        self._cluster_id = header.cluster_id
        self.is_of_etcd = is_etcd(header)
        self.drops_values = False
        self.revision = request.revision or header.revision
        self.next_key = request.key
        self.read = 0
        self.count = 0
        self.is_done = False

    @property
    def range_end(self) -> bytes:
        """The end of the whole range."""
        return self._asked.range_end

    @property
    def is_divisible(self) -> bool:
        """Whether a part of the range can be requested: keys are in order, and may be several."""
        return bool(self._asked.range_end) and not is_sorted(self._asked)

    @property
    def more(self) -> bool:
        """Whether the range has more keys after the limit."""
        return bool(self._limit) and not self._asked.count_only and self.read < self.count

    @property
    def limit(self) -> int:
        """How many more keys are wanted; 0 for all."""
        return self._limit - self.read if self._limit else 0

    def request(self, start: bytes, range_end: bytes, limit: int) -> RangeRequest:
        """Return the request for a part of the rest."""
        changes = {
            "key": start,
            "range_end": range_end,
            "limit": limit,
            "revision": self.revision,
        }
        request = RangeRequest(**{**self._asked.__dict__, **changes})
        if self.drops_values:
            request = with_known_options(request)
        return request if self.is_of_etcd else with_known_end(request)

    def can_do_without_options(self) -> bool:
        """Whether a refused request may be retried with the options that every store supports; so
        are all later ones.

        Values that were not requested are then dropped here.
        """
        if self.is_of_etcd or self.drops_values or not self._asked.keys_only:
            return False
        self.drops_values = True
        return True

    def take(self, page: RangePage, range_end: bytes) -> None:
        """Record that the range was read from ``next_key`` to an end. Raises WireError."""
        if page.header is not None:
            self.check_cluster(page.header)
        self.read += len(page)
        if len(page) and self.is_divisible:
            check_order(page, self.next_key, range_end)
            self.next_key = page.last_key + b"\0"
        else:
            check_bounds(page, self._asked)
        if self._limit and self.read >= self._limit:
            self.is_done = True

    def check_cluster(self, header: ResponseHeader) -> None:
        """Raise if another cluster has responded."""
        if header.cluster_id != self._cluster_id:
            raise CallFailed(
                "the endpoints belong to different clusters, so the range cannot be read on",
                code="FAILED_PRECONDITION",
            )

    def check_whole(self) -> None:
        """Raise if the server reported the end of the range before all its keys were received."""
        if self._asked.count_only:
            return
        wanted = min(self._limit or self.count, self.count)
        if self.read != wanted:
            raise CallFailed(
                f"the response is not complete: {self.read} keys of {wanted} came", code="DATA_LOSS"
            )
