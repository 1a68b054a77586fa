"""Read the Go files beside a ``generated.proto``: what its struct tags say about the JSON.

Only three things are looked for, in the form that gofmt gives them: structs with ``protobuf`` tags,
types that are another package's under a new name, and types that write their JSON themselves.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.kubernetes.schema.source_error import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOT_TYPES = re.compile(r"zz_generated\..*|.*\.pb\.go|.*_test\.go")
IMPORT = re.compile(r'(?:import|\t)\s*(\w*) ?"([\w./-]+)"')
STRUCT = re.compile(r"type (\w+) struct \{")
OTHER = re.compile(r"type (\w+) (?:= )?(?:(\w+)\.)?(\w*)(.*)")
OWN_JSON = re.compile(r"func \((?:\w+ )?\*?(\w+)\) MarshalJSON\(\).*")
FIELD = re.compile(r"(?:(?P<name>\w+)\s+)?(?P<type>[^\s`]+)\s+`(?P<tags>[^`]*)`.*")
PROTOBUF = re.compile(r'protobuf:"[^-]')
TAG = re.compile(r'(\w+):"([^"]*)"')


class GoField(NamedTuple):
    """One struct field with a protobuf number; ``json`` is its tag, empty where it has none."""

    name: str
    is_pointer: bool
    json: str
    line: int

    @property
    def is_embedded(self) -> bool:
        """Whether it is a struct without a name of its own."""
        return not self.name


class GoType(NamedTuple):
    """One named type: its tagged fields by number, and the type that it is a new name for."""

    path: Path
    line: int
    fields: dict[int, GoField]
    renames: str = ""


class GoTypes(NamedTuple):
    """The types of one folder, and the names of those that write their JSON themselves."""

    types: dict[str, GoType]
    own_json: set[str]


def read_go(folder: Path) -> GoTypes:
    """Return what a folder's Go files declare, tests and generated files left out."""
    found = GoTypes({}, set())
    for path in sorted(folder.glob("*.go")):
        if not NOT_TYPES.fullmatch(path.name):
            _read_file(path, found)
    return found


def _read_file(path: Path, found: GoTypes) -> None:
    imports: dict[str, str] = {}
    lines = enumerate(path.read_text().split("\n"), 1)
    for number, line in lines:
        if imported := IMPORT.fullmatch(line):
            imports[imported[1] or imported[2].rpartition("/")[2]] = imported[2]
        elif method := OWN_JSON.fullmatch(line):
            found.own_json.add(method[1])
        elif struct := STRUCT.fullmatch(line):
            found.types[struct[1]] = GoType(path, number, _fields(path, number, lines))
        elif other := OTHER.fullmatch(line):
            name, package, renamed, _ = other.groups()
            renames = _proto_name(imports.get(package, ""), renamed) if package else ""
            found.types[name] = GoType(path, number, {}, renames)


def _proto_name(import_path: str, name: str) -> str:
    return f"{import_path.replace('/', '.').replace('-', '_')}.{name}"


def _fields(path: Path, start: int, lines: Iterator[tuple[int, str]]) -> dict[int, GoField]:
    fields: dict[int, GoField] = {}
    for number, line in lines:
        if line.startswith("}"):
            return fields
        text = line.strip()
        if PROTOBUF.search(text) and not text.startswith("//"):
            key, field = _field(path, number, text)
            if key in fields:
                raise SourceError(path, number, f"protobuf number {key} is used twice")
            fields[key] = field
    raise SourceError(path, start, "the struct has no end")


def _field(path: Path, line: int, text: str) -> tuple[int, GoField]:
    declared = FIELD.fullmatch(text)
    tags = dict(TAG.findall(declared["tags"])) if declared else {}
    number = tags.get("protobuf", "").partition(",")[2].partition(",")[0]
    if declared is None or not number.isdigit():
        raise SourceError(path, line, f"not understood: {text}")
    is_pointer = declared["type"].startswith("*")
    return int(number), GoField(declared["name"] or "", is_pointer, tags.get("json", ""), line)
