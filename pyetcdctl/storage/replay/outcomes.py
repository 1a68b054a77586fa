"""The outcomes of entries, found without keeping the values of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.rpc.lease import LeaseRequest
from pyetcdctl.storage.replay.applier import Applier, reason_of
from pyetcdctl.storage.replay.conditions import first_lost
from pyetcdctl.storage.replay.known import LONGEST_VALUE, KnownKeys
from pyetcdctl.storage.replay.last_counted import is_applied
from pyetcdctl.storage.replay.leases import NOT_FOUND
from pyetcdctl.storage.replay.model import APPLIED, REFUSED, UNKNOWN, NotKnown, Outcome
from pyetcdctl.storage.wal.operations import operation_of
from pyetcdctl.storage.wal.transactions import RANGE

if TYPE_CHECKING:
    from pyetcdctl.storage.replay.anchor import Anchors
    from pyetcdctl.storage.replay.conditions import ConditionLost
    from pyetcdctl.storage.replay.witness import Witness
    from pyetcdctl.storage.wal.entries import WalEntry
    from pyetcdctl.storage.wal.guards import Guard
    from pyetcdctl.storage.wal.operations import Operation
    from pyetcdctl.storage.wal.transactions import Transaction


class Beside(NamedTuple):
    """The database beside a log, and the entries that made its revisions."""

    witness: Witness
    anchors: Anchors


class Outcomes:
    """Applies entries to the known keys.

    The database beside the log shows outcomes up to the last entry that it has; later entries are
    applied to it.
    """

    def __init__(self, beside: Beside | None, *, is_complete: bool) -> None:
        self._beside = beside
        self._keys = KnownKeys(is_complete=is_complete)
        self._applier = Applier(self._keys)
        self.members = self._applier.members

    def reach(self, entry: WalEntry) -> None:
        """Record the next entry."""
        if self._beside is None:
            return
        witness, anchors = self._beside
        is_last = entry.index == witness.index
        if entry.index > witness.index or (
            is_last and not is_applied(witness.model, operation_of(entry))
        ):
            self._keys.rest_on(witness.model)
            self._applier.refresh()
            self._beside = None
        elif anchors.start and entry.index == anchors.start.entry_index:
            self._keys.count_from(anchors.start.revision)

    def write(self, guard: Guard, data: bytes) -> int:
        """Apply a guarded put whose condition holds; return its revision.

        0 is returned, and nothing done, where it is not known at once that it holds.
        """
        if not guard.is_put or guard.lease or not self._applier.refuses_nothing or self._beside:
            return 0
        start, end = guard.value_start, guard.value_end
        short_value = data[start:end] if end - start <= LONGEST_VALUE else None
        return self._keys.write_guarded(guard, short_value)

    def apply(self, operation: Operation) -> Outcome:
        """Apply any entry."""
        if self._beside is not None:
            return self._apply_beside(operation, *self._beside)
        outcome = self._applier.apply(operation)
        if outcome.name == UNKNOWN:
            self._forget(operation)
        return outcome

    def _apply_beside(self, operation: Operation, witness: Witness, anchors: Anchors) -> Outcome:
        keys, transaction = self._keys, operation.transaction
        if transaction and not keys.has_revision and (place := anchors.before(transaction)):
            keys.count_from(place)
        before = keys.revision if keys.has_revision else 0
        if before and witness.is_whole(before + 1):
            if isinstance(operation.message, LeaseRequest):
                return self._settle_revocation(operation.message.ID, before, witness)
            if transaction:
                return self._settle(operation, before, witness)
        outcome = self._applier.apply(operation)
        if outcome.name != UNKNOWN:
            return outcome
        if before:
            return self._settle(operation, before, witness)
        self._forget(operation)
        return outcome

    def _settle(self, operation: Operation, before: int, witness: Witness) -> Outcome:
        """Return the outcome that the database shows, with the reason if the log shows it."""
        lost, holds = self._compare(operation.transaction)
        outcome, made, revision = witness.settle(operation, before, holds)
        if revision:
            self._keys.count_from(revision)
        else:
            self._forget(operation)
        for kv, is_deletion in made:
            self._keys.learn(kv.key, None if is_deletion else kv)
        return outcome._replace(reason=reason_of(lost)) if lost else outcome

    def _settle_revocation(self, lease: int, before: int, witness: Witness) -> Outcome:
        """Return the outcome of the end of a lease: nothing else deletes without naming a key."""
        exists = self._applier.has_lease(lease)
        made = witness.made(before + 1) if exists is not False else []
        if not made or not all(
            is_deletion and self._may_have(kv.key, lease) for kv, is_deletion in made
        ):
            made = []
        for kv, _ in made:
            self._keys.learn(kv.key, None)
        revision = before + 1 if made else 0
        self._keys.count_from(revision or before)
        self._applier.end_lease(lease)
        if exists is False:
            return Outcome(REFUSED, NOT_FOUND)
        return Outcome(APPLIED if exists or made else UNKNOWN, "", revision)

    def _may_have(self, key: bytes, lease: int) -> bool:
        try:
            found = self._keys.newest(key)
        except NotKnown:
            return True
        return found is not None and found.lease == lease

    def _compare(self, transaction: Transaction | None) -> tuple[ConditionLost | None, bool | None]:
        """Return the condition that does not hold, and whether all do; None for not known."""
        try:
            lost = first_lost(self._keys, transaction.conditions if transaction else ())
        except NotKnown:
            return None, None
        return lost, lost is None

    def _forget(self, operation: Operation) -> None:
        """Mark keys that an entry of unknown outcome may have changed as unknown."""
        if isinstance(operation.message, LeaseRequest):
            self._keys.forget_lease(operation.message.ID)
        transaction = operation.transaction
        steps = transaction.steps() if transaction else ()
        self._keys.forget([(step.key, step.range_end) for step in steps if step.kind != RANGE])
