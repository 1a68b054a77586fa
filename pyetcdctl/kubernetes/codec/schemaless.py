"""A message without a schema: its metadata, whose numbers never changed, and the rest by number."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.codec.protobuf_reading import plan_of
from pyetcdctl.kubernetes.codec.wire_fields import TOP, WireReading, read_value
from pyetcdctl.kubernetes.objects import text
from pyetcdctl.rpc.wire import WireError, read_varint, signed

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Object, Plain

OBJECT_META = "k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta"
MAX_DEPTH = 16
WIRE = "wire"
"""The key under which fields without a name are shown."""


def dump(data: bytes, reading: WireReading) -> Object:
    """Return ``metadata``, if field 1 is one, and all other fields by number under ``wire``."""
    fields, problem = _fields(data)
    if problem:
        reading.damage(TOP, problem)
    metadata = _metadata(fields.get(1, []))
    if metadata is not None:
        del fields[1]
    shown = {str(number): _together(values, 1) for number, values in fields.items()}
    return ({"metadata": metadata} if metadata is not None else {}) | (
        {WIRE: shown} if shown else {}
    )


def _fields(data: bytes) -> tuple[dict[int, list[int | bytes]], str | None]:
    fields: dict[int, list[int | bytes]] = {}
    at = 0
    try:
        while at < len(data):
            tag, at = read_varint(data, at)
            value, at = read_value(data, tag, at)
            fields.setdefault(tag >> 3, []).append(value)
    except WireError as error:
        return fields, str(error)
    return fields, None


def _metadata(values: list[int | bytes]) -> Object | None:
    if len(values) != 1 or not isinstance(values[0], bytes):
        return None
    reading = WireReading()
    metadata = plan_of(OBJECT_META).read(values[0], TOP, reading)
    return None if reading.problem or reading.unknown else metadata


def _together(values: list[int | bytes], depth: int) -> Plain:
    shown = [_shown(value, depth) for value in values]
    return shown[0] if len(shown) == 1 else shown


def _shown(value: int | bytes, depth: int) -> Plain:
    if isinstance(value, int):
        return signed(value)
    looks_like_text = text(value).isprintable() and "\ufffd" not in text(value)
    if looks_like_text:
        return value.decode()
    fields, problem = _fields(value) if depth < MAX_DEPTH else ({}, "too deep")
    if problem is None and fields:
        return {str(number): _together(inner, depth + 1) for number, inner in fields.items()}
    try:
        return _lines_of_text(value.decode())
    except ValueError:
        return {"base64": base64.b64encode(value).decode()}


def _lines_of_text(candidate: str) -> str:
    if all(character.isprintable() or character in "\n\t\r" for character in candidate):
        return candidate
    raise ValueError("not text")
