"""A file that is not on a disk."""

from __future__ import annotations

from typing import NamedTuple


class InMemory(NamedTuple):
    """Bytes to read at offsets."""

    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    def read(self, offset: int, size: int) -> bytes:
        return self.data[offset : offset + size]
