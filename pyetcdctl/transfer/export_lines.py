"""An export as lines of JSON: a head, a line for each key in key order, and an end.

The end has the count and the SHA-256 of every byte before it, so that a truncated file is detected.
Bytes that are not UTF-8 are ``{"base64": ...}``, as in jsonl.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from pyetcdctl.errors import InvalidInput
from pyetcdctl.transfer.entries import TransferEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

FORMAT = 1
IN_FILES = "files"
_ENTRIES_A_PIECE = 512
_text_of = json.JSONEncoder(ensure_ascii=False).encode


class Head(NamedTuple):
    """The first line: what was exported."""

    prefix: bytes
    revision: int
    cluster_id: int = 0
    is_folder: bool = False
    """Whether the values are in files of their own, beside the lines."""


class End(NamedTuple):
    """The last line; ``leases`` are IDs and the seconds that they were granted for."""

    keys: int
    sha256: str
    leases: Mapping[int, int]


def export_lines(
    head: Head,
    entries: Iterable[TransferEntry],
    granted_seconds: Callable[[Iterable[int]], Mapping[int, int]],
    line_of: Callable[[TransferEntry], bytes] | None = None,
) -> Iterator[bytes]:
    """Yield an export in pieces of whole lines; ``granted_seconds`` is called at the end.

    ``line_of`` makes the line of a key where the line does not hold the value.
    """
    digest, count, leases = sha256(), 0, set()
    piece = [_head_line(head)]
    line_of = line_of or _entry_line
    for entry in entries:
        piece.append(line_of(entry))
        count += 1
        if entry.lease:
            leases.add(entry.lease)
        if len(piece) >= _ENTRIES_A_PIECE:
            yield _hashed(piece, digest)
            piece = []
    yield _hashed(piece, digest)
    yield _end_line(End(count, digest.hexdigest(), granted_seconds(sorted(leases))))


def parse_head(line: bytes) -> Head:
    """Parse the first line. Raises InvalidInput for what does not begin an export."""
    found = _parsed(
        line,
        "the first line is not the head of an export",
        "Try:  what `pyetcdctl export` wrote",
    )
    if found.get("export") != FORMAT:
        raise InvalidInput("the first line is not the head of an export that this release knows")
    cluster_id = int(found.get("cluster_id", "0"), 16)
    is_folder = found.get("values") == IN_FILES
    return Head(bytes_of(found, "prefix"), int(found["revision"]), cluster_id, is_folder)


def parse_entry(line: bytes, number: int) -> TransferEntry:
    """Parse the line of a key; ``number`` is for errors."""
    found = parse_line(line, number)
    try:
        return entry_of(found, bytes_of(found, "value"))
    except (KeyError, ValueError, TypeError):
        raise not_of_a_key(number) from None


def parse_line(line: bytes, number: int) -> dict[str, Any]:
    """Parse the JSON of a key's line; ``number`` is for errors."""
    return _parsed(line, not_of_a_key(number).message)


def not_of_a_key(number: int) -> InvalidInput:
    """Return the error for a line that is not that of a key."""
    return InvalidInput(f"line {number} is not that of a key")


def entry_of(found: Mapping[str, Any], value: bytes) -> TransferEntry:
    """Return the entry of a parsed line. Raises KeyError, ValueError and TypeError."""
    lease = int(found.get("lease", "0"), 16)
    return TransferEntry(bytes_of(found, "key"), value, int(found.get("mod_revision", 0)), lease)


def parse_end(line: bytes) -> End:
    """Parse the last line. Raises InvalidInput for one that is missing: the file was cut."""
    cut = InvalidInput("the export is not whole: its last line, with the count, is missing")
    try:
        found = json.loads(line)
        leases = {int(each, 16): int(ttl) for each, ttl in found.get("leases", {}).items()}
        return End(int(found["count"]), str(found["sha256"]), leases)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise cut from None


def _hashed(lines: list[bytes], digest: Any) -> bytes:
    piece = b"".join(lines)
    digest.update(piece)
    return piece


def _head_line(head: Head) -> bytes:
    fields = [f'"export":{FORMAT}', _member("prefix", head.prefix), f'"revision":{head.revision}']
    fields += [f'"cluster_id":"{head.cluster_id:x}"'] if head.cluster_id else []
    fields += [f'"values":"{IN_FILES}"'] if head.is_folder else []
    return _line(fields)


def _entry_line(entry: TransferEntry) -> bytes:
    return line_with(entry, [_member("value", entry.value)])


def line_with(entry: TransferEntry, fields: list[str]) -> bytes:
    """Return the line of a key with further fields for its value."""
    lease = [f'"lease":"{entry.lease:x}"'] if entry.lease else []
    revision = f'"mod_revision":{entry.mod_revision}'
    return _line([_member("key", entry.key), *fields, revision, *lease])


def _end_line(end: End) -> bytes:
    leases = ",".join(f'"{lease:x}":{seconds}' for lease, seconds in end.leases.items())
    fields = [f'"count":{end.keys}', *([f'"leases":{{{leases}}}'] if leases else [])]
    return _line([*fields, f'"sha256":"{end.sha256}"'])


def _line(fields: list[str]) -> bytes:
    return f"{{{','.join(fields)}}}\n".encode()


def _member(name: str, value: bytes) -> str:
    try:
        return f'"{name}":{_text_of(value.decode())}'
    except UnicodeDecodeError:
        return f'"{name}":{{"base64":"{b64encode(value).decode()}"}}'


def bytes_of(found: Mapping[str, Any], name: str) -> bytes:
    """Return the bytes of a member. Raises KeyError, ValueError and TypeError."""
    value = found[name]
    return value.encode() if isinstance(value, str) else b64decode(value["base64"], validate=True)


def _parsed(line: bytes, *otherwise: str) -> dict[str, Any]:
    """Parse a line of JSON; ``otherwise`` is the message and advice for one that is no object."""
    try:
        found = json.loads(line)
    except ValueError:
        raise InvalidInput(*otherwise) from None
    if not isinstance(found, dict):
        raise InvalidInput(*otherwise)
    return found
