"""Counts in bounded memory, with bounds of their errors.

Invariants: a group was written between ``count.writes`` and ``count.writes + count.missed`` times;
the number of distinct keys is exact up to MOST_EXACT, and from there on an estimate whose standard
error is KEYS_ERROR, and a fourth of it for all groups together.
"""

from __future__ import annotations

from math import log
from statistics import median_low
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_EXACT = 128
_HASH_BITS = 64
_HASH = (1 << _HASH_BITS) - 1
OF_A_GROUP, OF_ALL = 10, 14
"""Bits of a hash that choose a register: a register has a byte."""
KEYS_ERROR = 1.04 / (1 << OF_A_GROUP) ** 0.5
"""Of HyperLogLog with so many registers (Flajolet and others, 2007)."""


class DistinctKeys:
    """How many different keys there were: a set of hashes, then HyperLogLog's registers."""

    __slots__ = ("_hashes", "_index_bits", "_registers")

    def __init__(self, index_bits: int = OF_A_GROUP) -> None:
        self._index_bits = index_bits
        self._hashes: set[int] = set()
        self._registers: bytearray | None = None

    @property
    def is_exact(self) -> bool:
        """Whether the number is no estimate."""
        return self._registers is None

    def add(self, key_hash: int) -> None:
        """Add a key by its 64-bit hash."""
        registers = self._registers
        if registers is None:
            self._hashes.add(key_hash)
            if len(self._hashes) > MOST_EXACT:
                self._estimate()
            return
        bits, index_bits = key_hash & _HASH, self._index_bits
        rank = _HASH_BITS - index_bits + 1 - (bits >> index_bits).bit_length()
        index = bits & len(registers) - 1
        registers[index] = max(registers[index], rank)

    def update(self, other: DistinctKeys) -> None:
        """Add the keys of another one with as many registers."""
        for each in other._hashes:
            self.add(each)
        if other._registers is not None:
            if self._registers is None:
                self._estimate()
            self._registers = bytearray(map(max, self._registers or (), other._registers))

    def count(self) -> int:
        """Return how many there were, or the estimate."""
        registers = self._registers
        if registers is None:
            return len(self._hashes)
        size, zeros = len(registers), registers.count(0)
        bias = 0.7213 / (1 + 1.079 / size)
        estimate = bias * size**2 / sum(2.0**-rank for rank in registers)
        if estimate <= 2.5 * size and zeros:
            estimate = size * log(size / zeros)
        return max(round(estimate), MOST_EXACT + 1)

    def _estimate(self) -> None:
        """Turn the set into registers."""
        self._registers = bytearray(1 << self._index_bits)
        hashes, self._hashes = self._hashes, set()
        for each in hashes:
            self.add(each)


class Count:
    """What was counted of a group."""

    __slots__ = ("deletes", "keys", "lost", "missed", "no_ops", "size", "writes")

    def __init__(self, missed: int = 0, index_bits: int = OF_A_GROUP) -> None:
        self.writes = 0
        """With deletions."""
        self.deletes = 0
        self.no_ops = 0
        self.size = 0
        self.lost = 0
        """Comparisons that lost: such a transaction is no write of the group."""
        self.keys = DistinctKeys(index_bits)
        self.missed = missed
        """How many more writes there may have been before the group was counted."""

    def update(self, other: Count) -> None:
        """Add another count of the same group."""
        self.writes += other.writes
        self.deletes += other.deletes
        self.no_ops += other.no_ops
        self.size += other.size
        self.lost += other.lost
        self.missed += other.missed
        self.keys.update(other.keys)


class HeavyGroups:
    """Counts of the groups that are written most: at least ``capacity`` of them, twice at most.

    It is Space-Saving by batches: when there are too many, the half with the fewest writes is
    dropped, and the most writes that one of them may have had is the error of a new group.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._counts: dict[str, Count] = {}
        self.missed = 0
        """How many writes a group that is not among them may have had."""

    def __len__(self) -> int:
        return len(self._counts)

    def get(self, name: str) -> Count | None:
        """Return the count of a group that is counted already."""
        return self._counts.get(name)

    def new(self, name: str) -> Count:
        """Start to count a group; counts that were looked up before may be dropped."""
        if len(self._counts) >= 2 * self._capacity:
            self._drop_half()
        count = self._counts[name] = Count(self.missed)
        return count

    def items(self) -> Iterator[tuple[str, Count]]:
        """Yield the groups."""
        yield from self._counts.items()

    def update(self, other: HeavyGroups) -> None:
        """Add the counts of another one: those of another time."""
        for name, count in other.items():
            mine = self.get(name) or self.new(name)
            mine.update(count)
        for name, mine in self._counts.items():
            if other.get(name) is None:
                mine.missed += other.missed
        self.missed += other.missed

    def _drop_half(self) -> None:
        most = {name: count.writes + count.missed for name, count in self._counts.items()}
        self.missed = median_low(most.values())
        kept = sorted(most, key=most.__getitem__)[len(most) // 2 :]
        self._counts = {name: self._counts[name] for name in kept}
