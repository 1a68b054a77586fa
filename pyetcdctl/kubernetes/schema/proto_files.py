"""Read ``generated.proto``: the subset that Kubernetes' generator writes, and no other.

One statement is one line: ``message NAME {``, a field, or ``}``. Anything else is refused with its
file and line rather than guessed at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.kubernetes.schema.source_error import SourceError

if TYPE_CHECKING:
    from pathlib import Path

SCALARS = frozenset(("string", "bool", "int32", "int64", "uint32", "uint64", "double", "bytes"))
IN_MAPS = frozenset(("string", "bytes"))
"""What the values of a map may be, besides messages."""
NOTHING = re.compile(r"(?:syntax|import|option)\b.*;")
PACKAGE = re.compile(r"package ([\w.]+);")
MESSAGE = re.compile(r"message (\w+) \{")
FIELD = re.compile(r"(?:(optional|repeated) ([\w.]+)|map<string, ([\w.]+)>) (\w+) = (\d+);")
COMMENTS = re.compile(r"/\*.*?\*/", re.DOTALL)


class ProtoField(NamedTuple):
    """One field; ``type`` is a scalar, ``map<string,T>`` or a message's full name."""

    number: int
    name: str
    type: str
    repeated: bool


class ProtoMessage(NamedTuple):
    """One message under its full name, and where it is declared."""

    name: str
    fields: list[ProtoField]
    path: Path
    line: int


def read_proto(path: Path) -> list[ProtoMessage]:
    """Return the messages of a file, their fields in the order of declaration."""
    package, messages, is_open = "", list[ProtoMessage](), False
    for line, statement in _statements(path):
        if declared := MESSAGE.fullmatch(statement):
            if is_open or not package:
                raise SourceError(path, line, "a message inside another, or before the package")
            messages.append(ProtoMessage(f"{package}.{declared[1]}", [], path, line))
            is_open = True
        elif statement == "}" and is_open:
            is_open = False
        elif is_open:
            messages[-1].fields.append(_field(package, statement, path, line))
        elif named := PACKAGE.fullmatch(statement):
            package = named[1]
        elif not NOTHING.fullmatch(statement):
            raise SourceError(path, line, f"not understood: {statement}")
    if is_open:
        raise SourceError(path, messages[-1].line, f"{messages[-1].name} has no end")
    return messages


def _statements(path: Path) -> list[tuple[int, str]]:
    # Comments to the end of the line first: some hold a "*/" of their own.
    text = "\n".join(line.partition("//")[0].strip() for line in path.read_text().split("\n"))
    text = COMMENTS.sub(lambda comment: "\n" * comment[0].count("\n"), text)
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line]


def _field(package: str, statement: str, path: Path, line: int) -> ProtoField:
    field = FIELD.fullmatch(statement)
    if field is None or (field[3] in SCALARS - IN_MAPS):
        raise SourceError(path, line, f"not understood: {statement}")
    label, plain, value, name, number = field.groups()
    kind = _full_name(package, plain) if plain else f"map<string,{_full_name(package, value)}>"
    return ProtoField(int(number), name, kind, label == "repeated")


def _full_name(package: str, name: str) -> str:
    if name in SCALARS:
        return name
    return name.removeprefix(".") if "." in name else f"{package}.{name}"
