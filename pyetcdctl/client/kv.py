"""Reading, writing and deleting keys: from requests to etcd's responses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client.calls import call
from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.response_limits import PAGE_RESPONSE_BYTES
from pyetcdctl.rpc.kv import (
    DELETE_RANGE,
    PUT,
    RANGE,
    DeleteRangeRequest,
    DeleteRangeResponse,
    PutRequest,
    PutResponse,
    RangeRequest,
    RangeResponse,
)
from pyetcdctl.rpc.txn import (
    COMPACT,
    TXN,
    CompactionRequest,
    CompactionResponse,
    TxnRequest,
    TxnResponse,
)

if TYPE_CHECKING:
    from pyetcdctl.client.connection import Connection
    from pyetcdctl.rpc.txn import RequestOp


def read(connection: Connection, request: RangeRequest, deadline: Deadline) -> RangeResponse:
    """Read a few keys at once; long ranges are read in pages (client/ranges.py)."""
    return call(connection, RANGE, request, RangeResponse, deadline, repeatable=True)


def put(connection: Connection, request: PutRequest, deadline: Deadline) -> PutResponse:
    """Write a key. Not repeated once it may have reached a server."""
    return call(connection, PUT, request, PutResponse, deadline)


def delete(
    connection: Connection, request: DeleteRangeRequest, deadline: Deadline
) -> DeleteRangeResponse:
    """Delete a range. Not repeated once it may have reached a server."""
    return call(connection, DELETE_RANGE, request, DeleteRangeResponse, deadline)


def commit(connection: Connection, request: TxnRequest, deadline: Deadline) -> TxnResponse:
    """Run a transaction. Not repeated once it may have reached a server."""
    return call(connection, TXN, request, TxnResponse, deadline)


def compact(connection: Connection, request: CompactionRequest, deadline: Deadline) -> None:
    """Discard key history older than a revision. Not repeated once it may have reached a server."""
    call(connection, COMPACT, request, CompactionResponse, deadline)


def bounded(connection: Connection, request: DeleteRangeRequest | TxnRequest) -> Connection:
    """Return a connection that refuses a larger response than this request can have, where that is
    known: where no values are returned.
    """
    if isinstance(request, TxnRequest):
        returns_values = any(map(_returns_values, (*request.success, *request.failure)))
    else:
        returns_values = request.prev_kv
    return connection if returns_values else connection.receiving_at_most(PAGE_RESPONSE_BYTES)


def _returns_values(operation: RequestOp) -> bool:
    put, deletion = operation.request_put, operation.request_delete_range
    if put is None and deletion is None:
        return True
    return bool((put and put.prev_kv) or (deletion and deletion.prev_kv))


class LiveWriter:
    """Runs transactions on a cluster, each within the command timeout."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def name(self) -> str:
        """The endpoint in use."""
        return self._connection.endpoint

    def commit(self, request: TxnRequest) -> TxnResponse:
        """Run a transaction. Not repeated once it may have reached a server."""
        timeout = self._connection.settings.command_timeout
        return commit(self._connection, request, Deadline.after(timeout))
