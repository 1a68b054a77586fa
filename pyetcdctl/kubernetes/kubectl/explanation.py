"""Explain how a kind is stored: the keys and the form of its objects, and its fields by number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import BadArguments, InvalidInput
from pyetcdctl.kubernetes import definitions
from pyetcdctl.kubernetes.codec.encoding import STORED_AS_JSON
from pyetcdctl.kubernetes.kubectl.columns.reach import mapping, objects, text
from pyetcdctl.kubernetes.registry_keys import key_of
from pyetcdctl.kubernetes.schema import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.kubernetes.objects import Object, Plain
    from pyetcdctl.kubernetes.resources import Resource

ENVELOPE = "protobuf: k8s, a zero byte; envelope: typeMeta (1), the object (2)"
JSON_TEXT = "JSON"
_VERSION = re.compile(r"\.(v\d+(?:(?:alpha|beta)\d+)?)\.(\w+)$")
_OLDER_NAMES = {
    "controllers": "controllers is what replicationcontrollers were called first",
    "ingress": "ingresses keep the name of their first release in the key",
    "minions": "minions is what nodes were called before Kubernetes 1.0",
    "podsecuritypolicy": "podsecuritypolicies keep the singular in the key",
    "services/endpoints": "endpoints are kept beside the services that they are of",
    "services/specs": "services are kept as services/specs, beside services/endpoints",
}
FOLDERS = {
    "masterleases": "v1 Endpoints with an etcd lease: one for each API server, renewed every 10 s",
    "peerserverleases": "v1 Endpoints with an etcd lease: how API servers reach each other",
    "ranges": "v1 RangeAllocation: the cluster IPs and node ports in use, as bitmaps",
    "compact_rev_key": "a number outside of the prefix: the revision that was compacted last",
}
"""Keys that are not objects."""


class FieldRow(NamedTuple):
    """A field: its protobuf number (0 in JSON), name, type and the description in a definition."""

    number: int
    name: str
    type: str
    description: str = ""


class Explanation(NamedTuple):
    """A kind, or one of its fields, and the fields below."""

    head: tuple[tuple[str, str], ...]
    fields: tuple[FieldRow, ...]


def api_versions(resource: Resource) -> list[str]:
    """Return the API versions of a built-in resource that the field table has, newest first."""
    found = {
        match[1]
        for match in map(
            _VERSION.search, table.names(table.OPENSHIFT if resource.is_beside else "")
        )
        if match and match[2] == resource.kind
    }
    versions = [f"{resource.group}/{each}" if resource.group else each for each in found]
    known = [each for each in versions if table.message_name(each, resource.kind)]
    return sorted(known, key=_age)


def explain(resource: Resource, version: str, path: Sequence[str], prefix: str) -> Explanation:
    """Explain a built-in kind, or the field at a path; raises InvalidInput and BadArguments."""
    known = api_versions(resource)
    chosen = version or (known[0] if known else "")
    name = table.message_name(chosen, resource.kind)
    if name is None:
        raise InvalidInput(
            f"the field table has no {resource.kind} in version {chosen or '(none)'}",
            f"It has: {', '.join(known) or 'none'}",
        )
    head = [*_place(resource, prefix), ("VERSIONS", ", ".join(known)), ("SHOWN", chosen)]
    for at, step in enumerate(path):
        field = next((each for each in _fields(name) if each.name == step), None)
        if field is None:
            raise BadArguments(
                f"{'.'.join(path[: at + 1])} is not a field of {resource.kind}",
                f"Fields here: {', '.join(each.name for each in _fields(name))}",
            )
        head.append(("FIELD", f"{step} ({field.number}), {_type_text(field)}"))
        name = field.map_value or field.type
    return Explanation(tuple(head), tuple(_row(field) for field in _fields(name)))


def explain_custom(
    resource: Resource, definition: Object, path: Sequence[str], prefix: str
) -> Explanation:
    """Explain a custom resource by the schema of the version in which it is stored."""
    served = definitions.to_v1(definition) if definitions.is_old(definition) else definition
    versions = objects(mapping(served.get("spec")).get("versions"))
    stored = next((each for each in versions if each.get("storage")), {})
    schema = mapping(mapping(stored.get("schema")).get("openAPIV3Schema"))
    names = ", ".join(f"{resource.group}/{text(each.get('name'))}" for each in versions)
    shown = f"{resource.group}/{text(stored.get('name'))}"
    head = [*_place(resource, prefix), ("VERSIONS", names), ("SHOWN", shown)]
    for at, step in enumerate(path):
        inside = _properties(schema)
        if step not in inside:
            raise BadArguments(
                f"{'.'.join(path[: at + 1])} is not a field of the schema of {resource.kind}",
                f"Fields here: {', '.join(inside) or 'none'}",
            )
        schema = mapping(inside[step])
        head.append(("FIELD", f"{step}, {_schema_type(schema)}"))
    rows = (_schema_row(name, mapping(each)) for name, each in _properties(schema).items())
    return Explanation(tuple(head), tuple(rows))


def _place(resource: Resource, prefix: str) -> Iterator[tuple[str, str]]:
    short = f" ({', '.join(resource.short_names)})" if resource.short_names else ""
    yield "RESOURCE", f"{resource.full_name}{short}"
    yield "KIND", resource.kind
    yield "KEY", key_of(resource, "NAMESPACE", "NAME", prefix)
    if resource.path in _OLDER_NAMES:
        yield "", _OLDER_NAMES[resource.path]
    is_json = resource.custom or (resource.group, resource.kind) in STORED_AS_JSON
    yield "VALUE", JSON_TEXT if is_json else ENVELOPE


def _fields(name: str) -> list[table.FieldSchema]:
    """Return the fields of a message's JSON, in its order; none for a scalar or a special one."""
    message = table.message(name)
    if message is None or message.special:
        return []
    found: list[table.FieldSchema] = []
    for field in message.fields:
        if message.retired or not field.retired:
            found += _fields(field.type) if field.inline else [field]
    return found


def _row(field: table.FieldSchema) -> FieldRow:
    return FieldRow(field.number, field.name, _type_text(field))


def _type_text(field: table.FieldSchema) -> str:
    inner = (field.map_value or field.type).rpartition(".")[2]
    if field.map_value:
        return f"map[string]{inner}"
    return f"[]{inner}" if field.repeated else inner


def _properties(schema: Object) -> Object:
    """Return the properties of an object, or of the items of a list or a map."""
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            return _properties(schema[name])
    return mapping(schema.get("properties"))


def _schema_row(name: str, schema: Object) -> FieldRow:
    description = " ".join(text(schema.get("description")).split())
    return FieldRow(0, name, _schema_type(schema), description)


def _schema_type(schema: Plain) -> str:
    kind = text(mapping(schema).get("type")) or "any"
    if kind == "array":
        return f"[]{_schema_type(mapping(schema).get('items'))}"
    return kind


def _age(api_version: str) -> tuple[bool, bool, int, str]:
    """Return the sort key of a version: stable ones first, newer before older."""
    version = api_version.rpartition("/")[2]
    major = re.match(r"v(\d+)", version)
    number = int(major[1]) if major else 0
    return "alpha" in version, "beta" in version, -number, _descending(version)


def _descending(version: str) -> str:
    last = re.search(r"(\d+)$", version)
    return f"{999 - int(last[1]):03}" if last else ""
