"""Compare earlier values of keys with the present ones, and keep what to write until it is written.

The server may compact the earlier revisions while the user reads the plan, so the values are kept
here: in memory, and beyond some megabytes in an unnamed file.

Invariant: a key is written only if its mod_revision is still the one that was compared, 0 for an
absent key. Nothing is deleted, so no transaction deletes and creates one key.
"""

from __future__ import annotations

from struct import Struct
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.transfer.guarded_writes import GuardedWrite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyetcdctl.transfer.entries import TransferEntry

MEMORY_BYTES = 16 << 20
_HEAD = Struct("<IIqq")
"""The lengths of key and value, the lease, and the mod_revision that guards the write."""


class Compared(NamedTuple):
    """An earlier value that the key does not have now, and the key's present mod_revision, 0 for
    none.

    ``is_in_the_way``: the key exists and is not overwritten.
    """

    entry: TransferEntry
    present: int
    is_in_the_way: bool


class Undeletion:
    """Compares once; the result is the plan for writing."""

    def __init__(
        self, past: Iterable[TransferEntry], present: Iterable[TransferEntry], *, replaces: bool
    ) -> None:
        """Both are in key order; ``replaces`` overwrites keys that have another value now."""
        self._past = past
        self._present = iter(present)
        self._replaces = replaces
        self._kept = SpooledTemporaryFile(MEMORY_BYTES)  # noqa: SIM115 - close() closes it
        self.creations = self.replacements = self.in_the_way = self.same = 0

    @property
    def writes(self) -> int:
        """How many keys will be written."""
        return self.creations + self.replacements

    def rows(self) -> Iterator[Compared]:
        """Yield the keys without their earlier value, and make the plan: once, to the end."""
        at = next(self._present, None)
        for entry in self._past:
            while at is not None and at.key < entry.key:
                at = next(self._present, None)
            if at is None or at.key != entry.key:
                self.creations += 1
                yield self._planned(entry, 0)
            elif at.value == entry.value:
                self.same += 1
            elif self._replaces:
                self.replacements += 1
                yield self._planned(entry, at.mod_revision)
            else:
                self.in_the_way += 1
                yield Compared(entry, at.mod_revision, is_in_the_way=True)

    def writes_of(
        self, rank: int, ranks: Sequence[int], lease_of: Callable[[int], int]
    ) -> Iterator[GuardedWrite]:
        """Yield the writes of one rank; ``ranks`` has that of each in the order of the rows.

        ``lease_of`` returns the lease to attach, given the earlier one.
        """
        self._kept.seek(0)
        for at in range(self.writes):
            key_size, value_size, lease, guard = _HEAD.unpack(self._kept.read(_HEAD.size))
            key, value = self._kept.read(key_size), self._kept.read(value_size)
            if ranks[at] == rank:
                yield GuardedWrite(key, guard, value, lease_of(lease) if lease else 0)

    def close(self) -> None:
        """Drop the values."""
        self._kept.close()

    def _planned(self, entry: TransferEntry, guard: int) -> Compared:
        head = _HEAD.pack(len(entry.key), len(entry.value), entry.lease, guard)
        self._kept.write(head + entry.key + entry.value)
        return Compared(entry, guard, is_in_the_way=False)
