"""The keyspace and the other buckets of a member: its database, and the changes of the log since.

Changes are kept in memory; nothing is ever written. A place (see key_index.py) below zero is that
of a change.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from itertools import takewhile
from typing import TYPE_CHECKING

from pyetcdctl.errors import CallFailed, DamagedSnapshot
from pyetcdctl.keyspace.ranges import NO_END
from pyetcdctl.rpc.key_values import key_of
from pyetcdctl.rpc.kv import KeyValue
from pyetcdctl.rpc.wire import WireError
from pyetcdctl.storage.database import COMPACTIONS, META
from pyetcdctl.storage.mvcc.key_index import index_keys, offset_and_size
from pyetcdctl.storage.mvcc.keys import Keys
from pyetcdctl.storage.mvcc.lookup import RevisedEntry, all_records, keys_with_lease, records_of
from pyetcdctl.storage.mvcc.revisions import Delete, Put, Revision, parse_revision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pyetcdctl.storage.bolt.leaves import LeafColumns
    from pyetcdctl.storage.database import Database

    Progress = Callable[[], AbstractContextManager[Callable[[int], None]]]


def _no_progress() -> AbstractContextManager[Callable[[int], None]]:
    return nullcontext(lambda size: None)


class Model:
    """A member's keys and buckets. ``progress`` shows the progress of a pass through all keys."""

    def __init__(self, database: Database, progress: Progress = _no_progress) -> None:
        self.buckets = Buckets(database)
        self.compacted = max(map(self._compaction, COMPACTIONS))
        """The revision of the last compaction, 0 without one."""
        last = _last_revision(database)
        self.revision = max(1, self.compacted, last)
        self.consistent_index = self._number(b"consistent_index")
        """The last entry of the log that is in the database."""
        is_counted = self.buckets.get(META, b"consistent_index") is not None
        self.knows_last_entry = is_counted or not (last or self.compacted)
        """Whether that is certain: before its first commit etcd has no index, and no key."""
        self.term = self._number(b"term")
        """That entry's term, 0 in databases before 3.5."""
        self.database = database
        self.progress = progress
        self._stored_revision = self.revision
        self.changes: list[RevisedEntry] = []
        """The changes since then, in order."""
        self._newest: Keys | None = None

    @property
    def has_index(self) -> bool:
        """Whether all keys were read already."""
        return self._newest is not None

    def newest(self, key: bytes) -> KeyValue | None:
        """Return a live key as it is now, None without it."""
        place = self.newest_keys().place(key)
        return None if place is None else KeyValue.decode(self.read(place))

    def newest_range(self, key: bytes, range_end: bytes) -> Iterator[tuple[bytes, KeyValue]]:
        """Yield the live keys of a range (etcd API, RangeRequest) in order."""
        for found in self.newest_keys().between(key, range_end):
            current = self.newest(found)
            assert current is not None
            yield found, current

    def last_records(self) -> list[RevisedEntry]:
        """Return the records of the last revision in the database."""
        return [
            RevisedEntry(parse_revision(key), value) for key, value in self.database.last_records()
        ]

    def write(self, changes: Sequence[Put | Delete]) -> None:
        """Apply changes as one revision, the next."""
        keys = self.newest_keys()
        self.revision += 1
        for sub, change in enumerate(changes):
            entry = self._entry(change)
            is_deletion = isinstance(change, Delete)
            self.changes.append(
                RevisedEntry(Revision(self.revision, sub, is_deletion), entry.encode())
            )
            if is_deletion:
                keys.remove(change.key)
            else:
                keys.put(change.key, -len(self.changes))

    def compact(self, revision: int) -> None:
        """Discard key history before a revision, for readers of this model."""
        self.compacted = revision

    def newest_keys(self) -> Keys:
        """Return the live keys."""
        if self._newest is None:
            self._newest = self._keys_at(self.revision)
        return self._newest

    def keys_at(self, revision: int) -> Keys:
        """Return the keys that were live at a revision, which must not be compacted."""
        return self.newest_keys() if revision == self.revision else self._keys_at(revision)

    def read(self, place: int) -> bytes:
        """Return the serialized KeyValue at a place."""
        if place < 0:
            return self.changes[-place - 1].entry
        return self.database.read(*offset_and_size(place))

    def records(self, key: bytes) -> list[RevisedEntry]:
        """Return all stored revisions of a key, oldest first."""
        stored = records_of(self.database, key)
        return stored + [each for each in self.changes if KeyValue.decode(each.entry).key == key]

    def records_between(self, key: bytes, range_end: bytes) -> list[RevisedEntry]:
        """Return all stored revisions of a range of keys, oldest first; without an end of one
        key.
        """
        if not range_end:
            return self.records(key)

        def is_within(entry: bytes) -> bool:
            found = key_of(entry)
            return found >= key and (range_end == NO_END or found < range_end)

        stored = all_records(self.database)
        return [each for each in (*stored, *self.changes) if is_within(each.entry)]

    def entry_at(self, key: bytes, revision: int) -> bytes | None:
        """Return a key's serialized KeyValue as of a revision, None where it was not live."""
        known = takewhile(lambda each: each.revision.main <= revision, self.records(key))
        newest = next(iter(list(known)[-1:]), None)
        return None if newest is None or newest.revision.is_deletion else newest.entry

    def leaves(self) -> Iterator[LeafColumns]:
        """Yield the leaves of all keys in the database, in the order of the revisions."""
        return self.database.key_leaves()

    def keys_of_lease(self, lease: int) -> list[bytes]:
        """Return the live keys that were put with a lease, in order."""
        likely = keys_with_lease(self.database, lease)
        likely.update(KeyValue.decode(each.entry).key for each in self.changes)
        found = ((key, self.newest(key)) for key in sorted(likely))
        return [key for key, newest in found if newest and newest.lease == lease]

    def checked_revision(self, revision: int) -> int:
        """Return the revision to read, 0 being the newest. Raises CallFailed as a server would."""
        if revision > self.revision:
            raise _out_of_range("etcdserver: mvcc: required revision is a future revision")
        if 0 < revision < self.compacted:
            raise _out_of_range("etcdserver: mvcc: required revision has been compacted")
        return revision or self.revision

    def _keys_at(self, revision: int) -> Keys:
        with self.progress() as on_bytes:
            stored = revision if revision < self._stored_revision else None
            keys = Keys(index_keys(self.database.key_leaves(), stored, on_bytes))
        for number, record in enumerate(self.changes, 1):
            if record.revision.main > revision:
                break
            key = KeyValue.decode(record.entry).key
            if record.revision.is_deletion:
                keys.remove(key)
            else:
                keys.put(key, -number)
        return keys

    def _entry(self, change: Put | Delete) -> KeyValue:
        if isinstance(change, Delete):
            return KeyValue(key=change.key)
        return KeyValue(
            key=change.key,
            create_revision=change.create_revision,
            mod_revision=self.revision,
            version=change.version,
            value=change.value,
            lease=change.lease,
        )

    def _compaction(self, name: bytes) -> int:
        found = self.buckets.get(META, name)
        return parse_revision(found).main if found else 0

    def _number(self, name: bytes) -> int:
        return int.from_bytes(self.buckets.get(META, name) or b"", "big")


def _last_revision(database: Database) -> int:
    """Return the greatest revision in a database, 0 where it has none."""
    last = database.last_revision()
    try:
        return parse_revision(last).main if last else 0
    except WireError as error:
        raise DamagedSnapshot(f"the database is damaged: {error}") from error


def _out_of_range(message: str) -> CallFailed:
    return CallFailed(message, code="OUT_OF_RANGE")


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
