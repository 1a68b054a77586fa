"""Folders of ``generated.proto`` and Go types, laid out as a release of Kubernetes is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.schema import generate, table
from pyetcdctl.kubernetes.schema.history import module_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pyetcdctl.kubernetes.schema.table import FieldSchema, MessageSchema


def declared_in(release: str) -> list[MessageSchema]:
    """Return what one release declared, by the table that is shipped."""
    history = generate.read_history(table.TABLE.read_bytes())
    return [by[release] for by in history.declared.values() if release in by]


def write_sources(root: Path, messages: Iterable[MessageSchema], release: str) -> Path:
    """Write messages as the sources that they could have been made of."""
    packages: dict[str, list[MessageSchema]] = {}
    for message in messages:
        packages.setdefault(message.name.rpartition(".")[0], []).append(message)
    for package, members in packages.items():
        folder = root.joinpath(*package.split("."))
        folder.mkdir(parents=True)
        head = f'syntax = "proto2";\n\npackage {package};\n\noption go_package = "{package}";\n'
        (folder / "generated.proto").write_text("\n".join([head, *map(_proto, members)]))
        (folder / "types.go").write_text("\n".join(["package v1\n", *map(_go, members)]))
    module = root.joinpath(*module_of(message.name).split("."))
    minor = release.partition(".")[2]
    (module / "go.mod").write_text(f"require (\n\tk8s.io/apimachinery v0.{minor}.1\n)\n")
    return root


def _proto(message: MessageSchema) -> str:
    lines = [f"// {message.name} ends in */\nmessage {_short(message.name)} {{"]
    for field in message.fields:
        kind = f".{field.type}" if "." in field.type else field.type
        label = "repeated " if field.repeated else "optional "
        if field.map_value:
            value = field.map_value
            kind, label = f"map<string, {'.' * ('.' in value)}{value}>", ""
        lines.append(
            f"  // See http://example.com.\n  {label}{kind} {_proto_name(field)} = {field.number};"
        )
    return "\n".join([*lines, "}\n"])


def _go(message: MessageSchema) -> str:
    if message.special:
        return f'type {_short(message.name)} struct {{\n\ttime.Time `protobuf:"-"`\n}}\n'
    lines = [f"type {_short(message.name)} struct {{", '\tmetav1.TypeMeta `json:",inline"`']
    return "\n".join([*lines, *map(_go_field, message.fields), "}\n"])


def _go_field(field: FieldSchema) -> str:
    options = (
        ",inline" * field.inline + ",omitempty" * field.omitempty + ",omitzero" * field.omitzero
    )
    kind = (
        _short(field.type) if field.inline else f"Field{field.number} {'*' * field.pointer}string"
    )
    number, name = field.number, _proto_name(field)
    tags = f'json:"{field.name}{options}" protobuf:"bytes,{number},opt,name={name}"'
    return f"\t// It is said to be\n\t// +optional\n\t{kind} `{tags}` // so"


def _proto_name(field: FieldSchema) -> str:
    word = "".join(letter for letter in field.name if letter.isalnum())
    return word if word and word.isascii() else f"field{field.number}"


def _short(name: str) -> str:
    return name.rpartition(".")[2]
