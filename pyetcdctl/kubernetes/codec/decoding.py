"""Decode a stored value, decrypted if need be, to the plain form of its object.

Nothing here raises on bad bytes: ``Decoded.problem`` describes in one line what could not be
decoded, and ``Decoded.object`` is what could.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.kubernetes.codec import (
    cbor_reading,
    damaged_json,
    json_reading,
    protobuf_reading,
    schemaless,
)
from pyetcdctl.kubernetes.codec.envelope import Format, recognise, unwrap
from pyetcdctl.kubernetes.codec.wire_fields import TOP, UnknownField, WireReading
from pyetcdctl.kubernetes.objects import text
from pyetcdctl.kubernetes.schema import table

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.kubernetes.codec.envelope import Envelope
    from pyetcdctl.kubernetes.objects import Object, Plain


class Decoded(NamedTuple):
    """A decoded value; ``object`` is None when it is not an API object."""

    format: Format
    object: Object | None = None
    unknown: tuple[UnknownField, ...] = ()
    problem: str | None = None
    schema_known: bool = True
    """False when the table does not have the kind, and ``object`` shows its fields by number."""

    @property
    def api_version(self) -> str:
        """The object's apiVersion; empty when there is none."""
        return self._type("apiVersion")

    @property
    def kind(self) -> str:
        """The object's kind; empty when there is none."""
        return self._type("kind")

    def _type(self, name: str) -> str:
        value = self.object.get(name) if self.object else None
        return value if isinstance(value, str) else ""


def decode(value: bytes, release: str | None = None) -> Decoded:
    """Decode a plain value of any format.

    Which empty fields are printed differs by release: ``release`` (``1.28``) selects an older API
    server's form, by default it is the newest one's.
    """
    form = recognise(value)
    if form is Format.PROTOBUF:
        return _decode_protobuf(value, release)
    read = READERS.get(form)
    return read(value) if read else Decoded(form)


def _decode_protobuf(value: bytes, release: str | None = None) -> Decoded:
    envelope = unwrap(value)
    if envelope.content_encoding or envelope.content_type:
        return _decode_foreign(envelope)
    name = table.message_name(envelope.api_version, envelope.kind)
    obj: Object = {"kind": envelope.kind, "apiVersion": envelope.api_version}
    reading = WireReading()
    if name is None:
        obj.update(schemaless.dump(envelope.raw, reading))
    else:
        obj.update(protobuf_reading.plan_of(name, release).read(envelope.raw, TOP, reading))
    problem = envelope.problem or reading.problem
    return Decoded(Format.PROTOBUF, obj, tuple(reading.unknown), problem, name is not None)


def _decode_foreign(envelope: Envelope) -> Decoded:
    if not envelope.content_encoding and envelope.content_type.startswith("application/json"):
        return decode(envelope.raw)
    how = " ".join(filter(None, (envelope.content_type, envelope.content_encoding)))
    obj: Object = {"kind": envelope.kind, "apiVersion": envelope.api_version}
    return Decoded(Format.PROTOBUF, obj, problem=f"the envelope holds {how!r}, not protobuf")


def _decode_json(value: bytes) -> Decoded:
    json_text = text(value)
    try:
        return _typed(Format.JSON, json_reading.parse(json_text))
    except ValueError as error:
        problem = f"not all of it is JSON: {error}"
    return Decoded(Format.JSON, damaged_json.beginning(json_text), problem=problem)


def _decode_cbor(value: bytes) -> Decoded:
    plain, problem = cbor_reading.loads(value)
    return _typed(Format.CBOR, plain, problem)


def _decode_yaml(value: bytes) -> Decoded:
    from pyetcdctl.kubernetes.codec import yaml_reading

    try:
        return _typed(Format.YAML, yaml_reading.parse(text(value)))
    except ValueError as error:
        return Decoded(Format.YAML, problem=f"not all of it is YAML: {error}")


def _decode_base64(value: bytes) -> Decoded:
    try:
        inner = base64.b64decode(b"".join(value.split()), validate=True)
    except binascii.Error as error:
        return Decoded(Format.BASE64, problem=f"not all of it is base64: {error}")
    return _decode_protobuf(inner)._replace(format=Format.BASE64)


def _typed(form: Format, plain: Plain, problem: str | None = None) -> Decoded:
    if isinstance(plain, dict):
        return Decoded(form, plain, problem=problem)
    return Decoded(form, problem=problem or "the value is not an object")


READERS: dict[Format, Callable[[bytes], Decoded]] = {
    Format.JSON: _decode_json,
    Format.CBOR: _decode_cbor,
    Format.YAML: _decode_yaml,
    Format.BASE64: _decode_base64,
}
