"""Files that are only read, at offsets.

Reads copy the bytes: a file that is truncated meanwhile gives an error, where a mapped one would
end the process. DamagedSnapshot is raised for bytes that the file should have and lacks.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Protocol, Self

from pyetcdctl.errors import DamagedSnapshot, PyetcdctlError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Readable(Protocol):
    """Bytes at offsets; ``size`` is where they end."""

    size: int

    def read(self, offset: int, size: int) -> bytes:
        """Return exactly so many bytes. Raises DamagedSnapshot where the file ends before."""


class ReadOnlyFile:
    """A regular file, opened for reading."""

    def __init__(self, path: str, descriptor: int | None = None) -> None:
        """Open the file, or use an open descriptor. Raises PyetcdctlError with etcd's texts."""
        self.path = path
        self.descriptor = _open(path) if descriptor is None else descriptor
        self.size = self.current_size()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def current_size(self) -> int:
        """Return the present size, which may differ from the one at the start."""
        return os.fstat(self.descriptor).st_size

    def close(self) -> None:
        """Close the file."""
        os.close(self.descriptor)

    def read(self, offset: int, size: int) -> bytes:
        """Return exactly so many bytes. Raises DamagedSnapshot where the file ends before."""
        data = os.pread(self.descriptor, size, offset)
        while len(data) < size:
            more = os.pread(self.descriptor, size - len(data), offset + len(data))
            if not more:
                raise DamagedSnapshot(f"{self.path} ends at offset {offset + len(data)}")
            data += more
        return data

    def read_most(self, offset: int, size: int) -> bytes:
        """Return so many bytes, or fewer at the present end of the file."""
        return os.pread(self.descriptor, size, offset)

    def chunks(self, end: int, size: int) -> Iterator[bytes]:
        """Yield the bytes up to an offset in pieces."""
        for offset in range(0, end, size):
            yield self.read(offset, min(size, end - offset))


def _open(path: str) -> int:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        verb = "stat" if isinstance(error, FileNotFoundError) else "open"
        raise PyetcdctlError(f"{verb} {path}: {_reason(error)}") from error
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        kind = "is a directory" if stat.S_ISDIR(mode) else "is not a regular file"
        raise PyetcdctlError(f"open {path}: {kind}")
    return descriptor


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
