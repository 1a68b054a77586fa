"""The buckets beside the keys (leases, users, members, ...), with what the log changed in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.storage.database import Database


class Buckets:
    """A database's buckets, and changes that are kept in memory."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._changed: dict[bytes, dict[bytes, bytes]] = {}

    def get(self, bucket: bytes, key: bytes) -> bytes | None:
        """Return the value of a key of a bucket, None without it."""
        changed = self._changed.get(bucket)
        return self._database.get(bucket, key) if changed is None else changed.get(key)

    def items(self, bucket: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield the keys of a bucket with their values, in order."""
        changed = self._changed.get(bucket)
        return self._database.items(bucket) if changed is None else iter(sorted(changed.items()))

    def put(self, bucket: bytes, key: bytes, value: bytes) -> None:
        """Write a key of a bucket."""
        self._contents(bucket)[key] = value

    def delete(self, bucket: bytes, key: bytes) -> None:
        """Delete a key of a bucket, if it is there."""
        self._contents(bucket).pop(key, None)

    def _contents(self, bucket: bytes) -> dict[bytes, bytes]:
        if bucket not in self._changed:
            self._changed[bucket] = dict(self._database.items(bucket))
        return self._changed[bucket]
