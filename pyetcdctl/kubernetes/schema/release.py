"""Join the ``generated.proto`` files of one release with the Go types beside them.

The proto file gives numbers, types and the order of the JSON; the struct tags give the JSON names
and which absent fields are printed. A message is special if its Go type has no such tags (Time, a
named list type) or has a MarshalJSON method: ``codec/special_reading.py`` and
``codec/protobuf_reading.py`` decode it.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.schema import table
from pyetcdctl.kubernetes.schema.sources import (
    GoType,
    ProtoField,
    ProtoMessage,
    SourceError,
    read_go,
    read_proto,
)
from pyetcdctl.kubernetes.schema.table import FieldSchema, MessageSchema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

NOT_OF_THE_RELEASE = {"testapigroup", "vendor"}
"""An API group that only Kubernetes' own tests use; copies of other modules."""


def read_release(folders: Iterable[Path]) -> dict[str, MessageSchema]:
    """Read the messages, by full name, of every ``generated.proto`` below the folders."""
    declared: list[ProtoMessage] = []
    types: dict[str, GoType] = {}
    own_json: set[str] = set()
    for path in sorted(chain(*map(_proto_files, folders))):
        found_here = read_proto(path)
        if not found_here:
            continue
        package = found_here[0].name.rpartition(".")[0]
        go = read_go(path.parent)
        declared += found_here
        types |= {f"{package}.{name}": go_type for name, go_type in go.types.items()}
        own_json |= {f"{package}.{name}" for name in go.own_json}
    messages: dict[str, MessageSchema] = {}
    for found in declared:
        if found.name in messages:
            raise SourceError(found.path, found.line, f"{found.name} is declared a second time")
        messages[found.name] = _message(found, types, own_json)
    return messages


def _proto_files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("generated.proto"):
        if NOT_OF_THE_RELEASE.isdisjoint(path.relative_to(folder).parts):
            yield path


def _message(declared: ProtoMessage, types: dict[str, GoType], own_json: set[str]) -> MessageSchema:
    go_type = types.get(declared.name)
    if go_type is None:
        name = declared.name.rpartition(".")[2]
        raise SourceError(declared.path, declared.line, f"no Go type beside it is named {name}")
    package = declared.name.rpartition(".")[0]
    while renamed := types.get(go_type.renames) or types.get(f"{package}.{go_type.renames}"):
        go_type = renamed
    if declared.name in own_json or (declared.fields and not go_type.fields):
        fields = [FieldSchema(f.number, f.name, f.type, "r" * f.repeated) for f in declared.fields]
        return MessageSchema(declared.name, tuple(fields), special=True)
    _compare_numbers(declared, go_type)
    fields = [_field(field, go_type) for field in declared.fields]
    return MessageSchema(declared.name, tuple(fields))


def _compare_numbers(declared: ProtoMessage, go_type: GoType) -> None:
    numbers = {field.number for field in declared.fields}
    for number, field in go_type.fields.items():
        if number not in numbers:
            problem = f"{declared.name} of {declared.path} has no field {number}"
            raise SourceError(go_type.path, field.line, problem)
    for number in sorted(numbers - go_type.fields.keys()):
        problem = f"{declared.name} has a field {number} that no tag of the Go type names"
        raise SourceError(declared.path, declared.line, problem)


def _field(proto: ProtoField, go_type: GoType) -> FieldSchema:
    go = go_type.fields[proto.number]
    name, *options = go.json.split(",")
    if name == "-":
        raise SourceError(go_type.path, go.line, f"{go.name} is not in the JSON")
    marks = {
        "r": proto.repeated,
        "p": go.is_pointer,
        "e": "omitempty" in options,
        "z": "omitzero" in options,
        "i": go.is_embedded and not name,
    }
    flags = "".join(flag for flag in table.FLAGS if marks.get(flag))
    # A tag without a name means Go's field name; an inlined field has no name in the JSON.
    return FieldSchema(proto.number, name or go.name, proto.type, flags)
