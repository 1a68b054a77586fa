"""Which strings of a built-in kind's JSON are bytes: CBOR keeps these apart, JSON does not."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.schema import table

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Object, Plain


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
