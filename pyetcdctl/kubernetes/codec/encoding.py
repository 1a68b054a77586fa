"""Encode an API object to the exact bytes that the API server stores.

Built-in kinds are protobuf in its envelope, by the field table. CustomResourceDefinitions,
APIServices and custom resources are JSON: the former in the order of the API, as it is read from
their protobuf, the latter with their names in order. Custom resources may be CBOR instead, where
the API server's gate CBORServingAndStorage is on.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from pyetcdctl.kubernetes import openshift
from pyetcdctl.kubernetes.codec import cbor_writing, protobuf_reading, protobuf_writing
from pyetcdctl.kubernetes.codec.envelope import wrap
from pyetcdctl.kubernetes.codec.json_writing import json_text
from pyetcdctl.kubernetes.codec.schemaless import WIRE
from pyetcdctl.kubernetes.codec.unfit import Unfit, needs
from pyetcdctl.kubernetes.codec.wire_fields import TOP, WireReading
from pyetcdctl.kubernetes.objects import in_order
from pyetcdctl.kubernetes.resources import BUILT_IN
from pyetcdctl.kubernetes.schema import table

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Object, Plain

PROTOBUF, JSON, CBOR = "protobuf", "json", "cbor"
FORMS = (PROTOBUF, JSON, CBOR)
STORED_AS_JSON = {
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("apiregistration.k8s.io", "APIService"),
}
SECRET = "Secret"
NOT_STORED = ("resourceVersion", "selfLink")
"""Fields of the metadata that the API server fills in when it responds."""
GROUPS = {resource.group for resource in BUILT_IN}


def encode(obj: Plain, as_: str | None = None, release: str | None = None) -> bytes:
    """Return the bytes to store; ``as_`` is one of ``FORMS``. Raises Unfit.

    Structs are stored even when they are empty: ``release`` (``1.36``) selects those that it has.
    """
    if not isinstance(obj, dict):
        raise needs("an object with apiVersion, kind and metadata", obj)
    api_version, kind = (_type(obj, name) for name in ("apiVersion", "kind"))
    message = table.message_name(api_version, kind)
    if as_ != PROTOBUF and openshift.is_custom(api_version.rpartition("/")[0], kind):
        message = None
    _check(obj, api_version, kind, is_known=message is not None)
    bare = _without_served_fields(obj)
    if message is None:
        if as_ == PROTOBUF:
            raise Unfit(f"the field table has no kind {kind} of {api_version}", "kind")
        return cbor_writing.dumps(bare) if as_ == CBOR else _line(in_order(bare))
    payload = {name: value for name, value in bare.items() if name not in ("apiVersion", "kind")}
    try:
        raw = protobuf_writing.plan_of(message, release).write(payload)
    except Unfit as unfit:
        raise (unfit.without_value() if kind == SECRET else unfit) from None
    if (as_ or default_form(api_version, kind)) == PROTOBUF:
        return wrap(api_version, kind, raw)
    shown = protobuf_reading.plan_of(message, release).read(raw, TOP, WireReading())
    kinded = {"kind": kind, "apiVersion": api_version, **shown}
    return cbor_writing.dumps(with_bytes(message, kinded)) if as_ == CBOR else _line(kinded)


def default_form(api_version: str, kind: str) -> str:
    """Return how a kind is stored by an API server with the usual settings."""
    group = api_version.rpartition("/")[0]
    is_json = (group, kind) in STORED_AS_JSON or openshift.is_custom(group, kind)
    return JSON if is_json or not table.message_name(api_version, kind) else PROTOBUF


def _type(obj: Object, name: str) -> str:
    value = obj.get(name)
    if not isinstance(value, str) or not value:
        raise Unfit(f"the object has no {name}", *([name] if name in obj else []))
    return value


def _check(obj: Object, api_version: str, kind: str, *, is_known: bool) -> None:
    if not isinstance(obj.get("metadata"), dict):
        raise needs("an object", obj.get("metadata")).within("metadata")
    if is_known:
        return
    if api_version.rpartition("/")[0] in GROUPS:
        raise Unfit(f"the field table has no kind {kind} of {api_version}", "kind")
    if isinstance(obj.get(WIRE), dict) and all(name.isdecimal() for name in obj[WIRE]):
        raise Unfit("fields shown by their numbers cannot be written back", WIRE)


def _without_served_fields(obj: Object) -> Object:
    metadata = obj["metadata"]
    if not any(name in metadata for name in NOT_STORED):
        return obj
    kept = {name: value for name, value in metadata.items() if name not in NOT_STORED}
    return {**obj, "metadata": kept}


def _line(obj: Object) -> bytes:
    return f"{json_text(obj)}\n".encode()


def with_bytes(message: str, obj: Object) -> Object:
    """Return an object, as it is read from its protobuf, with ``bytes`` where it has base64."""
    known = table.message(message)
    if known is None or known.special:
        return obj
    found = dict(obj)
    for field in known.fields:
        if field.inline:
            found = with_bytes(field.type, found)
        elif field.map_value and found.get(field.name):
            items = found[field.name].items()
            found[field.name] = {key: _typed(field.map_value, item) for key, item in items}
        elif field.name in found:
            found[field.name] = _typed(field.type, found[field.name])
    return found


def _typed(type_: str, value: Plain) -> Plain:
    if isinstance(value, list):
        return [_typed(type_, item) for item in value]
    if isinstance(value, dict):
        return with_bytes(type_, value)
    return base64.b64decode(value) if type_ == "bytes" and value is not None else value
