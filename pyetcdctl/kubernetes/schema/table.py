"""The field table: each message's fields in the order of the API's JSON, parsed when asked for.

Packed, a message is one line: its name with its marks, then a tab and ``number name type flags``
for each field. The file is these lines, compressed.
"""

from __future__ import annotations

import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TABLE = Path(__file__).with_name("fields.zlib")
META = "k8s.io.apimachinery.pkg.apis.meta.v1"
PACKAGES = {
    "internal.apiserver.k8s.io": "k8s.io.api.apiserverinternal",
    "apiextensions.k8s.io": "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions",
    "apiregistration.k8s.io": "k8s.io.kube_aggregator.pkg.apis.apiregistration",
}
"""The groups whose messages are not in the package of their first label."""
SPECIAL, RETIRED = "!", "~"


class Field(NamedTuple):
    """One field; ``type`` is a scalar's name, ``map<string,T>`` or a message's full name."""

    number: int
    name: str
    type: str
    flags: str

    @property
    def repeated(self) -> bool:
        """Whether it is a list."""
        return "r" in self.flags

    @property
    def pointer(self) -> bool:
        """Whether absent differs from zero."""
        return "p" in self.flags

    @property
    def omitempty(self) -> bool:
        """Whether JSON leaves out the zero value (a struct is printed all the same)."""
        return "e" in self.flags

    @property
    def omitzero(self) -> bool:
        """Whether JSON leaves out even a struct that is zero."""
        return "z" in self.flags

    @property
    def inline(self) -> bool:
        """Whether the message's fields lie in the parent's JSON."""
        return "i" in self.flags

    @property
    def retired(self) -> bool:
        """Whether the newest release has it no more: printed only when present and not zero."""
        return "x" in self.flags

    @property
    def map_value(self) -> str | None:
        """The type of a map's values; None when it is no map."""
        return self.type[11:-1] if self.type.startswith("map<") else None


class Message(NamedTuple):
    """One message; ``special`` ones have a JSON form of their own."""

    name: str
    fields: tuple[Field, ...]
    special: bool = False
    retired: bool = False


def pack(messages: Iterable[Message]) -> bytes:
    """Write a table, to be stored as ``TABLE``."""
    lines = []
    for message in sorted(messages):
        marks = SPECIAL * message.special + RETIRED * message.retired
        fields = [f"{f.number} {f.name} {f.type} {f.flags}" for f in message.fields]
        lines.append("\t".join([message.name + marks, *fields]))
    return zlib.compress("\n".join(lines).encode(), 9)


def unpack(packed: bytes) -> dict[str, tuple[str, str]]:
    """Return, by message name, its marks and its fields' text."""
    lines = {}
    for line in zlib.decompress(packed).decode().split("\n"):
        title, _, fields = line.partition("\t")
        name = title.rstrip(SPECIAL + RETIRED)
        lines[name] = (title[len(name) :], fields)
    return lines


def parse(name: str, marks: str, fields: str) -> Message:
    """Read one message of an unpacked table."""
    parsed = []
    for text in fields.split("\t") if fields else ():
        number, json_name, kind, flags = text.split(" ")
        parsed.append(Field(int(number), json_name, kind, flags))
    return Message(name, tuple(parsed), SPECIAL in marks, RETIRED in marks)


@cache
def _lines() -> Mapping[str, tuple[str, str]]:
    return unpack(TABLE.read_bytes())


def names() -> list[str]:
    """Return the full names of all messages."""
    return list(_lines())


@cache
def _known(name: str) -> Message:
    return parse(name, *_lines()[name])


def message(name: str) -> Message | None:
    """Return the message of a full name, None when the table has none."""
    return _known(name) if name in _lines() else None


def message_name(api_version: str, kind: str) -> str | None:
    """Return the full name of an API kind's message, None when the table has none."""
    group, _, version = api_version.rpartition("/")
    package = PACKAGES.get(group)
    if package is None and ("." not in group or group.endswith(".k8s.io")):
        package = f"k8s.io.api.{group.partition('.')[0] or 'core'}"
    for name in (f"{package}.{version}.{kind}", f"{META}.{kind}"):
        if package is not None and name in _lines():
            return name
    return None
