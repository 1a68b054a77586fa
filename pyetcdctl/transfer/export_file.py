"""An export as a file: written completely or not at all; read in key order any number of times."""

from __future__ import annotations

import os
import shutil
from hashlib import sha256
from tempfile import TemporaryFile, mkstemp
from typing import TYPE_CHECKING, BinaryIO

from pyetcdctl.errors import BadArguments, InvalidInput
from pyetcdctl.transfer.export_lines import parse_end, parse_entry, parse_head

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyetcdctl.transfer.entries import TransferEntry

_TAIL_BYTES = 64 << 10


class ExportFile:
    """An export; ``head`` and ``end`` are parsed when it is opened, so that a truncated file
    raises.
    """

    def __init__(
        self, file: BinaryIO, parse: Callable[[bytes, int], TransferEntry] | None = None
    ) -> None:
        """Take a file that can be read again, and close it at the end.

        ``parse`` reads the line of a key where the value is in a file of its own.
        """
        self._file = file
        self._parse = parse or parse_entry
        try:
            file.seek(0)
            self.head = parse_head(file.readline())
            self._body = file.tell()
            self._end_offset, last = _last_line(file)
            self.end = parse_end(last)
            if self.head.is_folder and parse is None:
                raise InvalidInput("this lists a folder's files", "Try:  import with the folder")
        except InvalidInput:
            file.close()
            raise

    def entries(self) -> Iterator[TransferEntry]:
        """Yield the keys. Raises InvalidInput at the end if the file was changed since."""
        self._file.seek(0)
        digest = sha256(self._file.read(self._body))
        previous, count = b"", 0
        while self._file.tell() < self._end_offset:
            line = self._file.readline()
            digest.update(line)
            count += 1
            entry = self._parse(line, count + 1)
            if entry.key <= previous or not entry.key.startswith(self.head.prefix):
                raise InvalidInput(
                    f"line {count + 1}: the keys of an export ascend and have its prefix"
                )
            previous = entry.key
            yield entry
        if (count, digest.hexdigest()) != (self.end.keys, self.end.sha256):
            raise InvalidInput(
                "the export is not what was exported: count or SHA-256 is not that of its last line"
            )

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def open_export(path: str) -> ExportFile:
    """Open an export by its path."""
    try:
        file = open(path, "rb")  # noqa: SIM115 - the export closes it
    except OSError as error:
        raise cannot_open(path, error) from error
    return ExportFile(file)


def spooled_export(stream: BinaryIO) -> ExportFile:
    """Keep a stream in a file without a name, because an export is read twice."""
    file = TemporaryFile()  # noqa: SIM115 - the export closes it
    shutil.copyfileobj(stream, file)
    return ExportFile(file)


def _last_line(file: BinaryIO) -> tuple[int, bytes]:
    """Return the offset and the content of the last line, which must be complete."""
    size = file.seek(0, os.SEEK_END)
    tail, at = b"", size
    while at > 0 and tail.rstrip(b"\n").count(b"\n") == 0:
        step = min(_TAIL_BYTES, at)
        at -= step
        file.seek(at)
        tail = file.read(step) + tail
    start = tail.rstrip(b"\n").rfind(b"\n") + 1
    return at + start, tail[start:] if tail.endswith(b"\n") else b""


def written_whole(path: str, pieces: Iterable[bytes]) -> None:
    """Write a file that only its owner can read, and rename it to ``path`` when it is complete."""
    folder, name = os.path.split(path)
    try:
        descriptor, temporary = mkstemp(dir=folder or ".", prefix=f"{name}.")
    except OSError as error:
        raise cannot_open(path, error) from error
    try:
        with open(descriptor, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def cannot_open(path: str, error: OSError) -> BadArguments:
    """Return the error for a path that cannot be opened."""
    return BadArguments(f"open {path}: {(error.strerror or str(error)).lower()}")
