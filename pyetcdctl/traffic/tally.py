"""Writes counted by group, some seconds of them at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyetcdctl.results import GroupWrites, WriteRates
from pyetcdctl.rpc.event_batch import DELETE
from pyetcdctl.traffic.grouping import DELETED, ManagerOf, folder_grouping
from pyetcdctl.traffic.sketches import KEYS_ERROR, OF_ALL, Count, HeavyGroups

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyetcdctl.kubernetes.stored_value import Reader
    from pyetcdctl.rpc.event_batch import EventBatch

CAPACITY = 1_000
_MOST_FOLDERS = 10_000
_RANKS: dict[str, Callable[[GroupWrites], tuple[int, str]]] = {
    "writes": lambda each: (-each.writes, each.name),
    "bytes": lambda each: (-each.size_bytes, each.name),
    "keys": lambda each: (-each.keys, each.name),
}
ORDERS = tuple(_RANKS)


class Totals:
    """Counts by group, and of all."""

    def __init__(self, by: str) -> None:
        self.by = by
        self.groups = HeavyGroups(CAPACITY)
        self.total = Count(index_bits=OF_ALL)

    def update(self, other: Totals) -> None:
        """Add what was counted at another time."""
        self.groups.update(other.groups)
        self.total.update(other.total)


class Tally(Totals):
    """Counts writes by group from when it was made."""

    def __init__(self, grouping: Grouping) -> None:
        super().__init__(grouping.by)
        self._count_of = grouping.counter()

    def take(self, batch: EventBatch, *, compares: bool) -> None:
        """Count the events of a response; with ``compares`` also what changed nothing."""
        if not compares:
            for kind, record in zip(batch.kinds, batch.records(), strict=True):
                self.add(record[0], record[4], is_deletion=kind == DELETE)
            return
        events = zip(batch.kinds, batch.previous(), batch.records(), strict=True)
        for kind, previous, record in events:
            is_deletion = kind == DELETE
            is_same = not is_deletion and previous is not None and previous[4] == record[4]
            self.add(record[0], record[4], is_deletion=is_deletion, is_no_op=is_same)

    def add(
        self, key: bytes, value: bytes, *, is_deletion: bool = False, is_no_op: bool = False
    ) -> None:
        """Count one write."""
        size, key_hash = len(value), hash(key)
        for count in (self._count_of(self.groups, key, value, is_deletion), self.total):
            count.writes += 1
            count.size += size
            count.keys.add(key_hash)
            if is_deletion:
                count.deletes += 1
            elif is_no_op:
                count.no_ops += 1

    def add_lost(self, key: bytes, value: bytes) -> None:
        """Count a transaction that was to write a value, and whose comparison of the key lost."""
        for count in (self._count_of(self.groups, key, value, False), self.total):
            count.lost += 1


class Grouping:
    """How writes are grouped: makes the functions that find the count of each write."""

    def __init__(self, by: str, registry: str, reader: Reader) -> None:
        self.by = by
        self._registry = registry
        self._reader = reader

    def counter(self) -> Callable[[HeavyGroups, bytes, bytes, bool], Count]:
        """Return the function that finds or starts the count of a write's group."""
        if self.by == "key":
            return _by_key
        if self.by == "manager":
            return _ByManager(ManagerOf(self._reader))
        return _ByFolder(folder_grouping(self.by, self._registry))


def _by_key(groups: HeavyGroups, key: bytes, value: bytes, is_deletion: bool) -> Count:
    name = key.decode("utf-8", "surrogateescape")
    return groups.get(name) or groups.new(name)


class _ByManager:
    """A deletion has no value, and so no manager."""

    def __init__(self, manager_of: ManagerOf) -> None:
        self._manager_of = manager_of

    def __call__(self, groups: HeavyGroups, key: bytes, value: bytes, is_deletion: bool) -> Count:
        name = DELETED if is_deletion else self._manager_of(key, value)
        return groups.get(name) or groups.new(name)


class _ByFolder:
    """Remembers the groups of folders: a key's folder is all that its group depends on."""

    def __init__(self, name_of: Callable[[bytes], str]) -> None:
        self._name_of = name_of
        self._names: dict[bytes, str] = {}

    def __call__(self, groups: HeavyGroups, key: bytes, value: bytes, is_deletion: bool) -> Count:
        folder = key[: key.rfind(b"/") + 1]
        name = self._names.get(folder)
        if name is None:
            if len(self._names) >= _MOST_FOLDERS:
                self._names.clear()
            name = self._names[folder] = self._name_of(key)
        return groups.get(name) or groups.new(name)


def rates(tallies: Sequence[Totals], seconds: float, order: str, **more: Any) -> WriteRates:
    """Return the rates over consecutive times, the largest group first.

    ``more`` are further fields of the result.
    """
    whole = Totals(tallies[0].by)
    for each in tallies:
        whole.update(each)
    found = [_writes(name, count) for name, count in whole.groups.items()]
    return WriteRates(
        by=whole.by,
        seconds=seconds,
        groups=tuple(sorted(found, key=_RANKS[order])),
        total=_writes("", whole.total),
        missed=whole.groups.missed,
        keys_error=KEYS_ERROR,
        order=order,
        **more,
    )


def _writes(name: str, count: Count) -> GroupWrites:
    return GroupWrites(
        name,
        count.writes,
        count.deletes,
        count.no_ops,
        count.size,
        count.keys.count(),
        count.keys.is_exact,
        count.missed,
        count.lost,
    )
