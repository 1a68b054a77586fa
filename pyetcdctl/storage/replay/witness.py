"""The outcomes of a log's entries as its database shows them.

A log of an old cluster begins in the middle, and does not show which conditions hold in its first
entries. The database beside it keeps the changes of each revision: all changes since the
compaction, and of older ones those that are still the newest of their keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import DamagedSnapshot
from pyetcdctl.rpc.kv import KeyValue
from pyetcdctl.rpc.wire import WireError
from pyetcdctl.storage.database import KEYS
from pyetcdctl.storage.mvcc.revisions import Revision, parse_revision
from pyetcdctl.storage.replay.model import (
    APPLIED,
    FAILED,
    REFUSED,
    SUCCEEDED,
    UNKNOWN,
    Outcome,
)
from pyetcdctl.storage.wal.transactions import DELETE, PUT, TXN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.storage.database import Database
    from pyetcdctl.storage.mvcc.model import Model
    from pyetcdctl.storage.wal.operations import Operation
    from pyetcdctl.storage.wal.transactions import LoggedStep, Transaction

_NEAR = 1000
"""The most revisions that are skipped to reach a later one; one beyond that is sought."""


class Made(NamedTuple):
    """A change of a key that a database keeps."""

    kv: KeyValue
    is_deletion: bool


class EntryVerdict(NamedTuple):
    """The outcome of an entry as a database shows it."""

    outcome: Outcome
    made: list[Made]
    revision: int
    """The store's revision after the entry, 0 where it is not known."""


_NO_VERDICT = EntryVerdict(Outcome(UNKNOWN), [], 0)


class Witness:
    """The revisions of a database, read in step with the log."""

    def __init__(self, database: Database, model: Model) -> None:
        self.model = model
        self.index = model.consistent_index
        """The last entry of the log that is in the database."""
        self.revision = model.revision
        self.first_whole = model.compacted + 1
        self.read = 0
        """The number of changes read so far."""
        self._database = database
        self._records: Iterator[tuple[int, Made]] = iter(())
        self._ahead: tuple[int, Made] | None = None
        self._next = 0

    def is_whole(self, revision: int) -> bool:
        """Whether all changes of a revision are kept."""
        return self.first_whole <= revision <= self.revision

    def made(self, revision: int) -> list[Made]:
        """Return the kept changes of a revision; none where the database is damaged."""
        try:
            return self._made(revision)
        except (DamagedSnapshot, WireError):
            self.first_whole = self.revision + 1
            return []

    def settle(
        self, operation: Operation, revision: int, holds: bool | None = None
    ) -> EntryVerdict:
        """Return the outcome of an entry, given the store's revision before it.

        ``holds`` says whether all conditions hold, None where that is not known.
        """
        made, is_whole = self.made(revision + 1), self.is_whole(revision + 1)
        transaction = operation.transaction
        if transaction is None:
            return _end_of_lease(operation, revision, made, is_whole)
        if any(step.transaction for step in (*transaction.success, *transaction.failure)):
            return _NO_VERDICT
        branches = _branches(operation, transaction, holds)
        explaining = [name for name, steps in branches if explains(steps, made)]
        if explaining:
            name = explaining[0] if len(explaining) == 1 else UNKNOWN
            return EntryVerdict(Outcome(name, "", revision + 1), made, revision + 1)
        if not is_whole:
            return _NO_VERDICT
        guarded = {each.key for each in transaction.conditions} if holds is None else set()
        return _by_silence(branches, revision, guarded)

    def _made(self, revision: int) -> list[Made]:
        if not self._next <= revision <= self._next + _NEAR:
            self._records = self._from(revision)
            self._ahead = next(self._records, None)
        self._next = revision + 1
        found = []
        while self._ahead is not None and self._ahead[0] <= revision:
            if self._ahead[0] == revision:
                found.append(self._ahead[1])
            self.read += 1
            self._ahead = next(self._records, None)
        return found

    def _from(self, revision: int) -> Iterator[tuple[int, Made]]:
        start = Revision(revision, 0, is_deletion=False).encode()
        for key, value in self._database.items(KEYS, start):
            found = parse_revision(key)
            yield found.main, Made(KeyValue.decode(value), found.is_deletion)


def _branches(
    operation: Operation, transaction: Transaction, holds: bool | None
) -> list[tuple[str, Sequence[LoggedStep]]]:
    """Return the branches that may have been taken, with the outcome that each stands for."""
    name = SUCCEEDED if operation.name == TXN else APPLIED
    branches = [(name, transaction.success), (FAILED, transaction.failure)]
    return branches if holds is None else branches[:1] if holds else branches[1:]


def _end_of_lease(
    operation: Operation, revision: int, made: list[Made], is_whole: bool
) -> EntryVerdict:
    """Return the outcome of a lease's revocation: nothing else deletes without a key."""
    if operation.name != "lease revoke":
        return _NO_VERDICT
    if made and all(each.is_deletion for each in made):
        return EntryVerdict(Outcome(APPLIED, "", revision + 1), made, revision + 1)
    return EntryVerdict(Outcome(APPLIED), [], revision) if is_whole else _NO_VERDICT


def _by_silence(
    branches: list[tuple[str, Sequence[LoggedStep]]], revision: int, guarded: set[bytes]
) -> EntryVerdict:
    """Return the outcome of an entry that changed nothing, by the revision that follows it.

    A deletion of a guarded key finds it where the condition holds.
    """
    possible = set()
    for name, steps in branches:
        if not any(each.kind == PUT or _is_guarded(each, guarded) for each in steps):
            possible.add(name)
        if any(_can_be_refused(step) for step in steps):
            possible.add(REFUSED)
    if not possible:
        return _NO_VERDICT
    return EntryVerdict(Outcome(possible.pop() if len(possible) == 1 else UNKNOWN), [], revision)


def explains(steps: Sequence[LoggedStep], made: list[Made]) -> bool:
    """Whether steps made exactly these changes, in this order."""
    at = 0
    for step in steps:
        if step.kind == PUT:
            if at == len(made) or not _is_of_put(made[at], step):
                return False
            at += 1
        elif step.kind == DELETE:
            while at < len(made) and made[at].is_deletion and _has(step, made[at].kv.key):
                at += 1
    return 0 < at == len(made)


def _is_of_put(each: Made, step: LoggedStep) -> bool:
    is_its_value = step.ignore_value or each.kv.value == step.value
    return each.kv.key == step.key and not each.is_deletion and is_its_value


def _is_guarded(step: LoggedStep, guarded: set[bytes]) -> bool:
    return step.kind == DELETE and not step.range_end and step.key in guarded


def _can_be_refused(step: LoggedStep) -> bool:
    """Whether this step can make etcd refuse the transaction."""
    return bool(step.lease or step.revision or step.ignore_value or step.ignore_lease)


def _has(step: LoggedStep, key: bytes) -> bool:
    if not step.range_end:
        return key == step.key
    return key >= step.key and (step.range_end == b"\0" or key < step.range_end)
