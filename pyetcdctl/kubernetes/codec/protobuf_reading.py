"""Decode protobuf by one plan per message, which maps each tag to a place in the JSON.

Plans are built from the field table when a message is first met. A plan knows a field by its whole
tag, so a field of another wire type counts as unknown. Reading never raises: damage is reported to
``Reading``, and the message keeps what was read before.

Invariants: the dict has the order of the API's JSON whatever the order on the wire, and every
field that the API prints when it is absent is there.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.codec import field_reading, special_reading
from pyetcdctl.kubernetes.codec.wire_fields import TOP, WireReading
from pyetcdctl.kubernetes.schema import table
from pyetcdctl.rpc.wire import FIXED64, LENGTH, VARINT, WireError, read_varint

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.kubernetes.codec.field_reading import Reader, Store
    from pyetcdctl.kubernetes.codec.wire_fields import Place
    from pyetcdctl.kubernetes.objects import Object, Plain
    from pyetcdctl.kubernetes.schema.table import FieldSchema, MessageSchema

MAX_DEPTH = 64
CHOICE = "JSONSchemaPropsOr"
"""The prefix of the names of messages that are either a JSON schema or another value."""
MASK = 0xFFFFFFFFFFFFFFFF
INTEGERS = {
    "int32": field_reading.integer(32, signed=True),
    "int64": field_reading.integer(64, signed=True),
    "uint32": field_reading.integer(32, signed=False),
    "uint64": field_reading.integer(64, signed=False),
}


Slot = tuple[int, "Store", bool]
"""The field's rank in the JSON, its store, and whether it is length-delimited (else a number)."""


class MessagePlan:
    """The plan to read one message; made when the first one is read."""

    __slots__ = ("doubles", "maps", "message", "order", "ready", "release", "required", "slots")

    def __init__(self, message: MessageSchema, release: str | None = None) -> None:
        self.message = message
        self.release = release
        self.ready = False
        self.slots: dict[int, Slot] = {}
        self.doubles: dict[int, Store] = {}
        self.order: list[str] = []
        self.required: list[tuple[str, Callable[[], Plain] | None]] = []
        self.maps: list[str] = []

    def prepare(self) -> MessagePlan:
        """Make the plan, if that has not been done; return it."""
        if self.ready:
            return self
        self.ready = True
        for rank, field in enumerate(self.message.fields):
            if field.inline:
                self._add_inline(rank, field)
            else:
                self._add(rank, field)
        return self

    def read(self, data: bytes, place: Place, reading: WireReading) -> Object:
        """Read a message's bytes into a dict in JSON order."""
        if not self.ready:
            self.prepare()
        out: Object = {}
        ordered = True
        if reading.admits(place, MAX_DEPTH):
            try:
                ordered = self._walk(out, data, place, reading)
            except (IndexError, WireError) as error:
                ordered = False
                reading.damage(place, error if isinstance(error, WireError) else "cut off")
        for name, absent in self.required:
            if name not in out:
                out[name] = absent and absent()
                ordered = False
        for name in self.maps:
            if out.get(name):
                field_reading.put_in_order(out, name)
        return out if ordered else {name: out[name] for name in self.order if name in out}

    def _walk(self, out: Object, data: bytes, place: Place, reading: WireReading) -> bool:
        """Store each field; return whether they came in JSON order."""
        at, end, last, ordered, slots = 0, len(data), -1, True, self.slots
        while at < end:
            tag = data[at]
            at += 1
            if tag > 127:
                tag, at = read_varint(data, at - 1)
            slot = slots.get(tag)
            if slot is None:
                at = self._walk_on(out, data, tag, at, place, reading)
                ordered = ordered and not self.doubles
                continue
            rank, store, is_long = slot
            if rank < last:
                ordered = False
            last = rank
            value = data[at]
            at += 1
            if value > 127:
                value, at = read_varint(data, at - 1)
            if is_long:
                store(out, data[at : at + value], place, reading)
                at += value
            else:
                store(out, value & MASK, place, reading)
        if at > end:
            reading.damage(place, f"cut off: {at - end} bytes are missing")
        return ordered

    def _walk_on(
        self, out: Object, data: bytes, tag: int, at: int, place: Place, reading: WireReading
    ) -> int:
        store = self.doubles.get(tag)
        if store is None:
            return reading.keep(data, tag, at, place)
        if at + 8 > len(data):
            raise WireError("cut off inside a number")
        store(out, data[at : at + 8], place, reading)
        return at + 8

    def _add(self, rank: int, field: FieldSchema) -> None:
        self.order.append(field.name)
        if field.map_value:
            self.maps.append(field.name)
        if field.type == "double":
            store = field_reading.doubles(field.name, zero=_prints_zero(field))
            self.doubles[field.number << 3 | FIXED64] = store
        for wire_type, store in _stores(field, self.release):
            self.slots[field.number << 3 | wire_type] = (rank, store, wire_type == LENGTH)
        if _is_always_printed(field):
            self.required.append((field.name, _absent(field, self.release)))

    def _add_inline(self, rank: int, field: FieldSchema) -> None:
        plan = plan_of(field.type, self.release).prepare()
        self.order += plan.order
        self.slots[field.number << 3 | LENGTH] = (rank, field_reading.inline(plan.read), True)
        if not field.dropped:
            self.required += plan.required


@cache
def plan_of(name: str, release: str | None = None) -> MessagePlan:
    """Return the plan of a message's full name, with the rules of a release or the newest."""
    message = table.message(name)
    if message is None:
        raise LookupError(f"the field table has no message {name}")
    if release is not None:
        from pyetcdctl.kubernetes.schema.as_of import as_of

        message = as_of(message, release)
    return MessagePlan(message, release)


def reader_of(name: str, release: str | None = None) -> Reader:
    """Return the reader of a type: a message of any kind, or a length-delimited scalar."""
    if name == "bytes":
        return field_reading.guarded(field_reading.base64_text)
    convert = special_reading.scalar(name)
    if convert is not None:
        return field_reading.guarded(convert)
    return _choice(name, release) or _wrapper(name, release) or plan_of(name, release).read


def reads_special(message: MessageSchema) -> bool:
    """Return whether a special message, of the table or of a release to come, has a reader."""
    is_choice = message.name.rpartition(".")[2].startswith(CHOICE)
    is_wrapper = bool(special_reading.items_of(message))
    return is_choice or is_wrapper or special_reading.scalar(message.name) is not None


def _wrapper(name: str, release: str | None) -> Reader | None:
    """Return the reader of a message whose JSON is its only field, a list or a map."""
    if not special_reading.is_wrapper(name):
        return None
    plan = plan_of(name, release)
    field = plan.message.fields[0]
    empty = dict if field.map_value else list

    def read(data: bytes, place: Place, reading: WireReading) -> Plain:
        return plan.read(data, place, reading).get(field.name) or empty()

    return read


def _choice(name: str, release: str | None) -> Reader | None:
    """Return the reader of a part of a JSON schema that has one of two types."""
    package, _, kind = name.rpartition(".")
    if not kind.startswith(CHOICE):
        return None
    read_schema = plan_of(f"{package}.JSONSchemaProps", release).read
    schema = field_reading.messages("schema", read_schema, omit=False)
    stores: dict[str, dict[int, Slot]] = {
        "Bool": {
            0x08: (0, field_reading.numbers("plain", bool, zero=True), False),
            0x12: (1, schema, True),
        },
        "StringArray": {
            0x0A: (1, schema, True),
            0x12: (0, field_reading.string_lists("list"), True),
        },
        "Array": {
            0x0A: (1, schema, True),
            0x12: (0, field_reading.message_lists("list", read_schema), True),
        },
    }
    plan = MessagePlan(table.MessageSchema(name, ()))
    plan.slots = stores[kind.removeprefix(CHOICE)]
    plan.order = ["list", "schema", "plain"]
    plan.ready = True
    default = False if kind.endswith("Bool") else None

    def read(data: bytes, place: Place, reading: WireReading) -> Plain:
        found = plan.read(data, place, reading)
        return next((found[name] for name in plan.order if name in found), default)

    return read


def _stores(field: FieldSchema, release: str | None) -> list[tuple[int, Store]]:
    name = field.name
    if field.map_value == "string":
        return [(LENGTH, field_reading.string_maps(name))]
    if field.map_value:
        return [(LENGTH, field_reading.maps(name, reader_of(field.map_value, release)))]
    if field.type in INTEGERS or field.type == "bool":
        return _number_stores(field, zero=_prints_zero(field))
    if field.type == "double":
        return []
    return [(LENGTH, _long_store(field, release))]


def _number_stores(field: FieldSchema, *, zero: bool) -> list[tuple[int, Store]]:
    convert: Callable[[int], Plain] = INTEGERS.get(field.type, bool)
    if field.repeated:
        return [
            (VARINT, field_reading.number_lists(field.name, convert)),
            (LENGTH, field_reading.packed_lists(field.name, convert)),
        ]
    return [(VARINT, field_reading.numbers(field.name, convert, zero=zero))]


def _long_store(field: FieldSchema, release: str | None) -> Store:
    zero = _prints_zero(field)
    if field.type == "string":
        return (
            field_reading.string_lists(field.name)
            if field.repeated
            else field_reading.strings(field.name, zero=zero)
        )
    if field.type == "bytes" and not field.repeated:
        return field_reading.byte_strings(field.name, zero=zero)
    read = reader_of(field.type, release)
    if field.repeated:
        return field_reading.message_lists(field.name, read)
    omit = field.dropped or (field.omitzero and not field.pointer) or _is_wrapper_left_out(field)
    return field_reading.messages(field.name, read, omit=omit)


def _prints_zero(field: FieldSchema) -> bool:
    return not field.dropped and (field.pointer or not (field.omitempty or field.omitzero))


def _is_wrapper_left_out(field: FieldSchema) -> bool:
    return field.omitempty and not field.pointer and special_reading.is_wrapper(field.type)


def _is_always_printed(field: FieldSchema) -> bool:
    if field.dropped or field.omitzero:
        return False
    is_struct = not (field.pointer or field.repeated or field.map_value) and "." in field.type
    return (is_struct and not special_reading.is_wrapper(field.type)) or not field.omitempty


def _absent(field: FieldSchema, release: str | None) -> Callable[[], Plain] | None:
    if field.pointer or field.repeated or field.map_value or field.type == "bytes":
        return None
    if special_reading.is_wrapper(field.type):
        return None
    if "." in field.type:
        read = reader_of(field.type, release)
        return lambda: read(b"", TOP, WireReading())
    zero: Plain = {"string": "", "bool": False}.get(field.type, 0)
    return lambda: zero
