"""The field table: each message's fields in the order of the API's JSON, parsed when asked for.

Packed, the first line tells which releases of which module went in, as ``k8s.io.api=1.16,1.17``.
Then a message is one line: its name with its marks, then a tab and ``number name type flags`` for
each field. Where an earlier release had it differently, ``steps`` follow: ``1.17=-,1.33=e`` is a
field that came after 1.17 and had the flags ``e`` up to 1.33; ``e:T`` is one that was a T as well.
The file is these lines, compressed.
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
FLAGS = "rpezixd"
"""In the order in which they are written; what each says is told by ``Field``."""

Releases = dict[str, list[str]]
"""By module (``k8s.io.api``), releases as ``1.36``, oldest first."""


class Field(NamedTuple):
    """One field; ``type`` is a scalar's name, ``map<string,T>`` or a message's full name."""

    number: int
    name: str
    type: str
    flags: str
    steps: str = ""

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
        """Whether the newest release has it no more."""
        return "x" in self.flags

    @property
    def dropped(self) -> bool:
        """Whether it went before its message did: printed only when present and not zero."""
        return "d" in self.flags

    def marked(self, flags: str) -> Field:
        """Return the field with more flags, without its history."""
        flags = "".join(flag for flag in FLAGS if flag in self.flags + flags)
        return self._replace(flags=flags, steps="")

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
    steps: str = ""
    """The releases that did not have it as the newest has: ``1.25=-`` came later, ``1.28=+``."""


def pack(messages: Iterable[Message], releases: Releases | None = None) -> bytes:
    """Write a table, to be stored as ``TABLE``."""
    modules = sorted((releases or {}).items())
    lines = [" ".join(f"{module}={','.join(merged)}" for module, merged in modules)]
    for message in sorted(messages):
        marks = SPECIAL * message.special + RETIRED * message.retired
        title = " ".join(filter(None, (message.name + marks, message.steps)))
        fields = [f"{f.number} {f.name} {f.type} {f.flags} {f.steps}" for f in message.fields]
        lines.append("\t".join([title, *fields]))
    return zlib.compress("\n".join(lines).encode(), 9)


def unpack(packed: bytes) -> dict[str, tuple[str, str]]:
    """Return, by message name, its marks and its fields' text."""
    lines = {}
    for line in zlib.decompress(packed).decode().split("\n")[1:]:
        title, _, fields = line.partition("\t")
        name = title.partition(" ")[0].rstrip(SPECIAL + RETIRED)
        lines[name] = (title[len(name) :], fields)
    return lines


def unpack_releases(packed: bytes) -> Releases:
    """Return, by module, the releases that went into a table, oldest first."""
    words = zlib.decompress(packed).decode().partition("\n")[0].split()
    modules = (word.partition("=") for word in words)
    return {module: merged.split(",") for module, _, merged in modules}


def parse(name: str, marks: str, fields: str) -> Message:
    """Read one message of an unpacked table."""
    parsed = []
    for text in fields.split("\t") if fields else ():
        number, json_name, kind, flags, steps = text.split(" ")
        parsed.append(Field(int(number), json_name, kind, flags, steps))
    steps = marks.partition(" ")[2]
    return Message(name, tuple(parsed), SPECIAL in marks, RETIRED in marks, steps)


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


def is_special(name: str) -> bool:
    """Return whether a full name is a message with a JSON form of its own."""
    return name in _lines() and SPECIAL in _lines()[name][0]


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
