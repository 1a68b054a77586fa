"""Protobuf messages as Go's encoding/json writes etcd's, by their own descriptions."""

from __future__ import annotations

from binascii import b2a_base64
from typing import Any

from pyetcdctl.output.quoting import json_string

_ID_FIELDS = frozenset({"cluster_id", "member_id", "ID"})


def json_members(message: Any, *, hex_ids: bool = False) -> list[str]:
    """Return a message's members, empty ones left out.

    With ``hex_ids`` ids are hexadecimal strings, and never left out.
    """
    members = []
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if hex_ids and field.name in _ID_FIELDS:
            members.append(f'"{field.name}":"{value:x}"')
        elif _is_present(message, field, value):
            members.append(f'"{field.name}":{_json_value(value, hex_ids)}')
    return members


def json_object(message: Any, *, hex_ids: bool = False) -> str:
    """Return a message as an object."""
    return f"{{{','.join(json_members(message, hex_ids=hex_ids))}}}"


def _is_present(message: Any, field: Any, value: Any) -> bool:
    return bool(message.HasField(field.name) if _is_message(value) else value)


def _json_value(value: Any, hex_ids: bool) -> str:
    if _is_message(value):
        return json_object(value, hex_ids=hex_ids)
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return json_string(value)
        case bytes():
            return f'"{b2a_base64(value, newline=False).decode()}"'
        case _:
            return f"[{','.join(_json_value(item, hex_ids) for item in value)}]"


def _is_message(value: Any) -> bool:
    return hasattr(value, "DESCRIPTOR")
