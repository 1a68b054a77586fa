"""Encode protobuf by one plan per message, to the same bytes as Go's marshalers.

The counterpart of ``protobuf_reading``, from the same field table. Fields are written in the order
of their numbers; those that are not pointers, lists or maps are written also when they are zero or
missing.
"""

from __future__ import annotations

import base64
import binascii
import struct
from functools import cache, partial
from typing import TYPE_CHECKING, TypeAlias

from pyetcdctl.kubernetes.codec import special_writing as special
from pyetcdctl.kubernetes.codec.special_reading import is_wrapper
from pyetcdctl.kubernetes.codec.special_writing import append_bytes, append_number, listed
from pyetcdctl.kubernetes.codec.unfit import Unfit, needs
from pyetcdctl.kubernetes.objects import Literal
from pyetcdctl.kubernetes.schema import table
from pyetcdctl.rpc.wire import FIXED64, append_varint

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.kubernetes.objects import Object, Plain
    from pyetcdctl.kubernetes.schema.table import FieldSchema, MessageSchema

Append: TypeAlias = "Callable[[bytearray, Plain], None]"
"""Appends a field with its tag."""
WIDTHS = {
    "int32": range(-(1 << 31), 1 << 31),
    "int64": range(-(1 << 63), 1 << 63),
    "uint32": range(1 << 32),
    "uint64": range(1 << 64),
}
META = ("metadata", "listMeta")
TYPE_META = ("apiVersion", "kind")


class WritingPlan:
    """The plan to write one message."""

    def __init__(self, message: MessageSchema, release: str | None = None) -> None:
        self._message = message
        self._release = release
        self._ready = False
        self._steps: list[tuple[str, Append, bool]] = []
        self.inline: dict[str, WritingPlan] = {}
        self.names: set[str] = set()

    def prepare(self) -> WritingPlan:
        """Make the plan, if that has not been done; return it."""
        if self._ready:
            return self
        self._ready = True
        for field in sorted(self._message.fields, key=lambda field: field.number):
            append, always = _appender(field, self._release), _is_always_written(field)
            if field.inline:
                plan = plan_of(field.type, self._release).prepare()
                self.inline[f"\0{field.number}"] = plan
                self.names |= plan.names
                self._steps.append((f"\0{field.number}", append, always))
            else:
                self.names.add(field.name)
                self._steps.append((field.name, append, always))
        return self

    def write(self, value: Plain) -> bytes:
        """Return the message's bytes; None is an object without fields."""
        if not self._ready:
            self.prepare()
        obj = {} if value is None else value
        if not isinstance(obj, dict):
            raise needs("an object", value)
        if not obj.keys() <= self.names:
            self._refuse_unknown(obj)
        for step, plan in self.inline.items():
            below = {name: obj[name] for name in obj if name in plan.names}
            obj = {**obj, step: below or None}
        out = bytearray()
        for name, append, always in self._steps:
            given = obj.get(name)
            if given is None and not always:
                continue
            try:
                append(out, given)
            except Unfit as unfit:
                raise (unfit if name in self.inline else unfit.within(name)) from None
        return bytes(out)

    def _refuse_unknown(self, obj: Object) -> None:
        # Embedded objects may have a type, which is not written.
        carries_type = any(name in self.names for name in META)
        for name in obj:
            if name in self.names or (carries_type and name in TYPE_META):
                continue
            kind = self._message.name.rpartition(".")[2]
            raise Unfit(f"{kind} has no such field{_meant(str(name), self.names)}", str(name))


@cache
def plan_of(name: str, release: str | None = None) -> WritingPlan:
    """Return the plan of a message's full name, with the fields of a release or the newest."""
    message = table.message(name)
    if message is None:
        raise LookupError(f"the field table has no message {name}")
    if release is not None:
        from pyetcdctl.kubernetes.schema.as_of import as_of

        message = as_of(message, release)
    return WritingPlan(message, release)


def writer_of(name: str, release: str | None = None) -> Callable[[Plain], bytes]:
    """Return the writer of a length-delimited type."""
    if name == "bytes":
        return _decoded
    if name == "string":
        return lambda value: special.text(value).encode()
    found = special.writer(name) or _choice(name, release) or _wrapper(name, release)
    return found or plan_of(name, release).write


def _wrapper(name: str, release: str | None) -> Callable[[Plain], bytes] | None:
    """Return the writer of a message whose JSON is its only field, a list or a map."""
    message = table.message(name)
    if message is None or not is_wrapper(name):
        return None
    plan, field = plan_of(name, release), message.fields[0].name
    return lambda value: plan.write({field: value})


def _meant(name: str, names: set[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, names, n=1, cutoff=0.7)
    return f" (is {close[0]} meant?)" if close else ""


def _is_always_written(field: FieldSchema) -> bool:
    if field.pointer or field.repeated or field.map_value or field.type == "bytes":
        return False
    return not (field.dropped or is_wrapper(field.type))


def _appender(field: FieldSchema, release: str | None) -> Append:
    if field.map_value:
        return partial(_append_map, field.number, writer_of(field.map_value, release))
    one = _one(field, release)
    if field.repeated:
        return partial(_append_list, one)
    return partial(_append_unless_zero, one) if field.dropped and not field.pointer else one


def _one(field: FieldSchema, release: str | None) -> Append:
    """Return the function that appends the field once."""
    number = field.number
    if field.type == "bool":
        return lambda out, value: append_number(out, number, _boolean(value))
    if field.type in WIDTHS:
        allowed = WIDTHS[field.type]
        return lambda out, value: append_number(out, number, special.whole_number(value, allowed))
    if field.type == "double":
        return partial(_append_double, number)
    return partial(_append_long, number, _later(field.type, release))


def _later(name: str, release: str | None) -> Callable[[Plain], bytes]:
    """Return a type's writer, which is made on first use: messages may be recursive."""
    writer: Callable[[Plain], bytes] | None = None

    def write(value: Plain) -> bytes:
        nonlocal writer
        if writer is None:
            writer = writer_of(name, release)
        return writer(value)

    return write


def _append_long(
    number: int, write: Callable[[Plain], bytes], out: bytearray, value: Plain
) -> None:
    append_bytes(out, number, write(value))


def _append_unless_zero(one: Append, out: bytearray, value: Plain) -> None:
    if value not in ("", 0, {}):
        one(out, value)


def _append_list(one: Append, out: bytearray, value: Plain) -> None:
    for at, item in enumerate(listed(value)):
        try:
            one(out, item)
        except Unfit as unfit:
            raise unfit.within(at) from None


def _append_map(number: int, write: Callable[[Plain], bytes], out: bytearray, value: Plain) -> None:
    if not isinstance(value, dict):
        raise needs("an object", value)
    for key in sorted(value):
        entry = bytearray()
        append_bytes(entry, 1, key.encode())
        try:
            # Null bytes, unlike null strings, are left out of their entry.
            if write is not _decoded or value[key] is not None:
                append_bytes(entry, 2, write(value[key]))
        except Unfit as unfit:
            raise unfit.within(key) from None
        append_bytes(out, number, entry)


def _append_double(number: int, out: bytearray, value: Plain) -> None:
    if isinstance(value, Literal):
        plain = float(value.text)
    elif isinstance(value, int) and not isinstance(value, bool):
        plain = float(value)
    else:
        raise needs("a number", value)
    append_varint(out, number << 3 | FIXED64)
    out += struct.pack("<d", plain)


def _boolean(value: Plain) -> bool:
    if value is not None and not isinstance(value, bool):
        raise needs("true or false", value)
    return bool(value)


def _decoded(value: Plain) -> bytes:
    encoded = special.text(value)
    try:
        return base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Unfit("base64 is needed here") from None


def _choice(name: str, release: str | None) -> Callable[[Plain], bytes] | None:
    """Return the writer of a part of a JSON schema that has one of two types."""
    package, _, kind = name.rpartition(".")
    if not kind.startswith("JSONSchemaPropsOr"):
        return None
    schema = plan_of(f"{package}.JSONSchemaProps", release).write
    if kind.endswith("OrBool"):
        return partial(_schema_or_bool, schema)
    item = writer_of("string") if kind.endswith("OrStringArray") else schema
    return partial(_schema_or_list, schema, item)


def _schema_or_bool(schema: Callable[[Plain], bytes], value: Plain) -> bytes:
    out = bytearray()
    is_schema = isinstance(value, dict)
    append_number(out, 1, True if is_schema else _boolean(value))
    if is_schema:
        append_bytes(out, 2, schema(value))
    return bytes(out)


def _schema_or_list(
    schema: Callable[[Plain], bytes], item: Callable[[Plain], bytes], value: Plain
) -> bytes:
    out = bytearray()
    if isinstance(value, list):
        _append_list(partial(_append_long, 2, item), out, value)
    elif value is not None:
        append_bytes(out, 1, schema(value))
    return bytes(out)
