"""The keys that a log alone tells of: figures without values, for the outcomes of its entries.

A log that begins with the cluster's first entry tells everything. Of one that begins later, a key
is known from the first time on that it is written whatever it was before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.storage.mvcc.changes import Delete
from pyetcdctl.storage.replay.model import NOT_KNOWN, NotKnown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.storage.mvcc.changes import Put
    from pyetcdctl.storage.wal.guards import Guard

LONGEST_VALUE = 128
"""Longer values are not kept, and conditions on them not known."""
_FIELDS = (2, 1, 0)
"""Where version, create_revision and mod_revision are in a KnownVersion."""


class KnownVersion(NamedTuple):
    """A live key. What is not known of it raises NotKnown when it is asked for."""

    mod: int
    created: int
    writes: int
    lease: int
    short_value: bytes | None

    @property
    def mod_revision(self) -> int:
        return _known(self.mod)

    @property
    def create_revision(self) -> int:
        return _known(self.created)

    @property
    def version(self) -> int:
        return _known(self.writes)

    @property
    def value(self) -> bytes:
        if self.short_value is None:
            raise NotKnown
        return self.short_value


class KnownBuckets:
    """Buckets in memory."""

    def __init__(self) -> None:
        self._contents: dict[bytes, dict[bytes, bytes]] = {}

    def get(self, bucket: bytes, key: bytes) -> bytes | None:
        """Return the value of a key of a bucket, None without it."""
        return self._contents.get(bucket, {}).get(key)

    def items(self, bucket: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield the keys of a bucket with their values, in order."""
        return iter(sorted(self._contents.get(bucket, {}).items()))

    def put(self, bucket: bytes, key: bytes, value: bytes) -> None:
        """Write a key of a bucket."""
        self._contents.setdefault(bucket, {})[key] = value

    def delete(self, bucket: bytes, key: bytes) -> None:
        """Delete a key of a bucket, if it is there."""
        self._contents.get(bucket, {}).pop(key, None)


class KnownKeys:
    """A model (see model.py) of the keys; ``is_complete`` if the log begins with the cluster."""

    def __init__(self, *, is_complete: bool) -> None:
        self.buckets = KnownBuckets()
        self.compacted = 0
        self._is_complete = is_complete
        self._revision = 1 if is_complete else NOT_KNOWN
        self._live: dict[bytes, KnownVersion | None] = {}

    @property
    def revision(self) -> int:
        """The store's revision."""
        return _known(self._revision)

    def newest(self, key: bytes) -> KnownVersion | None:
        """Return a live key, None without it."""
        found = self._live.get(key)
        if found is None and not self._is_complete and key not in self._live:
            raise NotKnown
        return found

    def newest_range(self, key: bytes, range_end: bytes) -> list[tuple[bytes, KnownVersion]]:
        """Return the live keys of a range in order."""
        if not self._is_complete:
            raise NotKnown
        return sorted(
            (each, version)
            for each, version in self._live.items()
            if version and each >= key and (range_end == b"\0" or each < range_end)
        )

    def write(self, changes: Sequence[Put | Delete]) -> None:
        """Apply changes as one revision, the next."""
        if self._revision != NOT_KNOWN:
            self._revision += 1
        for change in changes:
            if not isinstance(change, Delete):
                key, value, lease, created, version = change
                short = value if len(value) <= LONGEST_VALUE else None
                self._live[key] = KnownVersion(self._revision, created, version, lease, short)
            elif self._is_complete:
                self._live.pop(change.key, None)
            else:
                self._live[change.key] = None

    def write_guarded(self, guard: Guard, short_value: bytes | None) -> int:
        """Apply a guarded put without leases whose condition holds; return the new revision.

        0 is returned, and nothing done, where that is not the case or not known.
        """
        key, revision = guard.key, self._revision
        before = self._live.get(key)
        if before is None:
            created, writes = revision + 1, 1
            holds = not guard.expected and (self._is_complete or key in self._live)
        else:
            created, writes = before.created, before.writes + 1
            holds = before[_FIELDS[guard.target]] == guard.expected and not before.lease
        if not holds or not writes or NOT_KNOWN in (revision, created):
            return 0
        self._revision = revision = revision + 1
        self._live[key] = KnownVersion(revision, created, writes, 0, short_value)
        return revision

    def compact(self, revision: int) -> None:
        """Note the compaction."""
        self.compacted = revision

    def forget(self, keys: Sequence[bytes]) -> None:
        """Take keys for unknown: nothing tells what became of them; nor of the revision."""
        self._revision = NOT_KNOWN
        for key in keys:
            self._live.pop(key, None)


def _known(figure: int) -> int:
    if figure == NOT_KNOWN:
        raise NotKnown
    return figure
