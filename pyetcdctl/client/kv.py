"""Reading, writing and deleting keys: one function a call, from words to etcd's response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client.calls import call
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
    from pyetcdctl.client.deadline import Deadline


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
    """Discard the history before a revision. Not repeated once it may have reached a server."""
    call(connection, COMPACT, request, CompactionResponse, deadline)
