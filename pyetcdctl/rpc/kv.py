"""The messages of etcd's KV service (etcdserverpb, mvccpb) as plain objects; see rpc/wire.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.rpc.wire import Field, Message

if TYPE_CHECKING:
    from collections.abc import Sequence

RANGE = "/etcdserverpb.KV/Range"
RANGE_STREAM = "/etcdserverpb.KV/RangeStream"
PUT = "/etcdserverpb.KV/Put"
DELETE_RANGE = "/etcdserverpb.KV/DeleteRange"

NO_ORDER, ASCEND, DESCEND = 0, 1, 2
BY_KEY, BY_VERSION, BY_CREATE, BY_MOD, BY_VALUE = 0, 1, 2, 3, 4


class ResponseHeader(Message):
    """The cluster, member, revision and term of a response (etcd API, ResponseHeader)."""

    cluster_id: int = 0
    member_id: int = 0
    revision: int = 0
    raft_term: int = 0
    FIELDS = (
        Field(1, "cluster_id", "uint64"),
        Field(2, "member_id", "uint64"),
        Field(3, "revision", "int64"),
        Field(4, "raft_term", "uint64"),
    )


NO_HEADER = ResponseHeader()


class KeyValue(Message):
    """A key as it was at one revision (etcd API, mvccpb.KeyValue)."""

    key: bytes = b""
    create_revision: int = 0
    mod_revision: int = 0
    version: int = 0
    value: bytes = b""
    lease: int = 0
    FIELDS = (
        Field(1, "key", "bytes"),
        Field(2, "create_revision", "int64"),
        Field(3, "mod_revision", "int64"),
        Field(4, "version", "int64"),
        Field(5, "value", "bytes"),
        Field(6, "lease", "int64"),
    )


class RangeRequest(Message):
    """A range to read (etcd API, RangeRequest): ``[key, range_end)``, or one key without an end."""

    key: bytes = b""
    range_end: bytes = b""
    limit: int = 0
    revision: int = 0
    sort_order: int = NO_ORDER
    sort_target: int = BY_KEY
    serializable: bool = False
    keys_only: bool = False
    count_only: bool = False
    min_mod_revision: int = 0
    max_mod_revision: int = 0
    min_create_revision: int = 0
    max_create_revision: int = 0
    FIELDS = (
        Field(1, "key", "bytes"),
        Field(2, "range_end", "bytes"),
        Field(3, "limit", "int64"),
        Field(4, "revision", "int64"),
        Field(5, "sort_order", "enum"),
        Field(6, "sort_target", "enum"),
        Field(7, "serializable", "bool"),
        Field(8, "keys_only", "bool"),
        Field(9, "count_only", "bool"),
        Field(10, "min_mod_revision", "int64"),
        Field(11, "max_mod_revision", "int64"),
        Field(12, "min_create_revision", "int64"),
        Field(13, "max_create_revision", "int64"),
    )


class RangeResponse(Message):
    """A whole response to a RangeRequest; long ranges are read through client/ranges.py instead."""

    header: ResponseHeader = NO_HEADER
    kvs: Sequence[KeyValue] = ()
    more: bool = False
    count: int = 0
    FIELDS = (
        Field(1, "header", "message", ResponseHeader),
        Field(2, "kvs", "message", KeyValue, repeated=True),
        Field(3, "more", "bool"),
        Field(4, "count", "int64"),
    )


class PutRequest(Message):
    """etcd API, PutRequest."""

    key: bytes = b""
    value: bytes = b""
    lease: int = 0
    prev_kv: bool = False
    ignore_value: bool = False
    ignore_lease: bool = False
    FIELDS = (
        Field(1, "key", "bytes"),
        Field(2, "value", "bytes"),
        Field(3, "lease", "int64"),
        Field(4, "prev_kv", "bool"),
        Field(5, "ignore_value", "bool"),
        Field(6, "ignore_lease", "bool"),
    )


class PutResponse(Message):
    """etcd API, PutResponse; ``prev_kv`` is None where there was no earlier value."""

    header: ResponseHeader = NO_HEADER
    prev_kv: KeyValue | None = None
    FIELDS = (
        Field(1, "header", "message", ResponseHeader),
        Field(2, "prev_kv", "message", KeyValue),
    )


class DeleteRangeRequest(Message):
    """etcd API, DeleteRangeRequest."""

    key: bytes = b""
    range_end: bytes = b""
    prev_kv: bool = False
    FIELDS = (
        Field(1, "key", "bytes"),
        Field(2, "range_end", "bytes"),
        Field(3, "prev_kv", "bool"),
    )


class DeleteRangeResponse(Message):
    """etcd API, DeleteRangeResponse."""

    header: ResponseHeader = NO_HEADER
    deleted: int = 0
    prev_kvs: Sequence[KeyValue] = ()
    FIELDS = (
        Field(1, "header", "message", ResponseHeader),
        Field(2, "deleted", "int64"),
        Field(3, "prev_kvs", "message", KeyValue, repeated=True),
    )
