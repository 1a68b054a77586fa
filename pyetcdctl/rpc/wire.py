"""Protobuf's wire format, just as much as key-value calls need.

The messages of a cold ``get`` are read and written here, because loading a protobuf runtime takes
longer than the call. A message class lists its fields in ``FIELDS`` in the order of their numbers;
what a field does not carry keeps the class's default, as proto3 has it.
"""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple, Self

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5


class WireError(ValueError):
    """Bytes that are no protobuf message."""


class Field(NamedTuple):
    """One field: ``kind`` is int64, uint64, enum, bool, bytes, string or message."""

    number: int
    name: str
    kind: str
    message: type[Message] | None = None
    repeated: bool = False
    explicit: bool = False
    """A member of a oneof: written whenever it is set, also to zero."""


class Message:
    """A message as plain attributes; unset ones read as their default."""

    FIELDS: ClassVar[tuple[Field, ...]] = ()
    ONEOF: ClassVar[str] = ""
    """The name of the oneof that all fields of the message are in; etcdctl's JSON shows it."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.encode() == other.encode()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items())
        return f"{type(self).__name__}({values})"

    def encode(self) -> bytes:
        """Return the message's bytes, fields in the order of their numbers."""
        out = bytearray()
        for field in self.FIELDS:
            value = self.__dict__.get(field.name)
            if value or (field.explicit and value is not None):
                for item in value if field.repeated else (value,):
                    _append(out, field, item)
        return bytes(out)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read a message; unknown fields are passed over. Raises WireError."""
        message = cls()
        by_number = {field.number: field for field in cls.FIELDS}
        for number, value in read_fields(data):
            field = by_number.get(number)
            if field is not None:
                _store(message, field, value)
        return message


def append_varint(out: bytearray, value: int) -> None:
    """Append an unsigned or negative (two's complement, 64 bits) number."""
    value &= 0xFFFFFFFFFFFFFFFF
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the number at ``at`` and the offset behind it."""
    result = shift = 0
    try:
        while True:
            byte = data[at]
            at += 1
            result |= (byte & 0x7F) << shift
            if byte < 0x80:
                return result, at
            shift += 7
            if shift > 63:
                raise WireError(f"a number of more than 64 bits at offset {at}")
    except IndexError:
        raise WireError("the message ends inside a number") from None


def read_fields(data: bytes) -> list[tuple[int, int | bytes]]:
    """Return (number, value) of every field: numbers for varints, bytes for everything else."""
    fields: list[tuple[int, int | bytes]] = []
    at, end = 0, len(data)
    while at < end:
        tag, at = read_varint(data, at)
        wire_type = tag & 7
        if wire_type == VARINT:
            number, at = read_varint(data, at)
            fields.append((tag >> 3, number))
            continue
        if wire_type == LENGTH:
            size, at = read_varint(data, at)
        elif wire_type in (FIXED64, FIXED32):
            size = 8 if wire_type == FIXED64 else 4
        else:
            raise WireError(f"unknown wire type {wire_type} at offset {at}")
        if at + size > end:
            raise WireError(f"a field of {size} bytes at offset {at} passes the end of the message")
        fields.append((tag >> 3, data[at : at + size]))
        at += size
    return fields


def signed(value: int) -> int:
    """Read an unsigned 64-bit number as int64."""
    return value - (1 << 64) if value >> 63 else value


def _append(out: bytearray, field: Field, value: Any) -> None:
    if field.kind in ("bytes", "string", "message"):
        if field.kind == "message":
            value = value.encode()
        elif field.kind == "string":
            value = value.encode("utf-8", "surrogateescape")
        append_varint(out, field.number << 3 | LENGTH)
        append_varint(out, len(value))
        out += value
    else:
        append_varint(out, field.number << 3 | VARINT)
        append_varint(out, int(value))


def _store(message: Message, field: Field, value: int | bytes) -> None:
    plain = _plain(field, value)
    if field.repeated:
        message.__dict__.setdefault(field.name, []).append(plain)
    else:
        message.__dict__[field.name] = plain


def _plain(field: Field, value: int | bytes) -> Any:
    if isinstance(value, int) == (field.kind in ("bytes", "string", "message")):
        raise WireError(f"field {field.name} has the wrong wire type")
    if isinstance(value, int):
        if field.kind == "bool":
            return bool(value)
        return value if field.kind == "uint64" else signed(value)
    if field.kind == "string":
        return value.decode("utf-8", "replace")
    if field.message is not None:
        return field.message.decode(value)
    return value
