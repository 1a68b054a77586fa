"""Compare two stores: which keys are new, different, the same, or only in the target."""

from __future__ import annotations

from array import array
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyetcdctl.transfer.entries import TransferEntry

_UNCHANGED = -1


class Mark(StrEnum):
    """The change of a key in the target."""

    NEW, DIFFERENT, SAME, GONE = "+", "~", "=", "-"


class TransferChange(NamedTuple):
    """A key of the target and its change."""

    mark: Mark
    key: bytes


class Deletion(NamedTuple):
    """A key to delete, as it was when it was compared."""

    key: bytes
    mod_revision: int


class Comparison:
    """Compares once; the result is the plan for writing.

    Invariant: a key is written only if its mod_revision is still the one that was compared, 0 for
    an absent key. ``_guards`` holds it for each entry in their order, 8 bytes a key.
    """

    def __init__(
        self,
        entries: Iterable[TransferEntry],
        stored: Iterable[TransferEntry],
        *,
        is_same: Callable[[TransferEntry, TransferEntry], bool],
        prune: bool,
    ) -> None:
        """Both are in key order; ``prune`` deletes keys that only the target has."""
        self._entries = entries
        self._stored = iter(stored)
        self._is_same = is_same
        self._prune = prune
        self._guards = array("q")
        self.deletions: list[Deletion] = []
        self.counts = dict.fromkeys(Mark, 0)

    @property
    def writes(self) -> int:
        """How many keys will be written or deleted."""
        return sum(number for mark, number in self.counts.items() if mark != Mark.SAME)

    def changes(self) -> Iterator[TransferChange]:
        """Yield the change of every key and make the plan. To be read once, to the end."""
        at = next(self._stored, None)
        for entry in self._entries:
            while at is not None and at.key < entry.key:
                yield from self._only_stored(at)
                at = next(self._stored, None)
            same_key = at is not None and at.key == entry.key
            yield self._planned(entry, at if same_key else None)
            if same_key:
                at = next(self._stored, None)
        while at is not None:
            yield from self._only_stored(at)
            at = next(self._stored, None)

    def planned(self, entries: Iterable[TransferEntry]) -> Iterator[tuple[TransferEntry, int]]:
        """Yield the entries to write, given the same entries again, with the mod_revision for each
        guard.
        """
        for entry, guard in zip(entries, self._guards, strict=True):
            if guard != _UNCHANGED:
                yield entry, guard

    def _planned(self, entry: TransferEntry, stored: TransferEntry | None) -> TransferChange:
        if stored is None:
            mark, guard = Mark.NEW, 0
        elif self._is_same(entry, stored):
            mark, guard = Mark.SAME, _UNCHANGED
        else:
            mark, guard = Mark.DIFFERENT, stored.mod_revision
        self._guards.append(guard)
        self.counts[mark] += 1
        return TransferChange(mark, entry.key)

    def _only_stored(self, stored: TransferEntry) -> Iterator[TransferChange]:
        if self._prune:
            self.deletions.append(Deletion(stored.key, stored.mod_revision))
            self.counts[Mark.GONE] += 1
            yield TransferChange(Mark.GONE, stored.key)
