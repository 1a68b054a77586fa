"""Several ranges in one call: a transaction that only reads, all at one revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.rpc.range_page import RangePage
from pyetcdctl.rpc.wire import WireError, append_varint, read_fields

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyetcdctl.rpc.kv import RangeRequest

TXN = "/etcdserverpb.KV/Txn"
MAX_RANGES = 128
"""How many operations a server takes in one transaction by default."""
_SUCCESS, _REQUEST_RANGE = 0x12, 0x0A
_RESPONSES, _RESPONSE_RANGE = 3, 1


def encode_ranges(requests: Iterable[RangeRequest]) -> bytes:
    """Write a TxnRequest (etcd API) without conditions whose operations are these ranges."""
    out = bytearray()
    for request in requests:
        operation = _field(_REQUEST_RANGE, request.encode())
        out += _field(_SUCCESS, operation)
    return bytes(out)


def parse_ranges(data: bytes, expected: int) -> list[RangePage]:
    """Parse the responses of a TxnResponse, in the order of the requests. Raises WireError."""
    pages = []
    for number, operation in read_fields(data):
        if number == _RESPONSES and isinstance(operation, bytes):
            pages.append(RangePage.parse(_range_of(operation)))
    if len(pages) != expected:
        raise WireError(f"{len(pages)} ranges came back of {expected}")
    return pages


def _range_of(operation: bytes) -> bytes:
    found = [value for kind, value in read_fields(operation) if kind == _RESPONSE_RANGE]
    if len(found) != 1 or not isinstance(found[0], bytes):
        raise WireError("a transaction that only reads got a response of another kind")
    return found[0]


def _field(tag: int, body: bytes) -> bytes:
    head = bytearray([tag])
    append_varint(head, len(body))
    return bytes(head) + body
