"""Find the API version of a stored value, and the release of Kubernetes that no longer reads it."""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.codec.envelope import MAGIC, Format, recognise, unwrap
from pyetcdctl.kubernetes.schema import table
from pyetcdctl.kubernetes.schema.as_of import in_release, release_key
from pyetcdctl.kubernetes.schema.history import module_of

if TYPE_CHECKING:
    from collections.abc import Mapping

REMOVALS = Path(__file__).parent / "removals.tsv"
_TYPE_FIRST = MAGIC + b"\x0a"
_LENGTH_AT, _LONG = len(_TYPE_FIRST), 0x80
_MOST_TYPES = 1024
_JSON_HEAD = re.compile(
    rb'\{"apiVersion":"([^"\\]+)","kind":"([^"\\]+)"|\{"kind":"([^"\\]+)","apiVersion":"([^"\\]+)"'
)


class StoredType(NamedTuple):
    """The type of a stored value."""

    api_version: str
    kind: str


class Removal(NamedTuple):
    """The release that no longer has a type, and its replacement; empty where none is named."""

    release: str
    replacement: str


def stored_type(value: bytes) -> StoredType | None:
    """Return the type of a plain value; None for an encrypted one or one that is not an object."""
    if value.startswith(_TYPE_FIRST) and len(value) > _LENGTH_AT and value[_LENGTH_AT] < _LONG:
        return _of_envelope(value[: _LENGTH_AT + 1 + value[_LENGTH_AT]])
    match recognise(value):
        case Format.PROTOBUF:
            envelope = unwrap(value)
            return StoredType(envelope.api_version, envelope.kind)
        case Format.JSON:
            return _json_type(value)
        case Format.CBOR:
            found = decode(value)
            return StoredType(found.api_version, found.kind) if found.api_version else None
    return None


def removal(found: StoredType) -> Removal | None:
    """Return the removal of a type; None for one that no known release removes."""
    known = removals().get(found)
    if known is not None:
        return known
    gone = _gone_in(found)
    return Removal(gone, "") if gone else None


def is_unreadable(found: StoredType, release: str) -> bool:
    """Whether a release no longer has a type."""
    known = removal(found)
    return known is not None and release_key(known.release) <= release_key(release)


@cache
def removals() -> Mapping[StoredType, Removal]:
    """Return the table of removals, as generated from the sources of Kubernetes."""
    rows = (line.split("\t") for line in REMOVALS.read_text().splitlines())
    return {StoredType(row[0], row[1]): Removal(row[2], row[3]) for row in rows}


@lru_cache(_MOST_TYPES)
def _of_envelope(begin: bytes) -> StoredType:
    """Return the type at the start of an envelope; cached, for the objects of one kind share it."""
    envelope = unwrap(begin)
    return StoredType(envelope.api_version, envelope.kind)


def _json_type(value: bytes) -> StoredType | None:
    """Read the type at the start of a JSON text, where the API server writes it, or anywhere in
    it.
    """
    if head := _JSON_HEAD.match(value):
        version, kind = (head[1], head[2]) if head[1] else (head[4], head[3])
        return StoredType(version.decode("utf-8", "replace"), kind.decode("utf-8", "replace"))
    try:
        found = json.loads(value)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    version, kind = found.get("apiVersion"), found.get("kind")
    return StoredType(version, kind) if isinstance(version, str) and isinstance(kind, str) else None


@cache
def _gone_in(found: StoredType) -> str:
    """Return the first release of the field table without a kind that earlier ones had."""
    name = table.message_name(found.api_version, found.kind)
    message = table.message(name) if name else None
    if name is None or message is None:
        return ""
    by_module = table.unpack_releases(table.TABLE.read_bytes())
    releases = sorted(by_module.get(module_of(name), ()), key=release_key)
    had = [release for release in releases if in_release(message, release) is not None]
    if not had:
        return ""
    later = [each for each in releases if release_key(each) > release_key(had[-1])]
    return later[0] if later else ""
