"""Locks, by etcd's recipe: who has the oldest key under the lock's name holds it."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Self

from pyetcdctl.client.kv import commit, delete, read
from pyetcdctl.concurrency.turns import created_at, oldest, place_in_line, wait_for_turn
from pyetcdctl.errors import LeaseLost, PyetcdctlError
from pyetcdctl.rpc.kv import NO_HEADER, DeleteRangeRequest, PutRequest, RangeRequest
from pyetcdctl.rpc.txn import RequestOp, TxnRequest

if TYPE_CHECKING:
    from types import TracebackType

    from pyetcdctl.concurrency.sessions import LeaseSession
    from pyetcdctl.rpc.kv import RangeResponse, ResponseHeader
    from pyetcdctl.rpc.txn import TxnResponse

LOST_WHILE_WAITING = "mutex: session is expired"


class Lock:
    """A lock that is held in this block. The wait for it ends when the session does."""

    def __init__(self, session: LeaseSession, name: bytes) -> None:
        self._session = session
        self._name = name
        self.key = b""
        self.header: ResponseHeader = NO_HEADER
        """That of the answer by which the lock was got."""

    def __enter__(self) -> Self:
        self.key = place_in_line(self._name, self._session.lease)
        with ExitStack() as failed:
            failed.callback(self._release_if_possible)
            self._acquire()
            failed.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self._release()
        else:
            self._release_if_possible()

    def read(self) -> RangeResponse:
        """Read the lock's key."""
        session = self._session
        return session.call(
            lambda limit: read(session.connection, RangeRequest(key=self.key), limit)
        )

    def _acquire(self) -> None:
        session = self._session
        claim = self._claim()
        answer = session.call(lambda limit: commit(session.connection, claim, limit))
        self.header = answer.header
        own, first = _revisions(answer)
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

    def _release(self) -> None:
        session, request = self._session, DeleteRangeRequest(key=self.key)
        session.tidy(lambda limit: delete(session.connection, request, limit))

    def _release_if_possible(self) -> None:
        """Release it after a failure, which is what to tell; the lease's end will do it, too."""
        with suppress(PyetcdctlError):
            self._release()


def _revisions(answer: TxnResponse) -> tuple[int, int]:
    """Return the create revisions of our key and of the oldest one."""
    ours, first = (each.answer for each in answer.responses)
    own = answer.header.revision
    if not answer.succeeded:
        own = ours.kvs[0].create_revision  # type: ignore[union-attr]
    return own, first.kvs[0].create_revision if first.kvs else own  # type: ignore[union-attr]
