"""The end of a snapshot: the SHA-256 of everything before it.

A server appends it to the database, whose size is a multiple of the smallest disk sector's.
"""

from __future__ import annotations

from hashlib import sha256
from threading import Thread
from typing import TYPE_CHECKING

from pyetcdctl.errors import DamagedSnapshot, PyetcdctlError

if TYPE_CHECKING:
    from pyetcdctl.storage.files import ReadOnlyFile

SECTOR_BYTES = 512
DIGEST_BYTES = 32
_CHUNK_BYTES = 1 << 24
"""The chunk size: a hashing thread waits for the others after each chunk, so few chunks are
better.
"""


def has_digest(size: int) -> bool:
    """Whether a file of that size ends with a digest; a member's own database does not."""
    return size % SECTOR_BYTES == DIGEST_BYTES


class Verifier:
    """Computes the digest of all but the last 32 bytes of a stream."""

    def __init__(self) -> None:
        self._hash = sha256()
        self._tail = b""
        self.size = 0

    def update(self, data: bytes) -> None:
        """Take the next bytes."""
        self.size += len(data)
        if len(data) < DIGEST_BYTES:
            data = self._tail + data
            self._tail = b""
        else:
            self._hash.update(self._tail)
        self._hash.update(memoryview(data)[:-DIGEST_BYTES])
        self._tail = data[-DIGEST_BYTES:]

    @property
    def expected(self) -> str:
        """The digest that the data ends with, in hex."""
        return self._tail.hex()

    @property
    def computed(self) -> str:
        """The digest of the data before it, in hex."""
        return self._hash.hexdigest()


class DigestCheck:
    """Compares a snapshot with the digest at its end, in a thread beside other work."""

    def __init__(self, file: ReadOnlyFile) -> None:
        self._file = file
        self._failure: PyetcdctlError | None = None
        self._is_stopped = False
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def result(self) -> None:
        """Wait for the end. Raises DamagedSnapshot where the digest is a different one."""
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def is_right(self) -> bool:
        """Wait for the end; return whether the digest is that of the data."""
        self._thread.join()
        return self._failure is None

    def stop(self) -> None:
        """End the thread, so that the file can be closed."""
        self._is_stopped = True
        self._thread.join()

    def _run(self) -> None:
        try:
            verifier = Verifier()
            for chunk in self._file.chunks(self._file.size, _CHUNK_BYTES):
                if self._is_stopped:
                    return
                verifier.update(chunk)
            check_digest(verifier)
        except PyetcdctlError as failure:
            self._failure = failure


def check_digest(verifier: Verifier) -> None:
    """Raise DamagedSnapshot unless the data has the digest at its end."""
    if verifier.computed != verifier.expected:
        raise DamagedSnapshot(
            f"expected sha256 {verifier.expected}, got {verifier.computed}",
            f"The hash at offset {verifier.size - DIGEST_BYTES} is not that of the data before it:"
            " the file was damaged after it was saved.",
        )
