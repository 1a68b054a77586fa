"""Elections, by etcd's recipe: the candidate with the oldest key under the name leads."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.kv import commit, read
from pyetcdctl.client.status import COMPACTED
from pyetcdctl.concurrency.sessions import fail_over_after, until_served
from pyetcdctl.concurrency.turns import (
    Place,
    created,
    created_at,
    oldest,
    range_at,
    wait_for_turn,
)
from pyetcdctl.concurrency.watching import Watching
from pyetcdctl.errors import CallFailed, ConnectionFailed, PyetcdctlError
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.rpc.event_batch import DELETE, PUT
from pyetcdctl.rpc.key_values import key_value
from pyetcdctl.rpc.kv import (
    DeleteRangeRequest,
    PutRequest,
    RangeRequest,
    RangeResponse,
    ResponseHeader,
)
from pyetcdctl.rpc.txn import RequestOp, TxnRequest
from pyetcdctl.rpc.watch import WatchCreateRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.concurrency.sessions import LeaseSession
    from pyetcdctl.concurrency.stopping import Stop
    from pyetcdctl.rpc.txn import TxnResponse

LOST = "elect: session expired"
_NOBODY = 0


class Leadership(Place):
    """Leadership that is held in a ``with`` block."""

    def __init__(self, session: LeaseSession, election: bytes, proposal: bytes) -> None:
        super().__init__(session, election)
        self._proposal = proposal
        self._revision = 0

    def _take_turn(self) -> None:
        session = self._session
        put = PutRequest(key=self.key, value=self._proposal, lease=session.lease)
        there = RangeRequest(key=self.key)
        candidacy = TxnRequest(
            compare=[created_at(self.key, 0)],
            success=[RequestOp(request_put=put)],
            failure=[RequestOp(request_range=there)],
        )
        response = session.call(lambda limit: commit(session.connection, candidacy, limit))
        self._revision = _created(response)
        wait_for_turn(session, self._name, self._revision, LOST)

    def _leave(self) -> None:
        session = self._session
        delete = DeleteRangeRequest(key=self.key)
        request = TxnRequest(
            compare=[created_at(self.key, self._revision)],
            success=[RequestOp(request_delete_range=delete)],
        )
        session.tidy(lambda limit: commit(session.connection, request, limit))


def leaders(connection: Connection, election: bytes, stop: Stop) -> Iterator[RangeResponse]:
    """Yield the leader, its later proclamations, and each later leader, until stopped.

    Raises the error of the first read if it fails within the command timeout.
    """
    limit = Deadline.after(connection.settings.command_timeout)
    first: RangeResponse | None = read(connection, oldest(election), limit)
    seen = _NOBODY
    while not stop.has_rung:
        try:
            if first is None:
                first = until_served(connection, stop, _look(connection, election))
            for response in _reign(connection, election, stop, first):
                if response.kvs[0].mod_revision != seen:
                    seen = response.kvs[0].mod_revision
                    yield response
        except (CallFailed, ConnectionFailed) as error:
            if not stop.has_rung:
                _go_on_after(error, connection, stop)
        first = None


def _go_on_after(error: PyetcdctlError, connection: Connection, stop: Stop) -> None:
    try:
        fail_over_after(connection, stop, error)
    except PyetcdctlError as lost:
        raise _observer_lost(lost.message) from lost


def _observer_lost(reason: str) -> PyetcdctlError:
    return PyetcdctlError("elect: observer lost", f"The server reports: {reason}")


def _reign(
    connection: Connection, election: bytes, stop: Stop, first: RangeResponse
) -> Iterator[RangeResponse]:
    """Yield the leader, waiting for one if there is none, and its proclamations until its key is
    deleted.
    """
    if not first.kvs:
        key, range_end = prefix_range(election + b"/")
        anybody = WatchCreateRequest(
            key=key, range_end=range_end, start_revision=first.header.revision
        )
        puts = (response for kind, response in _events(connection, anybody, stop) if kind == PUT)
        with closing(puts):
            elected = next(puts, None)
        if elected is None:
            return
        first = elected
        first.header.revision = first.kvs[0].mod_revision
    yield RangeResponse(header=first.header, kvs=first.kvs)  # etcdctl shows no count here
    leader = WatchCreateRequest(key=first.kvs[0].key, start_revision=first.header.revision + 1)
    for kind, response in _events(connection, leader, stop):
        if kind == DELETE:
            return
        yield response


def _events(
    connection: Connection, request: WatchCreateRequest, stop: Stop
) -> Iterator[tuple[int, RangeResponse]]:
    """Yield events until stopped, or until the watch must be restarted."""
    watching = Watching(connection)
    watching.add(request)
    with stop.calling(watching.close), closing(watching):
        for received in watching.received():
            if received.reason == COMPACTED:
                return
            if received.reason:
                raise _observer_lost(received.reason)
            for batch in received.response.batches:
                for kind, record in zip(batch.kinds, batch.records(), strict=True):
                    header = ResponseHeader(**received.response.header.__dict__)
                    yield kind, RangeResponse(header=header, kvs=[key_value(record)])


def _look(connection: Connection, election: bytes) -> Callable[[Deadline], RangeResponse]:
    return lambda limit: read(connection, oldest(election), limit)


def _created(response: TxnResponse) -> int:
    """Return the create revision of our key, which exists already if the call was repeated."""
    return response.header.revision if response.succeeded else created(range_at(response, 0))
