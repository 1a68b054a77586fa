"""Find the oldest revision that a server keeps: only the response to a watch names it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from pyetcdctl.rpc.watch import WATCH, WatchCreateRequest, WatchRequest, WatchResponse

if TYPE_CHECKING:
    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.deadline import Deadline

_ANY_KEY = b"\0"


def oldest_revision(connection: Connection, deadline: Deadline) -> int:
    """Return the revision of the last compaction; 0 if there was none."""
    create = WatchCreateRequest(key=_ANY_KEY, start_revision=1)
    with closing(connection.exchange(WATCH, deadline)) as exchange:
        exchange.send(WatchRequest(create_request=create).encode())
        while True:
            data = exchange.first(deadline, connection.too_late)
            response = WatchResponse.parse(data)
            # A server may confirm the watch before it finds that its start revision is compacted.
            if response.compact_revision or response.canceled or response.batches:
                return response.compact_revision
