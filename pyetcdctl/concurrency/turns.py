"""Queues: the client whose key is the oldest under a prefix has its turn.

Locks and elections are etcd's own recipes, so that this program shares a queue with etcdctl and
with programs that use etcd's libraries. Each client waits for the key just before its own, so that
one deletion wakes one client.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Self

from pyetcdctl.client.kv import read
from pyetcdctl.client.status import COMPACTED
from pyetcdctl.concurrency.sessions import fail_over_after
from pyetcdctl.concurrency.watching import Watching
from pyetcdctl.errors import CallFailed, ConnectionFailed, PyetcdctlError, ResponseMakesNoSense
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.rpc.event_batch import DELETE
from pyetcdctl.rpc.kv import ASCEND, BY_CREATE, DESCEND, RangeRequest
from pyetcdctl.rpc.txn import CREATE, EQUAL, Compare
from pyetcdctl.rpc.watch import WatchCreateRequest

if TYPE_CHECKING:
    from types import TracebackType

    from pyetcdctl.concurrency.sessions import LeaseSession
    from pyetcdctl.rpc.kv import RangeResponse
    from pyetcdctl.rpc.txn import TxnResponse


class Place(ABC):
    """A place in the queue under a name; it has its turn in a ``with`` block.

    The wait for the turn ends when the session does.
    """

    def __init__(self, session: LeaseSession, name: bytes) -> None:
        self._session = session
        self._name = name
        self.key = b"%b/%x" % (name, session.lease)

    def __enter__(self) -> Self:
        with ExitStack() as failed:
            failed.callback(self._leave_if_possible)
            self._take_turn()
            failed.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self._leave()
        else:
            self._leave_if_possible()

    def read(self) -> RangeResponse:
        """Read the key of this place."""
        session = self._session
        return session.call(
            lambda limit: read(session.connection, RangeRequest(key=self.key), limit)
        )

    @abstractmethod
    def _take_turn(self) -> None:
        """Put the key and wait for its turn."""

    @abstractmethod
    def _leave(self) -> None:
        """Delete the key of this place."""

    def _leave_if_possible(self) -> None:
        """Leave after a failure, which is the one to report; otherwise the lease's expiry deletes
        the key.
        """
        with suppress(PyetcdctlError):
            self._leave()


def oldest(name: bytes) -> RangeRequest:
    """Return the request for the key whose turn it is."""
    key, range_end = prefix_range(name + b"/")
    return RangeRequest(
        key=key, range_end=range_end, sort_target=BY_CREATE, sort_order=ASCEND, limit=1
    )


def range_at(response: TxnResponse, number: int) -> RangeResponse:
    """Return the response to a transaction's operation with that number, which was a range."""
    operations = response.responses
    found = operations[number].response_range if number < len(operations) else None
    if found is None:
        raise ResponseMakesNoSense("a transaction got a response of another kind")
    return found


def created(response: RangeResponse) -> int:
    """Return the create revision of the key that was read."""
    if not response.kvs:
        raise ResponseMakesNoSense("a key is not there that the transaction found")
    return response.kvs[0].create_revision


def created_at(key: bytes, revision: int) -> Compare:
    """Compare a key's create revision, which is 0 for an absent key."""
    return Compare(target=CREATE, result=EQUAL, key=key, create_revision=revision)


def wait_for_turn(session: LeaseSession, name: bytes, revision: int, lost: str) -> None:
    """Wait until no key under the name is older than the revision.

    Raises LeaseLost with the message ``lost``, and CallFailed when stopped.
    """
    before = _just_before(name, revision)
    while True:
        response = session.call(lambda limit: read(session.connection, before, limit))
        session.check(lost)
        if not response.kvs:
            return
        try:
            _wait_until_deleted(session, response.kvs[0].key, response.header.revision)
        except (CallFailed, ConnectionFailed) as error:
            fail_over_after(session.connection, session.stop, error)
        session.check(lost)


def _just_before(name: bytes, revision: int) -> RangeRequest:
    key, range_end = prefix_range(name + b"/")
    return RangeRequest(
        key=key,
        range_end=range_end,
        sort_target=BY_CREATE,
        sort_order=DESCEND,
        limit=1,
        max_create_revision=revision - 1,
    )


def _wait_until_deleted(session: LeaseSession, key: bytes, revision: int) -> None:
    """Return when the key was deleted, the watch must be restarted, or the session is stopped."""
    watching = Watching(session.connection)
    watching.add(WatchCreateRequest(key=key, start_revision=revision))
    with session.stop.calling(watching.close):
        try:
            for received in watching.received():
                if received.reason and received.reason != COMPACTED:
                    raise CallFailed(received.reason)
                batches = received.response.batches
                if received.reason or any(DELETE in batch.kinds for batch in batches):
                    return
        finally:
            watching.close()
