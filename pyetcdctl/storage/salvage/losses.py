"""The losses of a salvaged database."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.storage.mvcc.revisions import REVISION_BYTES, is_first_change, main_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.file_results import Fault

BEHIND = b"\0"
"""The suffix of a revision that makes it the start of all keys after it."""
_SHOWN_FAULTS = 10
_SHOWN_GAPS = 10
_FIRST_REVISION = 2
"""An empty store is at revision 1."""


class Gap:
    """Revisions that the tree does not reach, and where records of them were found."""

    def __init__(self, first: bytes, end: bytes | None) -> None:
        self.first = first
        self.end = end
        self.places: dict[bytes, tuple[int, int]] = {}
        """By the key in the bucket: offset and size."""

    def has(self, key: bytes) -> bool:
        """Whether a key of the bucket is between the gap's ends."""
        return key >= self.first and (self.end is None or key < self.end)

    def missing(self, compacted: int) -> tuple[int, int, int]:
        """Return the first revision, the last, and how many of them have no record.

        Compacted revisions may have had none.
        """
        found = {main_of(key) for key in self.places}
        is_behind = self.first.endswith(BEHIND) and len(self.first) > REVISION_BYTES
        first = max(main_of(self.first) + is_behind, compacted + 1, _FIRST_REVISION)
        if self.end is None:
            last = max(found, default=first - 1)
        else:
            last = main_of(self.end) - is_first_change(self.end)
        wanted = max(0, last - first + 1)
        return first, last, wanted - sum(first <= main <= last for main in found)


class Losses(NamedTuple):
    """The damage of a database, and the losses."""

    faults: tuple[Fault, ...]
    omitted: int
    """How many more faults there are."""
    records: int
    compacted: int
    gaps: tuple[Gap, ...]
    has_index: bool
    """Whether it has the index of the last applied entry of the log."""

    def lines(self, path: str) -> Iterator[str]:
        """Yield the report, line by line."""
        if not self.faults:
            yield f"# nothing is damaged in {path}"
            return
        yield f"Warning: {path} is damaged: its intact parts are read"
        for fault in self.faults[:_SHOWN_FAULTS]:
            yield f"  {fault.where}: {fault.what}"
        more = len(self.faults) - _SHOWN_FAULTS + self.omitted
        if more > 0:
            yield f"  and {more:,} more places"
        scattered = sum(len(gap.places) for gap in self.gaps)
        yield (
            f"# {self.records:,} records of keys were salvaged, {scattered:,} of them from pages"
            " that are damaged or unreferenced"
        )
        yield from self._missing()

    def _missing(self) -> Iterator[str]:
        for gap in self.gaps[:_SHOWN_GAPS]:
            first, last, missing = gap.missing(self.compacted)
            if gap.end is None:
                yield f"# lost: changes after revision {last:,}, if there were any"
            if missing:
                yield f"# lost: {missing:,} of the revisions from {first:,} to {last:,}"
            if 0 < self.compacted >= main_of(gap.first):
                yield f"# lost: perhaps records before the compaction at {self.compacted:,}"
        if len(self.gaps) > _SHOWN_GAPS:
            yield f"# lost: perhaps records in {len(self.gaps) - _SHOWN_GAPS:,} more places"
        if self.gaps:
            yield "# keys may be missing or have an older value, and deleted ones may be back"
