"""Decode the bytes of one field to its JSON: one small function per kind of field.

A store is called with the message's dict so far, the field's number or bytes, and its place.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable
from typing import Any

from pyetcdctl.kubernetes.codec.wire_fields import Place, WireReading, read_value
from pyetcdctl.kubernetes.objects import Object, Plain, number, text
from pyetcdctl.rpc.wire import WireError, read_varint

Store = Callable[[Object, Any, Place, WireReading], None]
"""A store receives a number or bytes, by the wire type of its field."""
Reader = Callable[[bytes, Place, WireReading], Plain]
Convert = Callable[[bytes], Plain]

MASK = 0xFFFFFFFFFFFFFFFF
KEY, VALUE = 0x0A, 0x12
NOTHING: tuple[Plain, ...] = (None, "", "0", "0s", 0, {}, [])


def strings(name: str, *, zero: bool) -> Store:
    """Store a string; ``zero`` is whether an empty one is printed."""

    def store(out: Object, payload: bytes, place: Place, reading: WireReading) -> None:
        if payload:
            try:
                out[name] = payload.decode()
            except UnicodeDecodeError:
                out[name] = text(payload)
        elif zero:
            out[name] = ""

    return store


def byte_strings(name: str, *, zero: bool) -> Store:
    """Store bytes as base64."""

    def store(out: Object, payload: bytes, place: Place, reading: WireReading) -> None:
        if payload or zero:
            out[name] = base64.b64encode(payload).decode()

    return store


def numbers(name: str, convert: Callable[[int], Plain], *, zero: bool) -> Store:
    """Store a number, or a bool."""
    nothing = convert(0)

    def store(out: Object, value: int, place: Place, reading: WireReading) -> None:
        if value:
            out[name] = convert(value)
        elif zero:
            out[name] = nothing

    return store


def integer(bits: int, *, signed: bool) -> Callable[[int], int]:
    """Return a function that converts a varint to a number of a width, as Go does."""
    modulus, limit = 1 << bits, 1 << (bits - 1 if signed else bits)

    def convert(value: int) -> int:
        if value < limit:
            return value
        value %= modulus
        return value if value < limit else value - modulus

    return convert


def doubles(name: str, *, zero: bool) -> Store:
    """Store a double."""

    def store(out: Object, payload: bytes, place: Place, reading: WireReading) -> None:
        value = struct.unpack("<d", payload)[0]
        if value - value != 0:
            reading.damage((place, name, -1, 0), f"JSON has no {value}")
        elif value or zero:
            out[name] = number(value)

    return store


def messages(name: str, read: Reader, *, omit: bool) -> Store:
    """Store a message; ``omit`` leaves out an empty one."""

    def store(out: Object, payload: bytes, place: Place, reading: WireReading) -> None:
        value = read(payload, (place, name, -1, place[3] + 1), reading)
        if not omit or value not in NOTHING:
            out[name] = value

    return store


def inline(read: Reader) -> Store:
    """Store the fields of a message whose JSON is part of its parent's."""

    def store(out: Object, payload: bytes, place: Place, reading: WireReading) -> None:
        out.update(read(payload, (place, "", -1, place[3] + 1), reading))

    return store


def string_lists(name: str) -> Store:
    """Add a string to a list."""

    def store(out: Object, payload: bytes, place: Place, reading: WireReading) -> None:
        if name in out:
            out[name].append(text(payload))
        else:
            out[name] = [text(payload)]

    return store


def byte_string_lists(name: str) -> Store:
    """Add bytes, as base64, to a list."""

    def store(out: Object, payload: bytes, place: Place, reading: WireReading) -> None:
        out.setdefault(name, []).append(base64.b64encode(payload).decode())

    return store


def number_lists(name: str, convert: Callable[[int], Plain]) -> Store:
    """Add a number to a list."""

    def store(out: Object, value: int, place: Place, reading: WireReading) -> None:
        out.setdefault(name, []).append(convert(value))

    return store


def packed_lists(name: str, convert: Callable[[int], Plain]) -> Store:
    """Add the numbers of a packed list, which readers have to accept."""

    def store(out: Object, payload: bytes, place: Place, reading: WireReading) -> None:
        values, at = out.setdefault(name, []), 0
        while at < len(payload):
            value, at = read_varint(payload, at)
            values.append(convert(value & MASK))

    return store


def message_lists(name: str, read: Reader) -> Store:
    """Add a message to a list."""

    def store(out: Object, payload: bytes, place: Place, reading: WireReading) -> None:
        values = out.get(name)
        if values is None:
            values = out[name] = []
        values.append(read(payload, (place, name, len(values), place[3] + 1), reading))

    return store


def maps(name: str, read: Reader) -> Store:
    """Add an entry to a map; its keys are put in order when the message is whole."""

    def store(out: Object, payload: bytes, place: Place, reading: WireReading) -> None:
        entries = out.get(name)
        if entries is None:
            entries = out[name] = {}
        key, value = _entry(payload)
        key_text = text(key)
        entries[key_text] = read(value, (place, f"{name}.{key_text}", -1, place[3] + 1), reading)

    return store


def string_maps(name: str) -> Store:
    """Add an entry to a map of strings."""

    def store(out: Object, payload: bytes, place: Place, reading: WireReading) -> None:
        entries = out.get(name)
        if entries is None:
            entries = out[name] = {}
        key, value = _entry(payload)
        try:
            entries[key.decode()] = value.decode()
        except UnicodeDecodeError:
            entries[text(key)] = text(value)

    return store


def put_in_order(out: Object, name: str) -> None:
    """Sort a map's keys by their bytes, which is the order of their code points."""
    keys = list(out[name])
    in_order = sorted(keys)
    if keys != in_order:
        entries = out[name]
        out[name] = {key: entries[key] for key in in_order}


def guarded(convert: Convert) -> Reader:
    """Make a reader of a function that raises; a payload that it cannot read becomes null."""

    def read(payload: bytes, place: Place, reading: WireReading) -> Plain:
        try:
            return convert(payload)
        except WireError as error:
            reading.damage(place, error)
            return None

    return read


def base64_text(payload: bytes) -> str:
    """Write bytes as Go's JSON does."""
    return base64.b64encode(payload).decode()


def _entry(payload: bytes) -> tuple[bytes, bytes]:
    size = len(payload)
    if size > 3 and payload[0] == KEY and payload[1] < 128:
        middle = payload[1] + 2
        if middle + 1 < size and payload[middle] == VALUE:
            length, start = payload[middle + 1], middle + 2
            if length > 127:
                length, start = read_varint(payload, middle + 1)
            if start + length == size:
                return payload[2:middle], payload[start:]
    return _unusual_entry(payload)


def _unusual_entry(payload: bytes) -> tuple[bytes, bytes]:
    found, at = {KEY: b"", VALUE: b""}, 0
    while at < len(payload):
        tag, at = read_varint(payload, at)
        value, at = read_value(payload, tag, at)
        if isinstance(value, bytes):
            found[tag] = value
    return found[KEY], found[VALUE]
