"""Find the entries of a log that made revisions of its database, so that revisions can be counted
from there.

A value that one entry puts, and one record of the database has, is the same write. Such pairs are
searched among the first entries of the log, and among the first revisions that the database keeps
completely: the log reaches those sooner or later.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.rpc.kv import KeyValue
from pyetcdctl.rpc.wire import WireError
from pyetcdctl.storage.mvcc.revisions import key_in, parse_revision
from pyetcdctl.storage.wal.operations import operation_of
from pyetcdctl.storage.wal.transactions import PUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.storage.database import Database
    from pyetcdctl.storage.replay.witness import Witness
    from pyetcdctl.storage.wal.log import Log
    from pyetcdctl.storage.wal.operations import Operation
    from pyetcdctl.storage.wal.transactions import Transaction

    Pair = tuple[bytes, int]
    Sample = list[tuple[int, Operation]]

_MOST_ENTRIES = 2000
_MOST_BYTES = 32 << 20
_MOST_REVISIONS = 2000
_MOST_COMPARED = 200
_MOST_TRIED = 10
_MOST_REPEATED = 100
_MOST_READ = 200_000
"""The most changes of the database that are compared with the log."""
_AGAIN = -1


class LogPlace(NamedTuple):
    """An entry, and the revision that the store had before it was applied."""

    entry_index: int
    revision: int


class Anchors:
    """Writes whose revision is known."""

    def __init__(self, log: Log, database: Database, witness: Witness) -> None:
        """Compare the first entries of a log, which is used for nothing else, with a database."""
        sample = _sample(log, witness.index)
        puts = _puts(sample)
        self._revisions = _revisions(database, puts, witness)
        self.start = self._start(sample, puts, database, witness)
        """The first place in the log whose revision is certain, None without any."""

    def before(self, transaction: Transaction) -> int:
        """Return the revision before a transaction that is a known write, 0 for others."""
        for step in transaction.success:
            if step.kind == PUT and (revision := self._revisions.get(_pair(step.key, step.value))):
                return max(0, revision - 1)
        return 0

    def _start(
        self, sample: Sample, puts: dict[Pair, int], database: Database, witness: Witness
    ) -> LogPlace | None:
        known = [(at, self._revisions.get(pair, 0)) for pair, at in puts.items()]
        at, revision = min((each for each in known if each[1] > 0), default=(0, 0))
        if not revision:
            at, revision = _best_fit(sample, database, witness)
        return _counted_back(sample, at, revision - 1, witness) if revision else None


def _pair(key: bytes, value: bytes) -> Pair:
    return key, hash(value)


def _sample(log: Log, last_index: int) -> Sample:
    sample, size = [], 0
    for entry in islice(log.entries(), _MOST_ENTRIES):
        size += len(entry.data)
        if entry.index > last_index or size > _MOST_BYTES:
            break
        sample.append((entry.index, operation_of(entry)))
    return sample


def _puts(sample: Sample) -> dict[Pair, int]:
    """Return where in the sample each pair of key and value is put; _AGAIN for several places."""
    puts: dict[Pair, int] = {}
    for at, (_, operation) in enumerate(sample):
        transaction = operation.transaction
        for step in transaction.steps() if transaction else ():
            if step.kind == PUT and not step.ignore_value:
                pair = _pair(step.key, step.value)
                puts[pair] = at if puts.get(pair, at) == at else _AGAIN
    return puts


def _revisions(database: Database, puts: dict[Pair, int], witness: Witness) -> dict[Pair, int]:
    """Return the revision of each pair that one record alone has; _AGAIN for those of more."""
    keys = {key for key, _ in puts}
    first, last = witness.first_whole, witness.first_whole + _MOST_REVISIONS
    found: dict[Pair, int] = {}
    for key, entry, revision in _records(database):
        if key in keys or first <= revision < last:
            pair = _pair(key, KeyValue.decode(entry).value)
            is_put_once = puts.get(pair, revision) != _AGAIN
            if is_put_once and (pair in puts or first <= revision < last):
                found[pair] = revision if found.get(pair, revision) == revision else _AGAIN
    return found


def _records(database: Database) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield key, KeyValue and revision of all records but deletions; damaged ones are left out."""
    for leaf in database.key_leaves():
        data = leaf.data
        for start, value, end in leaf.spans():
            try:
                revision = parse_revision(data[start:value])
                if not revision.is_deletion:
                    yield key_in(data, value, end), data[value:end], revision.main
            except (WireError, IndexError):
                continue


def _best_fit(sample: Sample, database: Database, witness: Witness) -> tuple[int, int]:
    """Return where a put of the sample is, and the revision that best fits the entries after it.

    The revision is 0 where none fits, or two fit equally well.
    """
    puts = [
        (at, operation.transaction.success[0])
        for at, (_, operation) in enumerate(sample)
        if operation.name == PUT and operation.transaction
    ][:_MOST_TRIED]
    pairs = {(step.key, step.value): at for at, step in reversed(puts)}
    fits = []
    for at, revision in _candidates(database, pairs):
        fits.append((_fit(sample, at, revision - 1, witness), at, revision))
        if witness.read > _MOST_READ:
            return 0, 0
    fits.sort()
    if not fits or (len(fits) > 1 and fits[-1][0] == fits[-2][0]):
        return 0, 0
    return fits[-1][1:]


def _candidates(
    database: Database, places: dict[tuple[bytes, bytes], int]
) -> list[tuple[int, int]]:
    """Return where puts of the sample are, each with a revision at which the same was put.

    A put with too many revisions to try is left out.
    """
    keys = {key for key, _ in places}
    revisions: dict[tuple[bytes, bytes], list[int]] = {pair: [] for pair in places}
    for key, entry, revision in _records(database):
        if key in keys and (pair := (key, KeyValue.decode(entry).value)) in places:
            found = revisions[pair]
            if len(found) <= _MOST_REPEATED:
                found.append(revision)
    return [
        (places[pair], revision)
        for pair, found in revisions.items()
        if len(found) <= _MOST_REPEATED
        for revision in found
    ]


def _fit(sample: Sample, at: int, revision: int, witness: Witness) -> int:
    """Return how many writes in a row the database confirms, if the store had this revision."""
    confirmed = 0
    for _, operation in sample[at : at + _MOST_COMPARED]:
        if operation.transaction is None and operation.name != "lease revoke":
            continue
        verdict = witness.settle(operation, revision)
        if not verdict.revision:
            break
        confirmed += verdict.revision - revision
        revision = verdict.revision
    return confirmed


def _counted_back(sample: Sample, at: int, revision: int, witness: Witness) -> LogPlace:
    """Return the earliest entry before which the revision is certain, from a known one back."""
    place = LogPlace(sample[at][0], revision)
    for index, operation in reversed(sample[:at]):
        wrote = _wrote(operation, revision, witness)
        if wrote is None:
            break
        revision -= wrote
        place = LogPlace(index, revision)
    return place


def _wrote(operation: Operation, revision: int, witness: Witness) -> bool | None:
    """Whether an entry made the store's revision after it; None where that is unknown."""
    if operation.transaction is None:
        return None if operation.name == "lease revoke" else False
    verdict = witness.settle(operation, revision - 1)
    if verdict.revision:
        return verdict.revision == revision
    return True if operation.name == PUT and not witness.is_whole(revision) else None
