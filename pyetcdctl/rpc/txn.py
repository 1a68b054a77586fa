"""The messages of KV/Txn and KV/Compact (etcdserverpb) as plain objects; see rpc/wire.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.rpc.kv import (
    NO_HEADER,
    DeleteRangeRequest,
    DeleteRangeResponse,
    PutRequest,
    PutResponse,
    RangeRequest,
    RangeResponse,
    ResponseHeader,
)
from pyetcdctl.rpc.wire import Field, Message

if TYPE_CHECKING:
    from collections.abc import Sequence

TXN = "/etcdserverpb.KV/Txn"
COMPACT = "/etcdserverpb.KV/Compact"

EQUAL, GREATER, LESS, NOT_EQUAL = 0, 1, 2, 3
VERSION, CREATE, MOD, VALUE, LEASE = 0, 1, 2, 3, 4


class Compare(Message):
    """A condition (etcd API, Compare); of the values only the target's is set."""

    result: int = EQUAL
    target: int = VERSION
    key: bytes = b""
    version: int = 0
    create_revision: int = 0
    mod_revision: int = 0
    value: bytes = b""
    lease: int = 0
    range_end: bytes = b""
    """Where it is set, the condition is on every key of ``[key, range_end)``."""
    FIELDS = (
        Field(1, "result", "enum"),
        Field(2, "target", "enum"),
        Field(3, "key", "bytes"),
        Field(4, "version", "int64", explicit=True),
        Field(5, "create_revision", "int64", explicit=True),
        Field(6, "mod_revision", "int64", explicit=True),
        Field(7, "value", "bytes", explicit=True),
        Field(8, "lease", "int64", explicit=True),
        Field(64, "range_end", "bytes"),
    )


class RequestOp(Message):
    """One operation of a transaction: exactly one of the requests is set."""

    request_range: RangeRequest | None = None
    request_put: PutRequest | None = None
    request_delete_range: DeleteRangeRequest | None = None
    request_txn: TxnRequest | None = None


class TxnRequest(Message):
    """If all of ``compare`` hold then ``success`` else ``failure``, in one step."""

    compare: Sequence[Compare] = ()
    success: Sequence[RequestOp] = ()
    failure: Sequence[RequestOp] = ()
    FIELDS = (
        Field(1, "compare", "message", Compare, repeated=True),
        Field(2, "success", "message", RequestOp, repeated=True),
        Field(3, "failure", "message", RequestOp, repeated=True),
    )


RequestOp.FIELDS = (
    Field(1, "request_range", "message", RangeRequest),
    Field(2, "request_put", "message", PutRequest),
    Field(3, "request_delete_range", "message", DeleteRangeRequest),
    Field(4, "request_txn", "message", TxnRequest),
)


class ResponseOp(Message):
    """The response to one operation; exactly one is set."""

    ONEOF = "Response"
    response_range: RangeResponse | None = None
    response_put: PutResponse | None = None
    response_delete_range: DeleteRangeResponse | None = None
    response_txn: TxnResponse | None = None

    @property
    def response(self) -> Message | None:
        """The one that is set."""
        return next((value for value in self.__dict__.values()), None)


class TxnResponse(Message):
    """etcd API, TxnResponse. The headers within carry a revision only."""

    header: ResponseHeader = NO_HEADER
    succeeded: bool = False
    responses: Sequence[ResponseOp] = ()
    FIELDS = (
        Field(1, "header", "message", ResponseHeader),
        Field(2, "succeeded", "bool"),
        Field(3, "responses", "message", ResponseOp, repeated=True),
    )


ResponseOp.FIELDS = (
    Field(1, "response_range", "message", RangeResponse),
    Field(2, "response_put", "message", PutResponse),
    Field(3, "response_delete_range", "message", DeleteRangeResponse),
    Field(4, "response_txn", "message", TxnResponse),
)


class CompactionRequest(Message):
    """etcd API, CompactionRequest; ``physical`` waits until the space is free."""

    revision: int = 0
    physical: bool = False
    FIELDS = (
        Field(1, "revision", "int64"),
        Field(2, "physical", "bool"),
    )


class CompactionResponse(Message):
    """etcd API, CompactionResponse."""

    header: ResponseHeader = NO_HEADER
    FIELDS = (Field(1, "header", "message", ResponseHeader),)
