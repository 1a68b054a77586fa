"""An export as a folder: a YAML file for each object, and a list of the files with further fields.

The list has the form of an export in one file (export_lines.py), with a SHA-256 in place of each
value. It is written last: a folder without it, or with a file that was changed after the export, is
refused. Files are named after their keys, readable where possible and never parsed back to them, so
that a list of keys cannot lead out of the folder.
"""

from __future__ import annotations

import os
import shutil
from functools import partial
from hashlib import sha256
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pyetcdctl.errors import BadArguments, InvalidInput
from pyetcdctl.transfer.export_file import ExportFile, cannot_open, written_whole
from pyetcdctl.transfer.export_lines import (
    bytes_of,
    entry_of,
    export_lines,
    line_with,
    not_of_a_key,
    parse_line,
)
from pyetcdctl.transfer.yaml_values import RAW, YAML, Content, ValueWriter, value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pyetcdctl.transfer.entries import TransferEntry
    from pyetcdctl.transfer.export_lines import Head

LIST = "export.jsonl"
SUFFIXES = {YAML: ".yaml", RAW: ".value"}
_PLAIN = "._~:@+=,-"
_LONGEST, _KEPT = 200, 120
# A percent sign of a key becomes %25: no part of a key is written like these.
_EMPTY, _WITHOUT_SLASH = "%", "%without-slash"


def write_folder(
    path: str,
    head: Head,
    entries: Iterable[TransferEntry],
    granted_seconds: Callable[[Iterable[int]], Mapping[int, int]],
) -> None:
    """Write a temporary folder, and rename it to ``path`` when it is complete."""
    place = path.rstrip("/") or path
    if os.path.lexists(place):
        raise BadArguments(f"{path} exists already", "Try:  --output with another name")
    parent, name = os.path.split(place)
    try:
        draft = mkdtemp(dir=parent or ".", prefix=f"{name}.")
    except OSError as error:
        raise cannot_open(path, error) from error
    try:
        line_of = partial(_written, draft, ValueWriter())
        lines = export_lines(head._replace(is_folder=True), entries, granted_seconds, line_of)
        written_whole(os.path.join(draft, LIST), lines)
        os.rename(draft, place)
    except OSError as error:
        raise cannot_open(path, error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def open_folder(path: str) -> ExportFile:
    """Open an export by the path of its folder."""
    try:
        file = open(os.path.join(path, LIST), "rb")  # noqa: SIM115 - the export closes it
    except OSError as error:
        raise InvalidInput(
            f"{path} is not the folder of an export, or was cut: there is no {LIST} in it"
        ) from error
    return ExportFile(file, partial(_parsed, path))


def _written(folder: str, writer: ValueWriter, entry: TransferEntry) -> bytes:
    """Write the file of a key, and return its line in the list."""
    content = writer.content(entry.value)
    path = os.path.join(folder, file_of(entry.key, content.kind))
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content.data)
    known = {"form": content.form, "release": content.release}
    fields = [f'"{name}":"{text}"' for name, text in known.items() if text]
    return line_with(entry, [*fields, f'"value_sha256":"{sha256(entry.value).hexdigest()}"'])


def _parsed(folder: str, line: bytes, number: int) -> TransferEntry:
    """Return the entry of a line of the list, with the value that its file holds."""
    found = parse_line(line, number)
    try:
        return entry_of(found, _value(folder, found))
    except (KeyError, ValueError, TypeError):
        raise not_of_a_key(number) from None


def _value(folder: str, found: Mapping[str, Any]) -> bytes:
    form, release = str(found.get("form", "")), str(found.get("release", ""))
    kind = YAML if form else RAW
    name = file_of(bytes_of(found, "key"), kind)
    try:
        with open(os.path.join(folder, name), "rb") as file:
            content = Content(kind, file.read(), form, release)
    except OSError as error:
        raise InvalidInput(f"{name}: {(error.strerror or str(error)).lower()}") from error
    try:
        value = value_of(content)
    except InvalidInput as error:
        raise InvalidInput(f"{name}: {error.message}") from None
    if sha256(value).hexdigest() != found["value_sha256"]:
        raise InvalidInput(f"{name} is not what was exported")
    return value


def file_of(key: bytes, kind: str) -> str:
    """Return the path of a key's file inside the folder; ``kind`` is that of its content."""
    *folders, name = [_escaped(part) for part in key.removeprefix(b"/").split(b"/")]
    parts = [*map(_unlike_a_file, folders), name + SUFFIXES[kind]]
    return os.path.join(*([] if key.startswith(b"/") else [_WITHOUT_SLASH]), *parts)


def _escaped(part: bytes) -> str:
    if part in (b"", b".", b".."):
        return part.decode().replace(".", "%2E") or _EMPTY
    name = quote(part, safe=_PLAIN)
    if len(name) <= _LONGEST:
        return name
    return f"{name[:_KEPT]}%sha256-{sha256(part).hexdigest()}"


def _unlike_a_file(folder: str) -> str:
    """Return a folder's name that cannot be a file's, so that /a.yaml/b may be beside /a."""
    stem, dot, suffix = folder.rpartition(".")
    return f"{stem}%2E{suffix}" if dot and f".{suffix}" in SUFFIXES.values() else folder
