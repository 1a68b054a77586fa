"""The keys known from a log alone: figures without values, for the outcomes of its entries.

A log that begins with the cluster's first entry shows everything. Of one that begins later, a key
is known from the first time on that it is written whatever it was before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.storage.mvcc.revisions import Delete
from pyetcdctl.storage.replay.leases import LEASE, lease_name
from pyetcdctl.storage.replay.model import NOT_KNOWN, NotKnown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.storage.mvcc.revisions import Put
    from pyetcdctl.storage.replay.model import ReplayBuckets, ReplayModel, Version
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
    """Buckets in memory, over those of a database if there is one."""

    def __init__(self, *, is_complete: bool) -> None:
        self._is_complete = is_complete
        self._contents: dict[bytes, dict[bytes, bytes | None]] = {}
        self._base: ReplayBuckets | None = None

    def rest_on(self, base: ReplayBuckets) -> None:
        """Replace the buckets, and discard what the log has shown."""
        self._base = base
        self._contents.clear()

    def get(self, bucket: bytes, key: bytes) -> bytes | None:
        """Return the value of a key of a bucket, None without it."""
        found = self._contents.get(bucket, {})
        if key in found:
            return found[key]
        if self._base is not None:
            return self._base.get(bucket, key)
        if bucket == LEASE and not self._is_complete:
            raise NotKnown
        return None

    def items(self, bucket: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield the keys of a bucket with their values, in order."""
        found = {} if self._base is None else dict[bytes, bytes | None](self._base.items(bucket))
        found |= self._contents.get(bucket, {})
        return iter(sorted((key, value) for key, value in found.items() if value is not None))

    def changed(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield bucket and key of all that differs from the buckets below."""
        for bucket, contents in self._contents.items():
            for key, value in contents.items():
                if self._base is None or self._base.get(bucket, key) != value:
                    yield bucket, key

    def forget(self, bucket: bytes, key: bytes) -> None:
        """Mark a key of a bucket as unknown."""
        self._contents.get(bucket, {}).pop(key, None)

    def put(self, bucket: bytes, key: bytes, value: bytes) -> None:
        """Write a key of a bucket."""
        self._contents.setdefault(bucket, {})[key] = value

    def delete(self, bucket: bytes, key: bytes) -> None:
        """Delete a key of a bucket, if it is there."""
        self._contents.setdefault(bucket, {})[key] = None


class KnownKeys:
    """A model (see model.py) of the keys; ``is_complete`` if the log begins with the cluster."""

    def __init__(self, *, is_complete: bool) -> None:
        self.buckets = KnownBuckets(is_complete=is_complete)
        self.compacted = 0
        self._is_complete = is_complete
        self._revision = 1 if is_complete else NOT_KNOWN
        self._live: dict[bytes, KnownVersion | None] = {}
        self._base: ReplayModel | None = None

    @property
    def revision(self) -> int:
        """The store's revision."""
        return _known(self._revision)

    @property
    def has_revision(self) -> bool:
        """Whether the store's revision is known."""
        return self._revision != NOT_KNOWN

    def count_from(self, revision: int) -> None:
        """Set the store's revision."""
        self._revision = revision

    def lose_count(self) -> None:
        """Discard everything: the revisions were counted wrongly."""
        self._revision = NOT_KNOWN
        self._live.clear()

    def rest_on(self, model: ReplayModel) -> None:
        """Replace what is known by a model of the store."""
        self._base = model
        self._live.clear()
        self.buckets.rest_on(model.buckets)
        self._revision = model.revision
        self.compacted = max(self.compacted, model.compacted)

    def learn(self, key: bytes, version: Version | None) -> None:
        """Set a key's state; None for a deleted key."""
        if version is None:
            self._live[key] = None
        else:
            short = version.value if len(version.value) <= LONGEST_VALUE else None
            figures = (version.mod_revision, version.create_revision, version.version)
            self._live[key] = KnownVersion(*figures, version.lease, short)

    def newest(self, key: bytes) -> Version | None:
        """Return a live key, None without it."""
        found = self._live.get(key)
        if found is not None or self._is_complete or key in self._live:
            return found
        if self._base is None:
            raise NotKnown
        return self._base.newest(key)

    def newest_range(self, key: bytes, range_end: bytes) -> list[tuple[bytes, Version]]:
        """Return the live keys of a range in order."""
        if not self._is_complete and self._base is None:
            raise NotKnown
        found: dict[bytes, Version | None] = {}
        if self._base is not None:
            found.update(self._base.newest_range(key, range_end))
        for each, version in self._live.items():
            if each >= key and (range_end == b"\0" or each < range_end):
                found[each] = version
        return sorted((each, version) for each, version in found.items() if version)

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
            created = before.created
            writes = before.writes + 1 if before.writes != NOT_KNOWN else NOT_KNOWN
            holds = before[_FIELDS[guard.target]] == guard.expected and not before.lease
        if not holds or revision == NOT_KNOWN:
            return 0
        self._revision = revision = revision + 1
        self._live[key] = KnownVersion(revision, created, writes, 0, short_value)
        return revision

    def forget_lease(self, lease: int) -> None:
        """Mark a lease and its keys as unknown."""
        self.buckets.forget(LEASE, lease_name(lease))
        keys = [key for key, version in self._live.items() if version and version.lease == lease]
        self.forget([(key, b"") for key in keys])

    def compact(self, revision: int) -> None:
        """Record the compaction."""
        self.compacted = revision

    def forget(self, ranges: Sequence[tuple[bytes, bytes]]) -> None:
        """Mark ranges of keys as unknown, and the revision too."""
        self._revision = NOT_KNOWN
        for key, range_end in ranges:
            keys = [each for each in self._live if each >= key] if range_end else [key]
            for each in keys:
                if not range_end or range_end == b"\0" or each < range_end:
                    self._live.pop(each, None)


def _known(figure: int) -> int:
    if figure == NOT_KNOWN:
        raise NotKnown
    return figure
