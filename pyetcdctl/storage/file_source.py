"""A database file as a source of keys: the responses are those of a server with the same data."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pyetcdctl.errors import BadArguments, CallFailed
from pyetcdctl.keyspace.history import History, KeyRevision
from pyetcdctl.keyspace.ranges import FIRST_KEY, NO_END
from pyetcdctl.rpc.kv import KeyValue
from pyetcdctl.storage.database import META
from pyetcdctl.storage.file_range import FileRange, FoundKeys
from pyetcdctl.storage.replay.members import CLUSTER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.rpc.kv import RangeRequest
    from pyetcdctl.rpc.range_page import RangePage
    from pyetcdctl.storage.accounting import Sizing
    from pyetcdctl.storage.mvcc.branches import Branches
    from pyetcdctl.storage.mvcc.fingerprints import Fingerprints
    from pyetcdctl.storage.mvcc.unshared import KeysOfOne
    from pyetcdctl.storage.opening import OpenedFile

    FileKeys = Fingerprints | KeysOfOne

KEYS_WITHOUT_LEASES = (3, 7)
"""From this release on a server reads keys alone from its index, which knows no leases."""


class FileSource:
    """The keys of a snapshot, a member's database or its data directory."""

    def __init__(self, opened: OpenedFile) -> None:
        self.opened = opened
        self._model = opened.model
        self._lookups = 0
        self._is_measured = False

    @property
    def name(self) -> str:
        """The path that was given."""
        return self.opened.path

    def close(self) -> None:
        """Close the file."""
        self.opened.close()

    def measure(self) -> None:
        """Read every page once: ``sizes`` and ``accounting`` return what was found, if all was."""
        with self._model.progress() as on_bytes, self.opened.trusted():
            self._sizing.run(on_bytes)
        self.opened.check_digest()
        self._is_measured = True

    def sizes(self, key: bytes, range_end: bytes) -> Iterator[tuple[bytes, int]]:
        """Return the keys of a range, in no order, with the sizes of their values.

        After an interrupted measuring these are the ones that it has met.
        """
        found = self._sizing.values()
        if self._is_measured and self._model.changes:
            found = self._changed(found)
        if key <= FIRST_KEY and range_end == NO_END:
            return found
        return (
            each
            for each in found
            if each[0] >= key and (range_end == NO_END or each[0] < range_end)
        )

    def accounting(self) -> dict[str, int]:
        """Return where the bytes of the database file are, part by part."""
        if not self._is_measured:
            self.measure()
        return self._sizing.accounting()._asdict()

    def _changed(self, found: Iterator[tuple[bytes, int]]) -> Iterator[tuple[bytes, int]]:
        """Return what the log has made of the sizes in the database."""
        sizes = dict(found)
        for change in self._model.changes:
            entry = KeyValue.decode(change.entry)
            if change.revision.is_deletion:
                sizes.pop(entry.key, None)
            else:
                sizes[entry.key] = len(entry.value)
        return iter(sizes.items())

    def unlike(self, other: FileSource, request: RangeRequest) -> tuple[FileRange, FileRange]:
        """Return the keys of a range that may differ from those of another file, in both.

        What the files share is passed over; it takes no more memory for more keys that are shared.
        """
        keys, *both = self._differing(other)
        start, end = request.key, request.range_end
        wanted = [each for each in keys if each >= start and (end == NO_END or each < end)]
        mine, others = (
            source._among(request, wanted, each)
            for source, each in zip((self, other), both, strict=True)
        )
        return mine, others

    def _differing(self, other: FileSource) -> tuple[list[bytes], FileKeys, FileKeys]:
        """Return the keys that may differ, in order, and those of both files."""
        from pyetcdctl.storage.mvcc.unshared import TooFewShared, differing_keys

        try:
            with self._model.progress() as on_bytes, self.opened.trusted(), other.opened.trusted():
                found = differing_keys(self._model, other._model, on_bytes)
        except TooFewShared:
            both = self._fingerprints, other._fingerprints
            return both[0].unlike(both[1]), *both
        self.opened.check_digest()
        other.opened.check_digest()
        return found

    def _among(self, request: RangeRequest, keys: Sequence[bytes], held: FileKeys) -> FileRange:
        found = FoundKeys([key for key in keys if held.has(key)], held.read)
        return self._response(request, found)

    @cached_property
    def _fingerprints(self) -> Fingerprints:
        from pyetcdctl.storage.mvcc.fingerprints import Fingerprints

        with self._model.progress() as on_bytes, self.opened.trusted():
            found = Fingerprints(self._model, on_bytes)
        self.opened.check_digest()
        return found

    @cached_property
    def _sizing(self) -> Sizing:
        return self.opened.sizing()

    def range(self, request: RangeRequest, *, stream: bool = False) -> FileRange:
        """Read a range of any size."""
        if stream:
            raise BadArguments("--stream is a way to read from a server, not from a file")
        return self._range(request, is_only=True)

    def ranges(
        self, requests: Sequence[RangeRequest], *, timeout_seconds: float | None = None
    ) -> list[RangePage]:
        """Return the responses to many small requests."""
        return [self._range(each, is_only=len(requests) == 1).whole() for each in requests]

    def branches(self, typed: bytes, seconds: float) -> Branches:
        """Return the continuations of ``typed``, up to a slash, as far as time allows."""
        from pyetcdctl.storage.mvcc.branches import branches

        return branches(self._model, typed, seconds)

    def has_any(self, prefix: bytes, seconds: float) -> bool:
        """Whether a live key begins with a prefix, as far as time allows."""
        from pyetcdctl.storage.mvcc.branches import branches

        return bool(branches(self._model, prefix, seconds, most=1).found)

    def history(
        self, key: bytes, range_end: bytes = b"", *, deletions_only: bool = False
    ) -> History:
        """Return every revision that the file and the log beside it still have."""
        records = self._model.records_between(key, range_end)
        revisions = [
            KeyRevision(
                each.revision.main,
                KeyValue.decode(each.entry),
                is_deletion=each.revision.is_deletion,
                source=self.name,
            )
            for each in records
            if each.revision.is_deletion or not deletions_only
        ]
        self.opened.check_digest()
        return History(revisions, self._model.compacted, self._model.revision)

    @cached_property
    def _drops_leases(self) -> bool:
        buckets = self._model.buckets
        # A killed member's log may have the cluster's version alone.
        versions = (buckets.get(META, b"storageVersion"), buckets.get(CLUSTER, b"clusterVersion"))
        return any(_release(version or b"0") >= KEYS_WITHOUT_LEASES for version in versions)

    def _range(self, request: RangeRequest, *, is_only: bool) -> FileRange:
        if not request.key:
            raise CallFailed("etcdserver: key is not provided", code="INVALID_ARGUMENT")
        revision = self._model.checked_revision(request.revision)
        with self.opened.trusted():
            found = self._find(request, revision, is_only)
        self.opened.check_digest()
        return self._response(request, found)

    def _response(self, request: RangeRequest, found: FoundKeys) -> FileRange:
        return FileRange(
            request,
            self.opened.header,
            found,
            drops_leases=self._drops_leases,
            check=self.opened.check_unchanged,
        )

    def _find(self, request: RangeRequest, revision: int, is_only: bool) -> FoundKeys:
        model = self._model
        if not request.range_end and is_only and not model.has_index and not self._lookups:
            self._lookups += 1
            entry = model.entry_at(request.key, revision)
            return FoundKeys([] if entry is None else [request.key], lambda key: entry or b"")
        keys = model.keys_at(revision)
        return FoundKeys(
            keys.between(request.key, request.range_end),
            lambda key: model.read(keys.place_of(key)),
        )


def _release(version: bytes) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(b".") if part.isdigit())
