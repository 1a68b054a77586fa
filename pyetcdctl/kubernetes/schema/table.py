"""The field table: each message's fields in the order of the API's JSON, parsed on first use.

The file is compressed text. Its first line lists the merged releases of each module, as
``k8s.io.api=1.16,1.17``. Then each message is one line: its name and marks, then a tab and
``number name type flags`` for each field. ``steps`` follow if an earlier release declared it
differently: ``1.17=-,1.33=e`` is a field that was added after 1.17 and had the flags ``e`` up to
1.33; ``e:T`` also had the type T.
"""

from __future__ import annotations

import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TABLE = Path(__file__).with_name("fields.zlib")
OPENSHIFT_TABLE = TABLE.with_name("openshift.zlib")
"""The messages of OpenShift's module, read when the first of its kinds is met."""
OPENSHIFT = "github.com.openshift.api"
META = "k8s.io.apimachinery.pkg.apis.meta.v1"
PACKAGES = {
    "internal.apiserver.k8s.io": "k8s.io.api.apiserverinternal",
    "apiextensions.k8s.io": "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions",
    "apiregistration.k8s.io": "k8s.io.kube_aggregator.pkg.apis.apiregistration",
}
"""Packages of the groups whose package is not named after the group's first label."""
_OPENSHIFT_GROUP = ".openshift.io"
_OPENSHIFT_PACKAGES = {
    "cloud.network": "cloudnetwork",
    "network.operator": "networkoperator",
    "samples.operator": "samples",
}
SPECIAL, RETIRED = "!", "~"
FLAGS = "rpezixd"
"""All flags in the order in which they are written; ``Field`` has a property for each."""

Releases = dict[str, list[str]]
"""Releases (``1.36``) by module (``k8s.io.api``), oldest first."""


class FieldSchema(NamedTuple):
    """One field; ``type`` is a scalar's name, ``map<string,T>`` or a message's full name."""

    number: int
    name: str
    type: str
    flags: str
    steps: str = ""

    @property
    def repeated(self) -> bool:
        """Whether the field is a list."""
        return "r" in self.flags

    @property
    def pointer(self) -> bool:
        """Whether an absent value differs from zero."""
        return "p" in self.flags

    @property
    def omitempty(self) -> bool:
        """Whether the JSON omits a zero value (but not a zero struct)."""
        return "e" in self.flags

    @property
    def omitzero(self) -> bool:
        """Whether the JSON omits even a zero struct."""
        return "z" in self.flags

    @property
    def inline(self) -> bool:
        """Whether the message's fields are part of the parent's JSON object."""
        return "i" in self.flags

    @property
    def retired(self) -> bool:
        """Whether the newest release no longer has the field."""
        return "x" in self.flags

    @property
    def dropped(self) -> bool:
        """Whether the field was removed before its message: printed only if it is not zero."""
        return "d" in self.flags

    def marked(self, flags: str) -> FieldSchema:
        """Return the field with additional flags and without its steps."""
        flags = "".join(flag for flag in FLAGS if flag in self.flags + flags)
        return self._replace(flags=flags, steps="")

    @property
    def map_value(self) -> str | None:
        """The type of a map's values; None for other fields."""
        return self.type[11:-1] if self.type.startswith("map<") else None


class MessageSchema(NamedTuple):
    """One message; the JSON of a ``special`` one is not an object of its fields."""

    name: str
    fields: tuple[FieldSchema, ...]
    special: bool = False
    retired: bool = False
    steps: str = ""
    """Whether earlier releases had it: ``1.25=-`` is absent up to 1.25, ``1.28=+`` present."""


def pack(messages: Iterable[MessageSchema], releases: Releases | None = None) -> bytes:
    """Format and compress a table, to be stored as ``TABLE``."""
    modules = sorted((releases or {}).items())
    lines = [" ".join(f"{module}={','.join(merged)}" for module, merged in modules)]
    for message in sorted(messages):
        marks = SPECIAL * message.special + RETIRED * message.retired
        title = " ".join(filter(None, (message.name + marks, message.steps)))
        fields = [f"{f.number} {f.name} {f.type} {f.flags} {f.steps}" for f in message.fields]
        lines.append("\t".join([title, *fields]))
    return zlib.compress("\n".join(lines).encode(), 9)


def unpack(packed: bytes) -> dict[str, tuple[str, str]]:
    """Return the marks and the fields of each message as text, by message name."""
    lines = {}
    for line in zlib.decompress(packed).decode().split("\n")[1:]:
        title, _, fields = line.partition("\t")
        name = title.partition(" ")[0].rstrip(SPECIAL + RETIRED)
        lines[name] = (title[len(name) :], fields)
    return lines


def unpack_releases(packed: bytes) -> Releases:
    """Return the releases that a packed table was merged from."""
    words = zlib.decompress(packed).decode().partition("\n")[0].split()
    modules = (word.partition("=") for word in words)
    return {module: merged.split(",") for module, _, merged in modules}


def parse(name: str, marks: str, fields: str) -> MessageSchema:
    """Parse one message of an unpacked table."""
    parsed = []
    for text in fields.split("\t") if fields else ():
        number, json_name, kind, flags, steps = text.split(" ")
        parsed.append(FieldSchema(int(number), json_name, kind, flags, steps))
    steps = marks.partition(" ")[2]
    return MessageSchema(name, tuple(parsed), SPECIAL in marks, RETIRED in marks, steps)


@cache
def _unpacked(path: Path) -> Mapping[str, tuple[str, str]]:
    return unpack(path.read_bytes())


def _lines(name: str) -> Mapping[str, tuple[str, str]]:
    """Return the table that would have a message."""
    return _unpacked(OPENSHIFT_TABLE if name.startswith(OPENSHIFT) else TABLE)


def names(package: str = "") -> list[str]:
    """Return the full names of all messages of Kubernetes, or of ``OPENSHIFT``."""
    return list(_lines(package))


@cache
def _known(name: str) -> MessageSchema:
    return parse(name, *_lines(name)[name])


def message(name: str) -> MessageSchema | None:
    """Return the message of a full name; None if the table does not have it."""
    return _known(name) if name in _lines(name) else None


def is_special(name: str) -> bool:
    """Return whether a full name is that of a special message."""
    lines = _lines(name)
    return name in lines and SPECIAL in lines[name][0]


def message_name(api_version: str, kind: str) -> str | None:
    """Return the full name of an API kind's message; None if the table does not have it."""
    group, _, version = api_version.rpartition("/")
    package = _package(group)
    for name in (f"{package}.{version}.{kind}", f"{META}.{kind}"):
        if package is not None and name in _lines(name):
            return name
    return None


def _package(group: str) -> str | None:
    if group.endswith(_OPENSHIFT_GROUP):
        label = group.removesuffix(_OPENSHIFT_GROUP)
        return f"{OPENSHIFT}.{_OPENSHIFT_PACKAGES.get(label, label)}"
    if group in PACKAGES or not ("." not in group or group.endswith(".k8s.io")):
        return PACKAGES.get(group)
    return f"k8s.io.api.{group.partition('.')[0] or 'core'}"
