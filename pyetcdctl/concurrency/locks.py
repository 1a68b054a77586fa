"""Locks, by etcd's recipe: the client with the oldest key under the name holds the lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client.kv import commit, delete
from pyetcdctl.concurrency.turns import (
    Place,
    created,
    created_at,
    oldest,
    range_at,
    wait_for_turn,
)
from pyetcdctl.errors import LeaseLost
from pyetcdctl.rpc.kv import NO_HEADER, DeleteRangeRequest, PutRequest, RangeRequest
from pyetcdctl.rpc.txn import RequestOp, TxnRequest

if TYPE_CHECKING:
    from pyetcdctl.rpc.kv import ResponseHeader
    from pyetcdctl.rpc.txn import TxnResponse

LOST_WHILE_WAITING = "mutex: session is expired"


class Lock(Place):
    """A lock that is held in this block."""

    header: ResponseHeader = NO_HEADER
    """The header of the response that granted the lock."""

    def _take_turn(self) -> None:
        session = self._session
        claim = self._claim()
        response = session.call(lambda limit: commit(session.connection, claim, limit))
        self.header = response.header
        own, first = _revisions(response)
        if own != first:
            wait_for_turn(session, self._name, own, LOST_WHILE_WAITING)
            there = self.read()
            if not there.kvs:
                raise LeaseLost(LOST_WHILE_WAITING)
            self.header = there.header
        session.check(LOST_WHILE_WAITING)

    def _claim(self) -> TxnRequest:
        put = PutRequest(key=self.key, lease=self._session.lease)
        first = RequestOp(request_range=oldest(self._name))
        return TxnRequest(
            compare=[created_at(self.key, 0)],
            success=[RequestOp(request_put=put), first],
            failure=[RequestOp(request_range=RangeRequest(key=self.key)), first],
        )

    def _leave(self) -> None:
        session, request = self._session, DeleteRangeRequest(key=self.key)
        session.tidy(lambda limit: delete(session.connection, request, limit))


def _revisions(response: TxnResponse) -> tuple[int, int]:
    """Return the create revisions of our key and of the oldest one."""
    own = response.header.revision if response.succeeded else created(range_at(response, 0))
    first = range_at(response, 1)
    return own, created(first) if first.kvs else own
