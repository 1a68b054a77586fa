"""The records that one of two databases has and the other lacks: only these can make keys differ.

Files of one cluster share most records, and most of their leaves byte for byte: those are skipped
without parsing. Records are in the order of their revisions in both, so one pass finds what is not
shared; of the shared ones only those of the keys found are looked up, in a second pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.rpc.key_values import key_of
from pyetcdctl.rpc.wire import WireError
from pyetcdctl.storage.bolt.pages import damage
from pyetcdctl.storage.mvcc.key_index import place, usual_keys
from pyetcdctl.storage.mvcc.revisions import REVISION_BYTES, key_in, parse_revision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Set

    from pyetcdctl.storage.bolt.leaves import LeafColumns
    from pyetcdctl.storage.mvcc.model import Model

_FEW = 100_000
"""Fewer unshared records do not show yet that the files have nothing in common."""


class TooFewShared(Exception):
    """A large part of the records is not shared: it is faster to index both files."""


class NewestRecord(NamedTuple):
    """The newest record of a key: its revision as it is stored, and its place, None if deleted."""

    revision: bytes
    place: int | None


class UnsharedRecords:
    """The unshared records of one file."""

    def __init__(self) -> None:
        self.newest: dict[bytes, NewestRecord] = {}
        self.revisions: set[bytes] = set()

    def add(self, revision: bytes, key: bytes, at: int) -> None:
        """Add a record, which must be newer than those before it."""
        self.revisions.add(revision)
        is_deletion = parse_revision(revision).is_deletion
        self.newest[key] = NewestRecord(revision, None if is_deletion else at)


class KeysOfOne(NamedTuple):
    """The keys of one of the files; the places of shared records are in ``sharing``."""

    model: Model
    unshared: UnsharedRecords
    sharing: Model
    shared: dict[bytes, NewestRecord]

    def has(self, key: bytes) -> bool:
        """Whether a key is live."""
        return self._newest(key)[1] is not None

    def read(self, key: bytes) -> bytes:
        """Return the serialized KeyValue of a live key."""
        model, at = self._newest(key)
        assert at is not None
        return model.read(at)

    def _newest(self, key: bytes) -> tuple[Model, int | None]:
        own, shared = self.unshared.newest.get(key), self.shared.get(key)
        if own and not (shared and shared.revision > own.revision):
            return self.model, own.place
        return self.sharing, shared.place if shared else None


def differing_keys(
    mine: Model, other: Model, on_bytes: Callable[[int], None]
) -> tuple[list[bytes], KeysOfOne, KeysOfOne]:
    """Return the keys that may differ, in order, and those of each of the two files.

    Raises TooFewShared.
    """
    first, second = _Walk(mine), _Walk(other)
    _walk_both(first, second, on_bytes)
    for walk in (first, second):
        walk.take_changes()
    wanted = first.unshared.newest.keys() | second.unshared.newest.keys()
    shared = dict(_shared_records(mine, wanted, first.unshared.revisions)) if wanted else {}
    return (
        sorted(wanted),
        KeysOfOne(mine, first.unshared, mine, shared),
        KeysOfOne(other, second.unshared, mine, shared),
    )


class _Walk:
    """One pass through the leaves of a file.

    ``pending`` are the records that the other file has not reached yet, with their places.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.unshared = UnsharedRecords()
        self._leaves = model.leaves()
        self.leaf = next(self._leaves, None)
        self.pending: dict[bytes, tuple[bytes, int]] = {}
        self._taken: LeafColumns | None = None
        self._last = b""
        self.records = 0

    @property
    def known_to(self) -> bytes | None:
        """The last revision that was read, None for the end of the file."""
        return self._last if self.leaf else None

    def advance(self) -> None:
        """Go to the next leaf."""
        assert self.leaf is not None
        self.records += len(self.leaf.key_sizes)
        self.leaf = next(self._leaves, None)

    def take(self) -> None:
        """Take the records of the leaf, where there is one and none is pending."""
        leaf = self.leaf
        if self.pending or leaf is None:
            return
        self._taken = leaf
        data, base = leaf.data, leaf.base
        for start, value, end in leaf.spans():
            revision = data[start:value]
            if revision <= self._last:
                raise damage(leaf.number, base + start, "its revisions are out of order")
            self._last = revision
            self.pending[revision] = data[value:end], place(base + value, end - value)
        self.advance()

    def take_changes(self) -> None:
        """Take the changes of the log, which are newer than the database."""
        for number, change in enumerate(self.model.changes, 1):
            self.unshared.add(change.revision.encode(), key_of(change.entry), -number)

    def drop(self, known_to: bytes | None) -> None:
        """Record the pending records up to a revision, None for all, as not shared."""
        passed = [each for each in self.pending if known_to is None or each <= known_to]
        try:
            for revision in passed:
                entry, at = self.pending.pop(revision)
                self.unshared.add(revision, key_in(entry, 0, len(entry)), at)
        except (WireError, IndexError) as error:
            assert self._taken is not None  # all pending records are of one leaf
            raise damage(self._taken.number, self._taken.offset, str(error)) from error


def _walk_both(first: _Walk, second: _Walk, on_bytes: Callable[[int], None]) -> None:
    while first.leaf or second.leaf:
        if first.leaf:
            on_bytes(sum(first.leaf.value_sizes))
        if not (first.pending or second.pending) and _are_alike(first.leaf, second.leaf):
            first.advance()
            second.advance()
            continue
        first.take()
        second.take()
        _match(first, second)
        unshared = len(first.unshared.revisions) + len(second.unshared.revisions)
        if unshared > max(_FEW, (first.records + second.records) // 4):
            raise TooFewShared


def _are_alike(leaf: LeafColumns | None, other: LeafColumns | None) -> bool:
    if leaf is None or other is None:
        return False
    if leaf.key_sizes != other.key_sizes or leaf.value_sizes != other.value_sizes:
        return False
    size = sum(leaf.key_sizes) + sum(leaf.value_sizes)
    content = leaf.data[leaf.start : leaf.start + size]
    return content == other.data[other.start : other.start + size]


def _match(first: _Walk, second: _Walk) -> None:
    """Drop the records that both have; afterwards one of them has none pending."""
    for revision in first.pending.keys() & second.pending.keys():
        if first.pending[revision][0] == second.pending[revision][0]:
            del first.pending[revision], second.pending[revision]
    first.drop(second.known_to)
    second.drop(first.known_to)


def _shared_records(
    model: Model, wanted: Set[bytes], unshared: Set[bytes]
) -> Iterator[tuple[bytes, NewestRecord]]:
    """Yield the shared records of keys, oldest first."""
    for leaf in model.leaves():
        try:
            if _may_have(leaf, wanted):
                yield from _records_in(leaf, wanted, unshared)
        except (WireError, IndexError) as error:
            raise damage(leaf.number, leaf.offset, str(error)) from error


def _may_have(leaf: LeafColumns, wanted: Set[bytes]) -> bool:
    is_usual = max(leaf.key_sizes) == min(leaf.key_sizes) == REVISION_BYTES
    usual = usual_keys(leaf) if is_usual else None
    return usual is None or not wanted.isdisjoint(usual[1])


def _records_in(
    leaf: LeafColumns, wanted: Set[bytes], unshared: Set[bytes]
) -> Iterator[tuple[bytes, NewestRecord]]:
    for start, value, end in leaf.spans():
        key, revision = key_in(leaf.data, value, end), leaf.data[start:value]
        if key in wanted and revision not in unshared:
            is_deletion = parse_revision(revision).is_deletion
            at = place(leaf.base + value, end - value)
            yield key, NewestRecord(revision, None if is_deletion else at)
