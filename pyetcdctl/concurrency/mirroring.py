"""A copy of all keys with a prefix in another cluster, which follows its source.

Invariant: the keys of one revision are copied, then every event after it in the order of its
revisions, each once: the watch yields each once (watching.py), and each is applied once
(destination.py). The changes of one revision of the source are one revision of the destination, or
a few where a transaction may not have so many operations.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.kv import read
from pyetcdctl.client.ranges import RangeReading
from pyetcdctl.concurrency.destination import Destination
from pyetcdctl.concurrency.outage import Outage
from pyetcdctl.concurrency.watching import Watching
from pyetcdctl.errors import CallFailed, ConnectionFailed
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.rpc.event_batch import DELETE
from pyetcdctl.rpc.kv import DeleteRangeRequest, PutRequest, RangeRequest
from pyetcdctl.rpc.txn import RequestOp
from pyetcdctl.rpc.watch import WatchCreateRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.errors import PyetcdctlError
    from pyetcdctl.rpc.range_page import RangePage
    from pyetcdctl.rpc.watch import WatchResponse


class MirrorPlan(NamedTuple):
    """The prefixes of a mirror. ``revision`` above 1 leaves the copy out: the mirror begins with
    its events.

    ``max_txn_ops`` 0 sets no limit.
    """

    prefix: bytes = b""
    destination_prefix: bytes = b""
    revision: int = 0
    max_txn_ops: int = 128
    value_for: Callable[[bytes, bytes], bytes] | None = None
    """Makes the destination's value of its key and the source's value; None: it is the same."""

    @property
    def copies(self) -> bool:
        """Whether the keys are copied before events are followed."""
        return self.revision <= 1

    def renamed(self, key: bytes) -> bytes:
        """Return a key's name in the destination."""
        return self.destination_prefix + key[len(self.prefix) :]

    def put(self, key: bytes, value: bytes) -> RequestOp:
        """Return the operation that writes a key."""
        key = self.renamed(key)
        if self.value_for is not None:
            value = self.value_for(key, value)
        return RequestOp(request_put=PutRequest(key=key, value=value))

    def delete(self, key: bytes) -> RequestOp:
        """Return the operation that deletes a key."""
        return RequestOp(request_delete_range=DeleteRangeRequest(key=self.renamed(key)))

    def steps(self, response: WatchResponse) -> Iterator[list[RequestOp]]:
        """Yield the operations of each revision, in as few pieces as possible."""
        step: list[RequestOp] = []
        current: bytes | None = None
        for batch in response.batches:
            for kind, record in zip(batch.kinds, batch.records(), strict=True):
                key, _, revision, _, value, _ = record
                if step and (revision != current or len(step) == self.max_txn_ops):
                    yield step
                    step = []
                current = revision
                step.append(self.delete(key) if kind == DELETE else self.put(key, value))
        if step:
            yield step


class Mirror:
    """Runs in one thread; others may read its progress: ``total`` operations are done.

    While ``is_copying``, ``to_copy`` is how many of them the copy will take. ``report`` is called
    with the name of an unavailable side and its failure, and with None when it responds again.
    """

    def __init__(
        self,
        source: Connection,
        destination: Connection,
        plan: MirrorPlan,
        report: Callable[[str, PyetcdctlError | None], None],
    ) -> None:
        self._source = source
        self._report_source = partial(report, "source")
        self._outage = Outage(self._report_source)
        self._destination = Destination(destination, lambda failure: report("destination", failure))
        self._plan = plan
        self._key, self._range_end = prefix_range(plan.prefix)
        self._next_revision = plan.revision
        self.total = 0
        self.to_copy = 0
        self.is_copying = plan.copies
        self.seen_revision = self.applied_revision = max(0, plan.revision - 1)

    def run(self) -> None:
        """Copy and follow until a failure that is not transient, which is raised.

        Both clusters must respond at the start, within the command timeout.
        """
        self._destination.open()
        if self._plan.copies:
            self._copy()
        for response in self._changes():
            self.seen_revision = response.header.revision
            for step in self._plan.steps(response):
                self._destination.write(step)
                self.total += len(step)
            self.applied_revision = self.seen_revision

    def _copy(self) -> None:
        request = RangeRequest(key=self._key, range_end=self._range_end, count_only=True)
        now = read(self._source, request, Deadline.after(self._timeout))
        self.to_copy = now.count
        for done in self._destination.write_each(self._puts(now.header.revision)):
            self.total = done
        self._next_revision = now.header.revision + 1
        self.is_copying = False

    def _puts(self, revision: int) -> Iterator[RequestOp]:
        for page in self._pages(revision):
            for key, _, _, _, value, _ in page.records():
                yield self._plan.put(key, value)

    def _pages(self, revision: int) -> Iterator[RangePage]:
        """Yield the keys at a revision; after an outage of the source it resumes after the last
        key.
        """
        key = self._key
        while True:
            request = RangeRequest(key=key, range_end=self._range_end, revision=revision)
            try:
                for page in RangeReading(self._source, request, self._timeout).pages():
                    self._outage.end()
                    key = page.last_key + b"\0"
                    yield page
            except (CallFailed, ConnectionFailed) as failure:
                self._outage.wait_after(failure)
            else:
                return

    def _changes(self) -> Iterator[WatchResponse]:
        """Yield the changes of the source. A watch that has started reconnects by itself."""
        while True:
            watching = Watching(self._source, self._report_source)
            watching.add(self._watch_request())
            try:
                for received in watching.received():
                    if received.reason:
                        raise CallFailed(received.reason)
                    self._outage.end()
                    yield received.response
                    if received.response.batches:
                        self._next_revision = received.response.batches[-1].revisions[1] + 1
            except (CallFailed, ConnectionFailed) as failure:
                watching.close()
                if not self._plan.copies:
                    raise
                self._outage.wait_after(failure)

    def _watch_request(self) -> WatchCreateRequest:
        """Request progress, too: a watch that receives revisions can be resumed after a
        compaction.
        """
        return WatchCreateRequest(
            key=self._key,
            range_end=self._range_end,
            start_revision=self._next_revision,
            progress_notify=True,
        )

    @property
    def _timeout(self) -> float:
        return self._source.settings.command_timeout
