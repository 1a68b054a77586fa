"""The end of a snapshot: the SHA-256 of everything before it.

A server appends it to the database, whose size is a multiple of the smallest disk sector's.
"""

from __future__ import annotations

from hashlib import sha256

SECTOR_BYTES = 512
DIGEST_BYTES = 32


def has_digest(size: int) -> bool:
    """Whether a file of that size ends with a digest; a member's own database does not."""
    return size % SECTOR_BYTES == DIGEST_BYTES


class Verifier:
    """Computes the digest of all but the last 32 bytes, without knowing where the end is."""

    def __init__(self) -> None:
        self._hash = sha256()
        self._tail = b""
        self.size = 0

    def update(self, data: bytes) -> None:
        """Take the next bytes."""
        self.size += len(data)
        held = self._tail + data
        self._hash.update(held[:-DIGEST_BYTES])
        self._tail = held[-DIGEST_BYTES:]

    @property
    def expected(self) -> str:
        """The digest that the data ends with, in hex."""
        return self._tail.hex()

    @property
    def computed(self) -> str:
        """The digest of the data before it, in hex."""
        return self._hash.hexdigest()
