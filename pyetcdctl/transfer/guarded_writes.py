"""Guarded writes: only of keys that are unchanged since they were compared; many in a transaction,
several transactions at the same time.

A transaction holds if no key in it has changed since it was compared. So it may be retried when its
response is lost: once it is applied, its conditions do not hold a second time, and the keys have
the values that it wrote. Where one key has changed, the others are written one by one; so are all
where the server takes no transaction of so many keys: kine takes one, etcd what --max-txn-ops says.
"""

from __future__ import annotations

from collections import deque
from time import sleep
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.errors import CallFailed
from pyetcdctl.rpc.kv import DeleteRangeRequest, PutRequest, RangeRequest
from pyetcdctl.rpc.txn import EQUAL, MOD, TXN, Compare, RequestOp, TxnRequest, TxnResponse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.responses import PendingResponse

TRANSACTIONS_AT_ONCE = 16
TRANSACTION_BYTES = 1 << 20
MOST_ATTEMPTS = 6
_PAUSE_SECONDS = 0.5
_MAY_PASS = ("UNAVAILABLE", "DEADLINE_EXCEEDED")
_TOO_LARGE = (
    "etcdserver: too many operations in txn request",
    "etcdserver: unsupported operations in txn request",
)
"""A transaction that was refused by its form alone: no part of it was applied."""


class GuardedWrite(NamedTuple):
    """A key, the mod_revision that it must still have, and its new value; None deletes it."""

    key: bytes
    mod_revision: int
    value: bytes | None
    lease: int = 0

    @property
    def size(self) -> int:
        """About how many bytes it adds to a request."""
        return 2 * len(self.key) + len(self.value or b"") + 64


class Conflict(NamedTuple):
    """A key that another client changed after it was compared; it is not written."""

    key: bytes
    compared: int
    found: int


class GuardedWriter:
    """Applies writes on different keys; ``done`` counts those that are applied."""

    def __init__(self, connection: Connection, max_operations: int = 128) -> None:
        self._connection = connection
        self._max_operations = max_operations
        self.done = 0

    def apply(self, writes: Iterable[GuardedWrite]) -> Iterator[Conflict | None]:
        """Apply all; yield every conflict, and None whenever a transaction has been applied."""
        under_way: deque[tuple[list[GuardedWrite], PendingResponse | None]] = deque()
        for batch in self._batches(writes):
            under_way.append((batch, self._start(batch)))
            if len(under_way) >= TRANSACTIONS_AT_ONCE:
                yield from self._finish(*under_way.popleft())
        while under_way:
            yield from self._finish(*under_way.popleft())

    def _start(self, batch: Sequence[GuardedWrite]) -> PendingResponse | None:
        """Send a transaction; None if it could not be sent."""
        try:
            return self._connection.future(TXN, _request(batch).encode(), deadline=self._limit())
        except CallFailed:
            return None

    def _finish(
        self, batch: list[GuardedWrite], pending: PendingResponse | None
    ) -> Iterator[Conflict | None]:
        try:
            response = self._response(batch, pending)
        except CallFailed as failure:
            if len(batch) == 1 or failure.details not in _TOO_LARGE:
                raise
            self._max_operations = 1
            yield from self._one_by_one(batch)
        else:
            yield from self._judged(batch, response)

    def _response(self, batch: list[GuardedWrite], pending: PendingResponse | None) -> TxnResponse:
        try:
            if pending is None:
                raise CallFailed("not sent", code="UNAVAILABLE")
            return TxnResponse.decode(pending.result())
        except CallFailed as failure:
            return self._sent_again(batch, failure)

    def _judged(
        self, batch: list[GuardedWrite], response: TxnResponse
    ) -> Iterator[Conflict | None]:
        if response.succeeded:
            self.done += len(batch)
            yield None
        elif len(batch) > 1:
            yield from self._one_by_one(batch)
        else:
            yield self._conflict(batch[0], response)

    def _one_by_one(self, batch: Sequence[GuardedWrite]) -> Iterator[Conflict | None]:
        for write in batch:
            yield from self._judged([write], self._sent_again([write], None))

    def _conflict(self, write: GuardedWrite, response: TxnResponse) -> Conflict | None:
        """Return the conflict; None if the key already has the wanted value."""
        present = response.responses[0].response_range if response.responses else None
        found = present.kvs[0] if present and present.kvs else None
        if (found.value if found else None) == write.value:
            self.done += 1
            return None
        return Conflict(write.key, write.mod_revision, found.mod_revision if found else 0)

    def _sent_again(self, batch: Sequence[GuardedWrite], failure: CallFailed | None) -> TxnResponse:
        """Retry a transaction until a response arrives. Raises a failure that is not transient."""
        for attempt in range(MOST_ATTEMPTS):
            if failure is not None:
                if failure.code not in _MAY_PASS:
                    raise failure
                sleep(_PAUSE_SECONDS * attempt)
            try:
                data = self._connection.unary(
                    TXN, _request(batch).encode(), deadline=self._limit(), repeatable=True
                )
                return TxnResponse.decode(data)
            except CallFailed as error:
                failure = error
        assert failure is not None
        raise failure

    def _limit(self) -> Deadline:
        return Deadline.after(self._connection.settings.command_timeout)

    def _batches(self, writes: Iterable[GuardedWrite]) -> Iterator[list[GuardedWrite]]:
        """Yield the writes of each transaction; the limit may fall on the way."""
        batch: list[GuardedWrite] = []
        size = 0
        for write in writes:
            is_full = len(batch) >= self._max_operations or size + write.size > TRANSACTION_BYTES
            if batch and is_full:
                yield batch
                batch, size = [], 0
            batch.append(write)
            size += write.size
        if batch:
            yield batch


def _request(batch: Sequence[GuardedWrite]) -> TxnRequest:
    return TxnRequest(
        compare=[
            Compare(key=each.key, target=MOD, result=EQUAL, mod_revision=each.mod_revision)
            for each in batch
        ],
        success=[_operation(each) for each in batch],
        failure=[RequestOp(request_range=RangeRequest(key=batch[0].key))]
        if len(batch) == 1
        else [],
    )


def _operation(write: GuardedWrite) -> RequestOp:
    if write.value is None:
        return RequestOp(request_delete_range=DeleteRangeRequest(key=write.key))
    return RequestOp(request_put=PutRequest(key=write.key, value=write.value, lease=write.lease))
