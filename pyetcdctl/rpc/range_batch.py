"""Several ranges in one call: a transaction that only reads, answered at one revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.rpc.range_page import RangePage
from pyetcdctl.rpc.wire import WireError, append_varint, read_fields

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyetcdctl.rpc.kv import RangeRequest

TXN = "/etcdserverpb.KV/Txn"
MAX_RANGES = 128
"""What a server takes in one transaction unless it was told otherwise."""
_SUCCESS, _REQUEST_RANGE = 0x12, 0x0A
_RESPONSES, _RESPONSE_RANGE = 3, 1


def encode_ranges(requests: Iterable[RangeRequest]) -> bytes:
    """Write a TxnRequest (etcd API) without conditions whose operations are these ranges."""
    out = bytearray()
    for request in requests:
        operation = _field(_REQUEST_RANGE, request.encode())
        out += _field(_SUCCESS, operation)
    return bytes(out)


def parse_ranges(data: bytes) -> list[RangePage]:
    """Read the answers out of a TxnResponse, in the order of the requests. Raises WireError."""
    pages = []
    for number, operation in read_fields(data):
        if number == _RESPONSES and isinstance(operation, bytes):
            for kind, answer in read_fields(operation):
                if kind != _RESPONSE_RANGE or not isinstance(answer, bytes):
                    raise WireError("a transaction that only read was answered with something else")
                pages.append(RangePage.parse(answer))
    return pages


def _field(tag: int, body: bytes) -> bytes:
    head = bytearray([tag])
    append_varint(head, len(body))
    return bytes(head) + body
