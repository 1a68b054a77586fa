"""Stored values as YAML documents and as JSON: objects, text, and bytes that are neither."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.escaping import terminal_safe
from pyetcdctl.kubernetes.codec.json_writing import json_text
from pyetcdctl.kubernetes.codec.yaml_writing import yaml_text
from pyetcdctl.kubernetes.kubectl.like_api import like_api
from pyetcdctl.rpc.wire import read_varint, signed

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Plain
    from pyetcdctl.kubernetes.stored_value import StoredValue
    from pyetcdctl.rpc.key_values import Record
    from pyetcdctl.rpc.kv import KeyValue
    from pyetcdctl.settings import OutputSettings

_BASE64_LINE = 76
_PLAIN_KEY = re.compile(rb"[A-Za-z0-9/._:@~ -]*")
_NOT_FOR_COMMENTS = re.compile("[\0-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


class ShownEntry(NamedTuple):
    """A key as it was at one revision."""

    key: bytes
    created: int
    changed: int
    version: int
    value: bytes
    lease: int

    @classmethod
    def of_record(cls, record: Record) -> ShownEntry:
        """Return the entry of a record."""
        key, created, changed, version, value, lease = record
        numbers = (_integer(created), _integer(changed), _integer(version))
        return cls(key, *numbers, value, _integer(lease))

    @classmethod
    def of_message(cls, kv: KeyValue) -> ShownEntry:
        """Return the entry of a message."""
        revisions = (kv.create_revision, kv.mod_revision, kv.version)
        return cls(kv.key, *revisions, kv.value, kv.lease)


def document(value: StoredValue, mod_revision: int | None = None) -> str:
    """Return a value as a YAML document; with a revision, as the API server would return it."""
    obj = value.decoded.object
    if obj is not None:
        return yaml_text(obj if mod_revision is None else like_api(obj, mod_revision))
    if value.decryption_error:
        return "null\n"
    text = _as_text(value.plain)
    return _binary(value.plain) if text is None else yaml_text(text)


def shown_yaml(text: str, settings: OutputSettings) -> bytes:
    """Return documents and comments as they are written: escaped and coloured on a terminal."""
    data = text.encode("utf-8", "backslashreplace")
    if not settings.terminal:
        return data
    safe = terminal_safe(data)
    if not settings.colour:
        return safe
    from pyetcdctl.output.coloured_yaml import coloured

    return coloured(safe.decode()).encode()


def json_value(value: StoredValue, mod_revision: int | None = None) -> str:
    """Return a value as JSON: an object, a string, ``{"base64": ...}``, null if not decrypted."""
    obj = value.decoded.object
    if obj is not None:
        return json_text(obj if mod_revision is None else like_api(obj, mod_revision))
    if value.decryption_error:
        return "null"
    return json_bytes(value.plain)


def json_bytes(data: bytes) -> str:
    """Return bytes as a JSON string, or as ``{"base64": ...}`` where they are not UTF-8."""
    if _PLAIN_KEY.fullmatch(data):
        return f'"{data.decode()}"'
    text = _as_text(data)
    shown: Plain = {"base64": b64encode(data).decode()} if text is None else text
    return json_text(shown)


def comment(text: str) -> str:
    """Return a line of comment; nothing in the text can end it."""
    safe = _NOT_FOR_COMMENTS.sub(lambda found: ascii(found.group())[1:-1], text)
    return f"# {safe}\n".encode("utf-8", "backslashreplace").decode()


def _integer(varint: bytes | None) -> int:
    return signed(read_varint(varint, 0)[0]) if varint else 0


def _as_text(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def _binary(data: bytes) -> str:
    encoded = b64encode(data).decode()
    starts = range(0, len(encoded), _BASE64_LINE)
    return "!!binary |\n" + "".join(f"  {encoded[at : at + _BASE64_LINE]}\n" for at in starts)
