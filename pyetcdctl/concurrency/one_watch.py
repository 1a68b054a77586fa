"""One watch on a stream: its progress, and responses in fragments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.errors import ResponseMakesNoSense
from pyetcdctl.rpc.watch import NO_WATCH, WatchCreateRequest, WatchRequest

if TYPE_CHECKING:
    from pyetcdctl.rpc.event_batch import EventBatch
    from pyetcdctl.rpc.watch import WatchResponse

MOST_FRAGMENT_BYTES = 256 << 20


class Watch:
    """One watch, and the revision up to which it has received events."""

    def __init__(self, request: WatchCreateRequest) -> None:
        self._request = request
        self.next_revision = request.start_revision
        self._fragments: list[EventBatch] = []
        self._fragment_bytes = 0

    def create_request(self) -> bytes:
        """Return the request that resumes the watch after its last event."""
        self._fragments, self._fragment_bytes = [], 0
        request = WatchCreateRequest(**self._request.__dict__)
        request.start_revision = self.next_revision
        return WatchRequest(create_request=request).encode()

    def whole(self, response: WatchResponse) -> WatchResponse | None:
        """Return the response with the fragments before it; None while more must follow."""
        if response.fragment:
            self._fragments += response.batches
            self._fragment_bytes += sum(batch.size for batch in response.batches)
            if self._fragment_bytes > MOST_FRAGMENT_BYTES:
                raise nonsense(
                    f"a response in fragments of more than {MOST_FRAGMENT_BYTES:,} bytes"
                )
            return None
        response.batches[:0] = self._fragments
        self._fragments, self._fragment_bytes = [], 0
        return response

    def advance(self, response: WatchResponse) -> bool:
        """Take a response; return false if it has no new event.

        Events that were received before, or not requested, are dropped: a server that catches up by
        a snapshot sends them (etcd before 3.6.2). A server that is behind does not move the watch
        back.
        """
        if response.batches:
            return self._advance_over_events(response)
        if response.created:
            self.next_revision = self.next_revision or response.header.revision + 1
        # Old servers respond to a progress request before they have sent the earlier events.
        elif response.is_progress and response.watch_id != NO_WATCH:
            self.next_revision = max(self.next_revision, response.header.revision + 1)
        return True

    def _advance_over_events(self, response: WatchResponse) -> bool:
        start, news = self.next_revision, []
        for batch in response.batches:
            first, last = batch.revisions
            if last >= start:
                news.append(batch if first >= start else batch.since(start))
                self.next_revision = last + 1
        response.batches = news
        return bool(news)


def nonsense(reason: object) -> ResponseMakesNoSense:
    """Return an error that ends all watches: another server would send the same."""
    return ResponseMakesNoSense(reason, code="DATA_LOSS")
