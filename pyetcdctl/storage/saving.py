"""Save a snapshot to the disk: under its final name it is complete, or it does not exist.

The pieces go to a file with a unique name beside the target, so that two runs do not collide and
the rename stays within one file system.
"""

from __future__ import annotations

import os
from contextlib import suppress
from secrets import token_hex
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import SnapshotFailed
from pyetcdctl.storage.trailer import Verifier, has_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_MODE = 0o600
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


class Saved(NamedTuple):
    """A saved snapshot: its size, and why a power failure might still lose its name."""

    size: int
    doubt: str = ""


def save(
    pieces: Iterable[bytes], path: str, verify: Callable[[str], None] = lambda part: None
) -> Saved:
    """Write a snapshot to ``path``, replacing an existing file.

    ``verify`` is called with the temporary name of the complete file. Raises SnapshotFailed; then,
    and after any other exception, nothing has changed on the disk.
    """
    if not path:
        raise SnapshotFailed("could not write snapshot: the name of the file is empty")
    if os.path.lexists(path) and not os.path.isfile(path):
        raise SnapshotFailed(f"could not write snapshot: {path} is not a regular file")
    part = f"{path}.{token_hex(4)}.part"
    try:
        size = _write(pieces, part)
        verify(part)
        _rename(part, path)
    finally:
        with suppress(OSError):
            os.unlink(part)
    try:
        _fsync_folder(os.path.dirname(path) or ".")
    except SnapshotFailed as error:
        return Saved(size, error.message)
    return Saved(size)


def _write(pieces: Iterable[bytes], part: str) -> int:
    try:
        descriptor = os.open(part, _NEW_FILE, _MODE)
    except OSError as error:
        raise SnapshotFailed(f"could not open {part} (open {part}: {_reason(error)})") from error
    verifier = Verifier()
    try:
        for piece in pieces:
            verifier.update(piece)
            _write_all(descriptor, piece, part)
        _check(verifier)
        _fsync(descriptor, part)
    finally:
        os.close(descriptor)
    return verifier.size


def _write_all(descriptor: int, piece: bytes, part: str) -> None:
    rest = memoryview(piece)
    try:
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    except OSError as error:
        reason = f"write {part}: {_reason(error)}"
        raise SnapshotFailed(f"could not write snapshot: {reason}") from error


def _check(verifier: Verifier) -> None:
    if not has_digest(verifier.size):
        raise SnapshotFailed(f"sha256 checksum not found [bytes: {verifier.size}]")
    if verifier.computed != verifier.expected:
        raise SnapshotFailed(
            f"expected sha256 {verifier.expected}, got {verifier.computed}",
            "The snapshot was damaged on its way here; nothing was saved.",
        )


def _rename(part: str, path: str) -> None:
    try:
        os.rename(part, path)
    except OSError as error:
        failed = f"rename {part} {path}: {_reason(error)}"
        raise SnapshotFailed(f"could not rename {part} to {path} ({failed})") from error


def _fsync_folder(folder: str) -> None:
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return  # A folder that may be written but not read cannot be synced.
    try:
        _fsync(descriptor, folder)
    finally:
        os.close(descriptor)


def _fsync(descriptor: int, path: str) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        reason = f"sync {path}: {_reason(error)}"
        raise SnapshotFailed(f"could not fsync snapshot: {reason}") from error


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
