"""One page of a range, read straight from the answer's bytes.

A page may hold a hundred thousand keys; building a message for each would take most of the time of
a listing. Here an answer (etcd API, RangeResponse) is cut into the bytes of its KeyValues, and each
consumer reads the fields that it prints.
"""

from __future__ import annotations

from typing import NamedTuple

from pyetcdctl.rpc.kv import KeyValue, ResponseHeader
from pyetcdctl.rpc.wire import WireError, read_varint, signed

_HEADER, _KVS, _MORE, _COUNT = 0x0A, 0x12, 0x18, 0x20
_KEY, _CREATE, _MOD, _VERSION, _VALUE, _LEASE = 0x0A, 0x10, 0x18, 0x20, 0x2A, 0x30


class RangePage(NamedTuple):
    """``entries`` are the serialized KeyValues, in order; the rest is RangeResponse's."""

    entries: list[bytes]
    header: ResponseHeader | None
    more: bool
    count: int

    @classmethod
    def parse(cls, data: bytes) -> RangePage:
        """Cut an answer into its entries. Raises WireError where it is damaged."""
        entries: list[bytes] = []
        append = entries.append
        header, more, count = None, False, 0
        at, end = 0, len(data)
        while at < end:
            tag = data[at]
            if tag == _MORE or tag == _COUNT:
                number, at = read_varint(data, at + 1)
                if tag == _MORE:
                    more = bool(number)
                else:
                    count = signed(number)
                continue
            size = data[at + 1] if at + 1 < end else 0x80
            at += 2
            if size > 0x7F:
                size, at = read_varint(data, at - 1)
            body = data[at : at + size]
            at += size
            if tag == _KVS:
                append(body)
            elif tag == _HEADER:
                header = ResponseHeader.decode(body)
            else:
                raise WireError(f"field {tag >> 3} is not one of a range's answer")
        if at > end:
            raise WireError("the answer ends inside an entry")
        return cls(entries, header, more, count)


def key_of(entry: bytes) -> bytes:
    """Return the key of a serialized KeyValue: etcd writes it first."""
    size, at = entry[1], 2
    if size > 0x7F:
        size, at = read_varint(entry, 1)
    return entry[at : at + size]


def key_and_value(entry: bytes) -> tuple[bytes, bytes]:
    """Return key and value of a serialized KeyValue."""
    decoded = KeyValue.decode(entry)
    return decoded.key, decoded.value
