"""Parse the sources of a release: ``generated.proto`` files and the Go files beside them.

The proto parser accepts the subset that Kubernetes' generator writes, one statement per line:
``message NAME {``, a field, or ``}``. The Go parser looks for three things in gofmt's form: structs
with ``protobuf`` tags, types that rename a type of another package, and types with a MarshalJSON
method. Everything else is rejected with its file and line; nothing is guessed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCALARS = frozenset(("string", "bool", "int32", "int64", "uint32", "uint64", "double", "bytes"))
SCALAR_MAP_VALUES = frozenset(("string", "bytes"))
IGNORED = re.compile(r"(?:syntax|import|option)\b.*;")
PACKAGE = re.compile(r"package ([\w.]+);")
MESSAGE = re.compile(r"message (\w+) \{")
PROTO_FIELD = re.compile(r"(?:(optional|repeated) ([\w.]+)|map<string, ([\w.]+)>) (\w+) = (\d+);")
COMMENTS = re.compile(r"/\*.*?\*/", re.DOTALL)

WITHOUT_TYPES = re.compile(r"zz_generated\..*|.*\.pb\.go|.*_test\.go")
IMPORT = re.compile(r'(?:import|\t)\s*(\w*) ?"([\w./-]+)"')
STRUCT = re.compile(r"type (\w+) struct \{")
OTHER_TYPE = re.compile(r"type (\w+) (?:= )?(?:(\w+)\.)?(\w*)(.*)")
MARSHALER = re.compile(r"func \((?:\w+ )?\*?(\w+)\) MarshalJSON\(\).*")
GO_FIELD = re.compile(r"(?:(?P<name>\w+)\s+)?(?P<type>[^\s`]+)\s+`(?P<tags>[^`]*)`.*")
PROTOBUF_TAG = re.compile(r'protobuf:"[^-]')
TAG = re.compile(r'(\w+):"([^"]*)"')


class SourceError(Exception):
    """A source that cannot be parsed or that contradicts another source."""

    def __init__(self, path: Path, line: int | None, problem: str) -> None:
        place = str(path) if line is None else f"{path}:{line}"
        super().__init__(f"{place}: {problem}")


class ProtoField(NamedTuple):
    """One field; ``type`` is a scalar, ``map<string,T>`` or a message's full name."""

    number: int
    name: str
    type: str
    repeated: bool


class ProtoMessage(NamedTuple):
    """One message with its full name and the place of its declaration."""

    name: str
    fields: list[ProtoField]
    path: Path
    line: int


class GoField(NamedTuple):
    """One struct field with a protobuf number; ``json`` is its JSON tag, empty without one."""

    name: str
    is_pointer: bool
    json: str
    line: int

    @property
    def is_embedded(self) -> bool:
        """Whether the field is an embedded struct, which has no name of its own."""
        return not self.name


class GoType(NamedTuple):
    """One named type: its tagged fields by number; ``renames`` is the type that it renames.

    A renamed type of the same package is the last part of its name alone.
    """

    path: Path
    line: int
    fields: dict[int, GoField]
    renames: str = ""


class GoTypes(NamedTuple):
    """The types of one folder, and the names of those with a MarshalJSON method."""

    types: dict[str, GoType]
    own_json: set[str]


def read_proto(path: Path) -> list[ProtoMessage]:
    """Parse the messages of a ``generated.proto``, fields in the order of declaration."""
    package, messages, in_message = "", list[ProtoMessage](), False
    for line, statement in _statements(path):
        if declared := MESSAGE.fullmatch(statement):
            if in_message or not package:
                raise SourceError(path, line, "a message inside another, or before the package")
            messages.append(ProtoMessage(f"{package}.{declared[1]}", [], path, line))
            in_message = True
        elif statement == "}" and in_message:
            in_message = False
        elif in_message:
            messages[-1].fields.append(_proto_field(package, statement, path, line))
        elif named := PACKAGE.fullmatch(statement):
            package = named[1]
        elif not IGNORED.fullmatch(statement):
            raise SourceError(path, line, f"not understood: {statement}")
    if in_message:
        raise SourceError(path, messages[-1].line, f"{messages[-1].name} has no end")
    return messages


def _statements(path: Path) -> list[tuple[int, str]]:
    # Line comments are removed first: some of them contain "*/".
    text = "\n".join(line.partition("//")[0].strip() for line in path.read_text().split("\n"))
    text = COMMENTS.sub(lambda comment: "\n" * comment[0].count("\n"), text)
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line]


def _proto_field(package: str, statement: str, path: Path, line: int) -> ProtoField:
    field = PROTO_FIELD.fullmatch(statement)
    if field is None or (field[3] in SCALARS - SCALAR_MAP_VALUES):
        raise SourceError(path, line, f"not understood: {statement}")
    label, plain, value, name, number = field.groups()
    kind = _full_name(package, plain) if plain else f"map<string,{_full_name(package, value)}>"
    return ProtoField(int(number), name, kind, label == "repeated")


def _full_name(package: str, name: str) -> str:
    if name in SCALARS:
        return name
    return name.removeprefix(".") if "." in name else f"{package}.{name}"


def read_go(folder: Path) -> GoTypes:
    """Parse the types of a folder's Go files, without tests and generated files."""
    found = GoTypes({}, set())
    for path in sorted(folder.glob("*.go")):
        if not WITHOUT_TYPES.fullmatch(path.name):
            _read_go_file(path, found)
    return found


def _read_go_file(path: Path, found: GoTypes) -> None:
    imports: dict[str, str] = {}
    lines = enumerate(path.read_text().split("\n"), 1)
    for number, line in lines:
        if imported := IMPORT.fullmatch(line):
            imports[imported[1] or imported[2].rpartition("/")[2]] = imported[2]
        elif method := MARSHALER.fullmatch(line):
            found.own_json.add(method[1])
        elif struct := STRUCT.fullmatch(line):
            found.types[struct[1]] = GoType(path, number, _go_fields(path, number, lines))
        elif other := OTHER_TYPE.fullmatch(line):
            name, package, renamed, _ = other.groups()
            renames = _proto_name(imports.get(package, ""), renamed) if package else renamed
            found.types[name] = GoType(path, number, {}, renames)


def _proto_name(import_path: str, name: str) -> str:
    return f"{import_path.replace('/', '.').replace('-', '_')}.{name}"


def _go_fields(path: Path, start: int, lines: Iterator[tuple[int, str]]) -> dict[int, GoField]:
    fields: dict[int, GoField] = {}
    for number, line in lines:
        if line.startswith("}"):
            return fields
        text = line.strip()
        if PROTOBUF_TAG.search(text) and not text.startswith("//"):
            key, field = _go_field(path, number, text)
            if key in fields:
                raise SourceError(path, number, f"protobuf number {key} is used twice")
            fields[key] = field
    raise SourceError(path, start, "the struct has no end")


def _go_field(path: Path, line: int, text: str) -> tuple[int, GoField]:
    declared = GO_FIELD.fullmatch(text)
    tags = dict(TAG.findall(declared["tags"])) if declared else {}
    number = tags.get("protobuf", "").partition(",")[2].partition(",")[0]
    if declared is None or not number.isdigit():
        raise SourceError(path, line, f"not understood: {text}")
    is_pointer = declared["type"].startswith("*")
    return int(number), GoField(declared["name"] or "", is_pointer, tags.get("json", ""), line)
