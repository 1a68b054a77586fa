"""The format of a stored value, recognised by its first bytes, and the envelope around protobuf.

The envelope is ``k8s`` and a NUL, then the message runtime.Unknown: typeMeta (1), the object's own
message (2), an encoding (3) and a content type (4), both empty but written.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from pyetcdctl.kubernetes.objects import text
from pyetcdctl.rpc.wire import LENGTH, WireError, append_varint, read_varint

MAGIC = b"k8s\0"
ENCRYPTED = b"k8s:enc:"
SELF_DESCRIBED_CBOR = b"\xd9\xd9\xf7"
MAGIC_IN_BASE64 = b"azhzAA"

DIGITS = re.compile(rb"[0-9]+")
YAML_OBJECT = re.compile(rb"(?:\s|#[^\n]*\n|---\s)*(?:apiVersion|kind|metadata)[ \t]*:[ \t\n]")
YAML_TYPE = re.compile(rb"^(?:apiVersion|kind)[ \t]*:[ \t]*\S", re.MULTILINE)

_HEADER = re.compile(
    rb"k8s:enc:[^:]*:[^:]*:(?:[^:]{0,100}\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[Z0-9:+-]{1,6}|[^:]*):"
)
"""k3s names a key by its time of creation."""


class Format(Enum):
    """The format of a stored value."""

    PROTOBUF = "protobuf"
    JSON = "json"
    CBOR = "cbor"
    ENCRYPTED = "encrypted"
    YAML = "yaml"
    BASE64 = "base64"
    NUMBER = "number"
    RAW = "raw"


class Envelope(NamedTuple):
    """A parsed envelope; ``problem`` is set when it could be read in part only."""

    api_version: str
    kind: str
    raw: bytes
    content_encoding: str = ""
    content_type: str = ""
    problem: str | None = None


def recognise(value: bytes) -> Format:
    """Return a value's format by its first bytes, as the API server does."""
    if value.startswith(MAGIC):
        return Format.PROTOBUF
    if value.startswith(b"{"):
        return Format.JSON
    if value.startswith(ENCRYPTED):
        return Format.ENCRYPTED
    if value.startswith(SELF_DESCRIBED_CBOR):
        return Format.CBOR
    return _recognise_text(value)


def _recognise_text(value: bytes) -> Format:
    if DIGITS.fullmatch(value):
        return Format.NUMBER
    if value.startswith(MAGIC_IN_BASE64):
        return Format.BASE64
    if value[:64].lstrip().startswith(b"{"):
        return Format.JSON
    if YAML_OBJECT.match(value) and len(YAML_TYPE.findall(value)) >= 2:
        return Format.YAML
    return Format.RAW


def end_of_header(value: bytes) -> int:
    """Return where the header of an encrypted value ends; a time in its key's name is part of it.

    Only the configuration shows which other colons belong to the name.
    """
    found = _HEADER.match(value)
    return found.end() if found else len(value)


def wrap(api_version: str, kind: str, raw: bytes) -> bytes:
    """Put an object's message into the envelope."""
    type_meta = bytearray()
    _append(type_meta, 1, api_version.encode())
    _append(type_meta, 2, kind.encode())
    out = bytearray(MAGIC)
    _append(out, 1, type_meta)
    _append(out, 2, raw)
    _append(out, 3, b"")
    _append(out, 4, b"")
    return bytes(out)


def unwrap(value: bytes) -> Envelope:
    """Read the envelope of a value that begins with the magic; damage is reported, not raised."""
    fields, problem = _fields(value, len(MAGIC))
    type_meta, damage = _fields(fields.get(1, b""), 0)
    if not fields.get(1):
        damage = "the envelope has no type"
    elif 2 not in fields:
        damage = "the envelope has no object"
    return Envelope(
        text(type_meta.get(1, b"")),
        text(type_meta.get(2, b"")),
        fields.get(2, b""),
        text(fields.get(3, b"")),
        text(fields.get(4, b"")),
        problem or damage,
    )


def _fields(data: bytes, at: int) -> tuple[dict[int, bytes], str | None]:
    fields: dict[int, bytes] = {}
    end = len(data)
    try:
        while at < end:
            tag, at = read_varint(data, at)
            if tag & 7 != LENGTH:
                return fields, f"the envelope has a field of wire type {tag & 7} at byte {at - 1}"
            size, at = read_varint(data, at)
            fields[tag >> 3] = data[at : at + size]
            if at + size > end:
                missing = at + size - end
                return fields, f"the value is cut off: {missing} bytes are missing at its end"
            at += size
    except WireError as error:
        return fields, f"the envelope is damaged: {error}"
    return fields, None


def _append(out: bytearray, number: int, payload: bytes | bytearray) -> None:
    out.append(number << 3 | LENGTH)
    append_varint(out, len(payload))
    out += payload
