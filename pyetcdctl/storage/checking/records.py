"""Check the records of keys: each must follow the one before it of its key."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.rpc.kv import KeyValue
from pyetcdctl.rpc.wire import WireError
from pyetcdctl.storage.mvcc.key_index import place
from pyetcdctl.storage.mvcc.revisions import parse_revision

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.storage.bolt.pages import Leaf
    from pyetcdctl.storage.checking.faults import Faults
    from pyetcdctl.storage.mvcc.revisions import Revision

_VERSION_BITS = 64


class LiveKey(NamedTuple):
    """A live key, and where its KeyValue is."""

    key: bytes
    place: int
    lease: int


class RecordCheck:
    """Takes the leaves of the bucket of keys in their order."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._places: dict[bytes, int] = {}
        self._lives: dict[bytes, int] = {}
        """The create revision and version of each live key, in one number."""
        self._leases: dict[bytes, int] = {}
        self.records = 0
        self.revision = 0

    def take(self, leaf: Leaf) -> None:
        """Check the records of a leaf."""
        for key, start, end in leaf.items():
            where = f"page {leaf.page.number} at offset {leaf.offset + start}"
            try:
                revision = parse_revision(key)
                entry = KeyValue.decode(leaf.body[start:end])
            except WireError as error:
                self._faults.add(where, str(error))
                continue
            self.records += 1
            self.revision = max(self.revision, revision.main)
            for fault in self._faults_of(revision, entry):
                self._faults.add(f"{where}, key {_shown(entry.key)}", fault)
            self._take(revision, entry, place(leaf.offset + start, end - start))

    def live(self) -> Iterator[LiveKey]:
        """Yield the live keys after the last record."""
        for key, found in self._places.items():
            yield LiveKey(key, found, self._leases.get(key, 0))

    def __len__(self) -> int:
        return len(self._places)

    def _faults_of(self, revision: Revision, entry: KeyValue) -> Iterator[str]:
        if not entry.key:
            yield "a record without a key"
        if revision.is_deletion:
            if entry != KeyValue(key=entry.key):
                yield f"the deletion at revision {revision.main} has more than a key"
            return
        if entry.mod_revision != revision.main:
            yield f"revision {revision.main} has a record with mod_revision {entry.mod_revision}"
        if not 0 < entry.create_revision <= revision.main or entry.version < 1:
            yield f"created at {entry.create_revision}, version {entry.version}"
            return
        yield from self._breaks(entry)

    def _breaks(self, entry: KeyValue) -> Iterator[str]:
        """Yield a fault where a version does not follow the one before, unless that was
        compacted.
        """
        before = self._lives.get(entry.key)
        if before is None:
            return
        created, version = before >> _VERSION_BITS, before & (1 << _VERSION_BITS) - 1
        if entry.create_revision == created and entry.version != version + 1:
            yield f"version {entry.version} at revision {entry.mod_revision} follows {version}"
        elif entry.create_revision < created:
            yield f"created at {entry.create_revision}, and before that at {created}"

    def _take(self, revision: Revision, entry: KeyValue, found: int) -> None:
        key = entry.key
        if revision.is_deletion:
            self._places.pop(key, None)
            self._lives.pop(key, None)
            self._leases.pop(key, None)
            return
        self._places[key] = found
        self._lives[key] = entry.create_revision << _VERSION_BITS | max(0, entry.version)
        if entry.lease:
            self._leases[key] = entry.lease
        else:
            self._leases.pop(key, None)


def _shown(key: bytes) -> str:
    return key.decode("utf-8", "backslashreplace")
