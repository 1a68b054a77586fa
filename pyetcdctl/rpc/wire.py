"""Protobuf's wire format, as far as key-value calls need it.

The messages of a cold ``get`` are read and written here, because loading a protobuf runtime takes
longer than the call. A message class lists its fields in ``FIELDS`` in the order of their numbers;
an absent field keeps the class's default, as in proto3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Checked = Callable[[], None]

VARINT, FIXED64, LENGTH, GROUP_START, GROUP_END, FIXED32 = 0, 1, 2, 3, 4, 5
_UINT64 = 0xFFFFFFFFFFFFFFFF
_LAST_TAG = 0xFFFFFFFF
SMALL_BYTES = 1 << 20
FIELDS_BETWEEN_CHECKS = 4096
DEEPEST = 100
"""How deep messages may be nested, as in protobuf's own runtimes."""


class WireError(ValueError):
    """Bytes that are not a protobuf message."""


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
    def decode(cls, data: bytes, *, checked: Checked | None = None, depth: int = 0) -> Self:
        """Decode a message; unknown fields are skipped. Raises WireError.

        ``checked`` is called now and then, and may raise to end a decoding that takes too long.
        """
        if depth > DEEPEST:
            raise WireError(f"messages are nested more than {DEEPEST} deep")
        message = cls()
        by_number = {field.number: field for field in cls.FIELDS}
        fields = read_fields(data)
        if checked is not None and len(data) > SMALL_BYTES:
            fields = _watched(fields, checked)
        for number, value in fields:
            field = by_number.get(number)
            if field is not None:
                _store(message, field, value, checked, depth)
        return message


def append_varint(out: bytearray, value: int) -> None:
    """Append an unsigned or negative (two's complement, 64 bits) number."""
    value &= _UINT64
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the number at ``at`` and the offset after it."""
    try:
        byte = data[at]
        if byte < 0x80:  # most have one byte, or two
            return byte, at + 1
        following = data[at + 1]
        if following < 0x80:
            return byte & 0x7F | following << 7, at + 2
        result = byte & 0x7F | (following & 0x7F) << 7
        at, shift = at + 2, 14
        while True:
            byte = data[at]
            at += 1
            result |= (byte & 0x7F) << shift
            if byte < 0x80:
                return (result & _UINT64 if shift == 63 else result), at
            shift += 7
            if shift > 63:
                raise WireError(f"a number of more than 64 bits at offset {at}")
    except IndexError:
        raise WireError("the message ends inside a number") from None


def read_fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield (number, value) of every field: a number for a varint, bytes for one with a length.

    Numbers of a fixed width and groups are skipped: no message that is read here has any.
    """
    at, end = 0, len(data)
    while at < end:
        tag, at = read_varint(data, at)
        if not 8 <= tag <= _LAST_TAG:
            raise WireError(f"a field without a valid number at offset {at}")
        if tag & 7 == VARINT:
            number, at = read_varint(data, at)
            yield tag >> 3, number
        elif tag & 7 == LENGTH:
            size, at = read_varint(data, at)
            if at + size > end:
                raise WireError(f"a field of {size} bytes at offset {at} is cut off")
            yield tag >> 3, data[at : at + size]
            at += size
        else:
            at = _end_of_unknown(data, tag, at)


def signed(value: int) -> int:
    """Read an unsigned 64-bit number as int64."""
    return value - (1 << 64) if value >> 63 else value


def _end_of_unknown(data: bytes, tag: int, at: int) -> int:
    """Return the offset after a field of a fixed width, or after a group with all its fields."""
    groups: list[int] = []
    while True:
        if tag & 7 == GROUP_START:
            groups.append(tag >> 3)
        elif tag & 7 != GROUP_END:
            at = _end_of_value(data, tag & 7, at)
        elif not groups or groups.pop() != tag >> 3:
            raise WireError(f"a group ends at offset {at} that was not begun")
        if at > len(data) or len(groups) > DEEPEST:
            raise WireError(f"a field at offset {at} is cut off, or nested too deep")
        if not groups:
            return at
        tag, at = read_varint(data, at)


def _end_of_value(data: bytes, wire_type: int, at: int) -> int:
    if wire_type == VARINT:
        return read_varint(data, at)[1]
    if wire_type == LENGTH:
        return sum(read_varint(data, at))
    if wire_type not in (FIXED64, FIXED32):
        raise WireError(f"unknown wire type {wire_type} at offset {at}")
    return at + (8 if wire_type == FIXED64 else 4)


def _watched(
    fields: Iterator[tuple[int, int | bytes]], checked: Checked
) -> Iterator[tuple[int, int | bytes]]:
    for number, field in enumerate(fields):
        if not number % FIELDS_BETWEEN_CHECKS:
            checked()
        yield field


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


def _store(
    message: Message, field: Field, value: int | bytes, checked: Checked | None, depth: int
) -> None:
    before = message.__dict__.get(field.name)
    if isinstance(before, Message) and isinstance(value, bytes):
        value = before.encode() + value  # which is how protobuf merges a repeated message
    plain = _plain(field, value, checked, depth)
    if field.repeated:
        message.__dict__.setdefault(field.name, []).append(plain)
    else:
        message.__dict__[field.name] = plain


def _plain(field: Field, value: int | bytes, checked: Checked | None, depth: int) -> Any:
    if isinstance(value, int) == (field.kind in ("bytes", "string", "message")):
        raise WireError(f"field {field.name} has the wrong wire type")
    if isinstance(value, int):
        if field.kind == "bool":
            return bool(value)
        return value if field.kind == "uint64" else signed(value)
    if field.kind == "string":
        return value.decode("utf-8", "replace")
    if field.message is not None:
        return field.message.decode(value, checked=checked, depth=depth + 1)
    return value
