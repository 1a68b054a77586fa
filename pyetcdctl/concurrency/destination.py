"""Writes that are each applied once, also where the response to one is lost.

A write is a transaction whose condition is that the first key it puts is no newer than the cluster
was before the write was first sent. So it may be retried whenever its outcome is unknown: if it was
applied the key is newer, the transaction does nothing, and a read of the keys shows whether this
write made them. A deletion may be repeated, but a lost one must not arrive after a later write: it
has such a guard, too. A user without permission to read cannot use guards: a put of unknown outcome
then ends the writing.

Invariant: no key is in two writes that are under way, so a key's writes keep their order.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from pyetcdctl.client.calls import call, decoded
from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.kv import commit
from pyetcdctl.client.status import INVALID_TOKEN, OLD_AUTH_REVISION, PERHAPS_APPLIED, USER_EMPTY
from pyetcdctl.client.tokens import MOST_RENEWALS
from pyetcdctl.concurrency.outage import Outage, may_pass
from pyetcdctl.errors import CallFailed, ConnectionFailed
from pyetcdctl.rpc.kv import RangeRequest, RangeResponse
from pyetcdctl.rpc.txn import LESS, MOD, TXN, Compare, RequestOp, TxnRequest, TxnResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.responses import PendingResponse
    from pyetcdctl.errors import PyetcdctlError

PERMISSION_DENIED = "etcdserver: permission denied"
REFUSED_WITH_A_GUARD = (PERMISSION_DENIED, "etcdserver: request is too large")
STALE_LOGINS = (INVALID_TOKEN, OLD_AUTH_REVISION, USER_EMPTY)

ONE_BY_ONE = 32
"""The number of keys that are written in their order, as etcdctl writes all; later ones are written
several at a time.
"""
UNDER_WAY = 64
BYTES_UNDER_WAY = 8 << 20

ITS_FLAGS = "That is the destination; its flags are --dest-cacert, --dest-cert, --dest-user, ..."
LET_IT_READ = "With READ permission for its user the mirror can check that, and resume by itself."


class Write:
    """Operations of one step; ``before`` is the cluster's revision when it was first sent."""

    def __init__(self, operations: Sequence[RequestOp], before: int, *, guarded: bool) -> None:
        self.operations = operations
        self.puts = [each.request_put for each in operations if each.request_put is not None]
        deletions = [each.request_delete_range for each in operations if each.request_delete_range]
        self._guarded_key = self.puts[0].key if self.puts else deletions[0].key
        self.before = before
        self.guarded = guarded
        self.was_lost = False

    @property
    def is_in_doubt(self) -> bool:
        """Whether a retry might apply it twice."""
        return self.was_lost and not self.guarded and bool(self.puts)

    @property
    def size(self) -> int:
        """The size of its keys and values in bytes."""
        return sum(len(put.value) for put in self.puts)

    def request(self) -> TxnRequest:
        """Return the transaction."""
        if not self.guarded:
            return TxnRequest(success=self.operations)
        newer = self.before + 1
        guard = Compare(result=LESS, target=MOD, key=self._guarded_key, mod_revision=newer)
        return TxnRequest(compare=(guard,), success=self.operations)

    def look(self) -> TxnRequest:
        """Return the transaction that reads what this one puts."""
        ranges = [RangeRequest(key=put.key) for put in self.puts]
        return TxnRequest(success=[RequestOp(request_range=each) for each in ranges])

    def made(self, seen: TxnResponse) -> bool:
        """Whether the keys that ``look`` has read were written by this write."""
        ranges = [each.response_range or RangeResponse() for each in seen.responses]
        found = [pair for found_range in ranges for pair in found_range.kvs]
        revisions = {pair.mod_revision for pair in found}
        same = [pair.value for pair in found] == [put.value for put in self.puts]
        return same and len(revisions) == 1 and min(revisions) > self.before


class Destination:
    """The cluster that is written to, by one thread. ``report`` is Outage's.

    Once the cluster was reached, writes wait while it is unavailable, without a limit.
    """

    def __init__(
        self, connection: Connection, report: Callable[[PyetcdctlError | None], None]
    ) -> None:
        self._connection = connection
        self._outage = Outage(report)
        self._revision = 0
        self._may_read = True
        self._logins = 0

    def open(self) -> None:
        """Read its revision. Raises if no server responds within the command timeout."""
        try:
            # A transaction without operations needs no permission.
            self._revision = self._read(TxnRequest()).header.revision
        except CallFailed as error:
            advice = (*error.advice, ITS_FLAGS)
            raise CallFailed(error.message, *advice, code=error.code) from error

    def write(self, operations: Sequence[RequestOp]) -> None:
        """Apply operations in one step."""
        self._settle(self._write_of(operations))

    def write_each(self, operations: Iterable[RequestOp]) -> Iterator[int]:
        """Apply operations on different keys, several at a time; yield how many are done."""
        under_way: deque[tuple[Write, PendingResponse | None]] = deque()
        done = size = 0
        for operation in operations:
            write = self._write_of((operation,))
            under_way.append((write, self._start(write)))
            size += write.size
            room = UNDER_WAY if done >= ONE_BY_ONE else 1
            while len(under_way) >= room or size > BYTES_UNDER_WAY:
                size -= under_way[0][0].size
                self._finish(*under_way.popleft())
                done += 1
                yield done
        for started in under_way:
            self._finish(*started)
            done += 1
            yield done

    def _write_of(self, operations: Sequence[RequestOp]) -> Write:
        return Write(operations, self._revision, guarded=self._may_read)

    def _start(self, write: Write) -> PendingResponse | None:
        """Send a write; None if it could not be sent."""
        request = write.request().encode()
        try:
            return self._connection.future(TXN, request, deadline=self._limit())
        except (CallFailed, ConnectionFailed):
            return None

    def _finish(self, write: Write, pending: PendingResponse | None) -> None:
        if pending is not None:
            try:
                response = decoded(TxnResponse, pending.result(), self._limit())
                if self._is_applied(write, response):
                    return
            except (CallFailed, ConnectionFailed) as error:
                write.was_lost = may_pass(error)
                # Several writes are lost together: only the following attempts back off.
                if write.is_in_doubt or not write.was_lost:
                    self._prepare_again(write, error)
        self._settle(write)

    def _settle(self, write: Write) -> None:
        """Retry a write until it is known to be applied."""
        while True:
            try:
                if self._is_applied(
                    write, commit(self._connection, write.request(), self._limit())
                ):
                    return
            except (CallFailed, ConnectionFailed) as error:
                write.was_lost = write.was_lost or PERHAPS_APPLIED in error.advice
                self._prepare_again(write, error)

    def _is_applied(self, write: Write, response: TxnResponse) -> bool:
        """Whether a response shows that it was applied; where another client wrote the key, the
        next attempt may succeed.
        """
        latest = response if response.succeeded else self._read(write.look())
        self._outage.end()
        self._logins = 0
        self._revision = max(self._revision, latest.header.revision)
        if response.succeeded or write.made(latest):
            return True
        write.before = latest.header.revision
        return False

    def _prepare_again(self, write: Write, failure: CallFailed | ConnectionFailed) -> None:
        """Return when the write may be retried. Raises if it must not be, or cannot succeed."""
        details = failure.details if isinstance(failure, CallFailed) else ""
        refused = write.guarded and details in REFUSED_WITH_A_GUARD
        if refused:
            write.guarded = False
            self._may_read = self._may_read and details != PERMISSION_DENIED
        if write.is_in_doubt:
            advice = dict.fromkeys((*failure.advice, PERHAPS_APPLIED, LET_IT_READ))
            raise failure.with_advice(*advice) from failure.__cause__
        if details in STALE_LOGINS and self._logins < MOST_RENEWALS:
            self._logins += 1
            self._connection.log_in_again()
        elif not refused:
            self._outage.wait_after(failure)

    def _read(self, request: TxnRequest) -> TxnResponse:
        limit = self._limit()
        return call(self._connection, TXN, request, TxnResponse, limit, repeatable=True)

    def _limit(self) -> Deadline:
        return Deadline.after(self._connection.settings.command_timeout)
