"""Reading, writing and deleting keys: one function a call, from words to etcd's answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from pyetcdctl.rpc.txn import COMPACT, TXN, CompactionRequest, TxnRequest, TxnResponse

if TYPE_CHECKING:
    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.deadline import Deadline


def read(connection: Connection, request: RangeRequest, deadline: Deadline) -> RangeResponse:
    """Read a few keys at once; long ranges are read in pages (client/ranges.py)."""
    answer = connection.unary(RANGE, request.encode(), deadline=deadline, repeatable=True)
    return RangeResponse.decode(answer)


def put(connection: Connection, request: PutRequest, deadline: Deadline) -> PutResponse:
    """Write a key. Not repeated once it may have reached a server."""
    answer = connection.unary(PUT, request.encode(), deadline=deadline, repeatable=False)
    return PutResponse.decode(answer)


def delete(
    connection: Connection, request: DeleteRangeRequest, deadline: Deadline
) -> DeleteRangeResponse:
    """Delete a range. Not repeated once it may have reached a server."""
    answer = connection.unary(DELETE_RANGE, request.encode(), deadline=deadline, repeatable=False)
    return DeleteRangeResponse.decode(answer)


def commit(connection: Connection, request: TxnRequest, deadline: Deadline) -> TxnResponse:
    """Run a transaction. Not repeated once it may have reached a server."""
    answer = connection.unary(TXN, request.encode(), deadline=deadline, repeatable=False)
    return TxnResponse.decode(answer)


def compact(connection: Connection, request: CompactionRequest, deadline: Deadline) -> None:
    """Forget everything before a revision. Not repeated once it may have reached a server."""
    connection.unary(COMPACT, request.encode(), deadline=deadline, repeatable=False)
