"""The writes of a running cluster, counted while a watch runs in a thread of its own."""

from __future__ import annotations

from threading import Event, Lock
from time import monotonic
from typing import TYPE_CHECKING

from pyetcdctl.client.status import COMPACTED
from pyetcdctl.concurrency.stopping import WorkThread
from pyetcdctl.concurrency.watching import Watching
from pyetcdctl.errors import WatchCanceled
from pyetcdctl.rpc.watch import WatchCreateRequest
from pyetcdctl.traffic.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.errors import PyetcdctlError
    from pyetcdctl.rpc.watch import WatchResponse
    from pyetcdctl.traffic.tally import Grouping


class Slice:
    """The counts between two times."""

    def __init__(self, tally: Tally, begin: float) -> None:
        self.tally = tally
        self.begin = begin
        self.end = begin


class WriteCounter(WorkThread):
    """Counts events until it is stopped, or fails."""

    def __init__(
        self,
        connection: Connection,
        request: WatchCreateRequest,
        grouping: Grouping,
        report: Callable[[PyetcdctlError | None], None],
        *,
        begins_late: bool = False,
    ) -> None:
        """``report`` is called with the failure when the watch has no server, and with None when it
        has one again.

        A watch that ``begins_late`` is served some time after it is created: a program in a pod
        has to start first. Its time counts from its first response on.
        """
        super().__init__("counting", self._count)
        self._request = request
        self._watching = Watching(connection, report, self._begin)
        self._begins_late = begins_late
        self._grouping = grouping
        self._lock = Lock()
        self._slice = Slice(Tally(grouping), monotonic())
        self._next_revision = 0
        self.gaps: list[str] = []
        self.has_begun = Event()
        """Set when the watch begins, and when it ends before that."""

    def run(self) -> None:
        """Count until the watch ends."""
        super().run()
        self.has_begun.set()

    def begin(self) -> None:
        """Start the thread, and wait until the watch has started; raises its error if it fails."""
        self.start()
        self.has_begun.wait()
        self.raise_failure()

    def stop(self) -> None:
        """End the watch."""
        self._watching.close()

    def cut(self, grouping: Grouping | None = None) -> Slice:
        """Return the counts since the last cut, and start new ones, perhaps with other groups."""
        with self._lock:
            self._grouping = grouping or self._grouping
            done, now = self._slice, monotonic()
            done.end = now
            self._slice = Slice(Tally(self._grouping), now)
        return done

    def _count(self) -> None:
        self._watching.add(self._request)
        for received in self._watching.received():
            if received.reason == COMPACTED and received.response.compact_revision:
                self._pass_over(received.response.compact_revision)
            elif received.reason:
                raise WatchCanceled(f"watch was canceled ({received.reason})")
            else:
                self._take(received.response)

    def _begin(self, revision: int) -> None:
        """Count time from the start of the watch."""
        if self.has_begun.is_set():
            return
        self._next_revision = revision + 1
        if self._begins_late:
            self._watching.request_progress()
        else:
            self._count_from_now()

    def _count_from_now(self) -> None:
        self.cut()
        self.has_begun.set()

    def _take(self, response: WatchResponse) -> None:
        if not self.has_begun.is_set():
            self._count_from_now()
            return
        with self._lock:
            tally = self._slice.tally
            for batch in response.batches:
                tally.take(batch, compares=self._request.prev_kv)
        if response.batches:
            self._next_revision = response.batches[-1].revisions[1] + 1

    def _pass_over(self, compacted: int) -> None:
        """Resume after a compaction, and report the revisions that were not counted."""
        self.gaps.append(
            f"Revisions {self._next_revision:,} to {compacted:,} were compacted before they could"
            " be counted."
        )
        request = WatchCreateRequest(**self._request.__dict__)
        request.start_revision = self._next_revision = compacted + 1
        self._watching.add(request)
