"""Apply transactions on keys, each as one revision; a put is one without conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.storage.mvcc.revisions import Delete, Put
from pyetcdctl.storage.replay.conditions import first_lost
from pyetcdctl.storage.replay.leases import NOT_FOUND
from pyetcdctl.storage.replay.model import NOT_KNOWN, NotKnown, Refused
from pyetcdctl.storage.wal.transactions import DELETE, PUT, RANGE, LoggedStep

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyetcdctl.storage.replay.conditions import ConditionLost
    from pyetcdctl.storage.replay.leases import Leases
    from pyetcdctl.storage.replay.model import ReplayModel, Version
    from pyetcdctl.storage.wal.transactions import Transaction

_KEY_NOT_FOUND = "etcdserver: key not found"
_FUTURE = "etcdserver: mvcc: required revision is a future revision"
_COMPACTED = "etcdserver: mvcc: required revision has been compacted"


class KeyWriter:
    """Applies transactions to a model."""

    def __init__(self, model: ReplayModel, leases: Leases) -> None:
        self._model = model
        self._leases = leases

    def apply(self, transaction: Transaction) -> tuple[ConditionLost | None, bool]:
        """Apply a transaction; return the condition that did not hold, and whether a key changed.

        Raises Refused where etcd applies nothing of it.
        """
        steps: list[LoggedStep] = []
        lost = self._choose(transaction, steps)
        for step in steps:
            self._check(step)
        return lost, self._write(steps)

    def delete(self, keys: Iterable[bytes]) -> None:
        """Delete keys as one revision."""
        self._write([LoggedStep(DELETE, key) for key in keys])

    def compact(self, revision: int) -> None:
        """Compact the model."""
        if revision <= self._model.compacted:
            raise Refused(_COMPACTED)
        if revision > self._model.revision:
            raise Refused(_FUTURE)
        self._model.compact(revision)

    def _choose(self, transaction: Transaction, steps: list[LoggedStep]) -> ConditionLost | None:
        """Collect the steps to take. Conditions of nested transactions are compared before any."""
        lost = first_lost(self._model, transaction.conditions)
        for step in transaction.failure if lost else transaction.success:
            if step.transaction is None:
                steps.append(step)
            else:
                self._choose(step.transaction, steps)
        return lost

    def _check(self, step: LoggedStep) -> None:
        if step.kind == PUT:
            if step.lease and not self._leases.exists(step.lease):
                raise Refused(NOT_FOUND)
            keeps = step.ignore_value or step.ignore_lease
            if keeps and self._model.newest(step.key) is None:
                raise Refused(_KEY_NOT_FOUND)
        elif step.kind == RANGE and step.revision:
            if step.revision > self._model.revision:
                raise Refused(_FUTURE)
            if step.revision < self._model.compacted:
                raise Refused(_COMPACTED)

    def _write(self, steps: Sequence[LoggedStep]) -> bool:
        changes = _Changes(self._model, self._leases)
        for step in steps:
            if step.kind == PUT:
                changes.put(step)
            elif step.kind == DELETE:
                changes.delete(step)
        if changes.made:
            self._model.write(changes.made)
        return bool(changes.made)


class _Changes:
    """The changes of one revision; later ones see the earlier."""

    def __init__(self, model: ReplayModel, leases: Leases) -> None:
        self.made: list[Put | Delete] = []
        self._model = model
        self._leases = leases
        self._now: dict[bytes, Put | None] = {}

    def put(self, step: LoggedStep) -> None:
        key, value, lease = step.key, step.value, step.lease
        try:
            before = self._before(key)
            created, version = self._figures(before)
        except NotKnown:  # the put is applied nevertheless
            before, created, version = None, NOT_KNOWN, NOT_KNOWN
        if before is not None:
            value = before.value if step.ignore_value else value
            lease = before.lease if step.ignore_lease else lease
        self._leases.move(key, before.lease if before else 0, lease)
        change = Put(key, value, lease, created, version)
        self._now[key] = change
        self.made.append(change)

    def delete(self, step: LoggedStep) -> None:
        for key in self._live(step.key, step.range_end):
            before = self._before(key)
            self._leases.move(key, before.lease if before else 0, 0)
            self._now[key] = None
            self.made.append(Delete(key))

    def _before(self, key: bytes) -> Version | Put | None:
        return self._now[key] if key in self._now else self._model.newest(key)

    def _figures(self, before: Version | Put | None) -> tuple[int, int]:
        """Return the revision of a key's creation, and its version, after one more put."""
        if before is None:
            return self._model.revision + 1, 1
        return before.create_revision, before.version + 1

    def _live(self, key: bytes, range_end: bytes) -> list[bytes]:
        if not range_end:
            return [key] if self._before(key) else []
        keys = {found for found, _ in self._model.newest_range(key, range_end)}
        for changed, now in self._now.items():
            if key <= changed and (range_end == b"\0" or changed < range_end):
                (keys.discard if now is None else keys.add)(changed)
        return sorted(keys)
