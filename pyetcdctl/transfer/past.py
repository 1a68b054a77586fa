"""Earlier values of keys, in key order: at a revision, in files, before they were deleted."""

from __future__ import annotations

from heapq import merge
from itertools import chain, groupby, islice
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.transfer.entries import entries_of, entry_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyetcdctl.keyspace.source import Source
    from pyetcdctl.transfer.entries import TransferEntry

VALUES_AT_ONCE = 64


class KeyRange(NamedTuple):
    """The keys from ``key`` to ``end`` (etcd API, RangeRequest); one key without an end."""

    key: bytes
    end: bytes = b""

    def request(self, revision: int = 0, *, keys_only: bool = False) -> RangeRequest:
        """Return the request that reads it."""
        return RangeRequest(
            key=self.key, range_end=self.end, revision=revision, keys_only=keys_only
        )


class PastValues(NamedTuple):
    """The last values of deleted keys, and the revision from which deletions are known."""

    entries: Iterator[TransferEntry]
    begins_after: int


def at_revision(
    source: Source, ranges: Iterable[KeyRange], revision: int = 0
) -> Iterator[TransferEntry]:
    """Yield the keys of consecutive ranges at a revision; 0 is the current one."""
    for each in ranges:
        yield from entries_of(source.range(each.request(revision)))


def newest(sources: Sequence[Source], ranges: Sequence[KeyRange]) -> Iterator[TransferEntry]:
    """Yield the keys of several sources; of a key in several the one with the newest change."""
    found = merge(*(at_revision(each, ranges) for each in sources), key=attrgetter("key"))
    for _, same in groupby(found, key=attrgetter("key")):
        yield max(same, key=attrgetter("mod_revision"))


def before_deletion(source: Source, ranges: Sequence[KeyRange]) -> PastValues:
    """Find the keys that were deleted and do not exist now, with their last values.

    Memory grows with the number of such keys, not with their values.
    """
    histories = [source.history(each.key, each.end, deletions_only=True) for each in ranges]
    deleted: dict[bytes, int] = {}
    for history in histories:
        for each in history.revisions:
            deleted[each.entry.key] = max(each.revision, deleted.get(each.entry.key, 0))
    present = chain.from_iterable(_keys(source, each) for each in ranges)
    absent = ((key, deleted[key]) for key in _missing(sorted(deleted), present))
    begins_after = max((each.compacted for each in histories), default=0)
    return PastValues(_values(source, absent), begins_after)


def _keys(source: Source, of: KeyRange) -> Iterator[bytes]:
    for page in source.range(of.request(keys_only=True)).pages():
        for record in page.records():
            yield record[0]


def _missing(keys: Iterable[bytes], present: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the keys that are not present; both are in order."""
    at = next(present, None)
    for key in keys:
        while at is not None and at < key:
            at = next(present, None)
        if at != key:
            yield key


def _values(source: Source, deleted: Iterator[tuple[bytes, int]]) -> Iterator[TransferEntry]:
    while some := list(islice(deleted, VALUES_AT_ONCE)):
        pages = source.ranges(
            [RangeRequest(key=key, revision=revision - 1) for key, revision in some]
        )
        for page in pages:
            yield from map(entry_of, page.records())
