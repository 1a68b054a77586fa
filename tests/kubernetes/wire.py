"""Protobuf messages by hand, for values that no serializer of today would write."""

from __future__ import annotations

from pyetcdctl.kubernetes.codec.envelope import wrap
from pyetcdctl.rpc.wire import LENGTH, VARINT, append_varint


def field(number: int, value: int | str | bytes) -> bytes:
    """Write one field: a number as a varint, text and messages with their length."""
    out = bytearray()
    if isinstance(value, int):
        append_varint(out, number << 3 | VARINT)
        append_varint(out, value)
        return bytes(out)
    payload = value.encode() if isinstance(value, str) else value
    append_varint(out, number << 3 | LENGTH)
    append_varint(out, len(payload))
    return bytes(out) + payload


def stored(api_version: str, kind: str, *fields: bytes) -> bytes:
    """Write a whole value."""
    return wrap(api_version, kind, b"".join(fields))
