"""Copy the intact parts of a damaged database to an unnamed file, to be read as any other.

The walk through each bucket's tree continues after damage. Missing records of keys are searched in
all other pages: in the damaged ones, and in unreferenced ones. A record never changes once it is
written, so one that is found there is the lost one, unless a compaction had removed it.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

from pyetcdctl.errors import DamagedSnapshot
from pyetcdctl.storage.bolt.audit import Audit
from pyetcdctl.storage.bolt.building import Builder
from pyetcdctl.storage.bolt.pages import invalid_metas, newest_meta
from pyetcdctl.storage.checking.faults import Faults
from pyetcdctl.storage.database import COMPACTIONS, KEYS, META
from pyetcdctl.storage.files import ReadOnlyFile
from pyetcdctl.storage.mvcc.revisions import main_of
from pyetcdctl.storage.salvage.fragments import fragments_in, is_record, records_in
from pyetcdctl.storage.salvage.losses import BEHIND, Gap, Losses
from pyetcdctl.storage.salvage.pages import DamagedPages, found_meta

if TYPE_CHECKING:
    from pyetcdctl.storage.bolt.audit import Lost
    from pyetcdctl.storage.bolt.cursor import Bucket
    from pyetcdctl.storage.bolt.pages import ChildPage, Leaf

    Pair = tuple[bytes, bytes]

_LEAF_BYTES = 1 << 16


def salvaged(file: ReadOnlyFile, size: int) -> tuple[ReadOnlyFile, Losses]:
    """Return an intact copy of the first ``size`` bytes, and its losses.

    Raises DamagedSnapshot where nothing of a database is found.
    """
    faults = Faults()
    pages, is_guessed = _pages(file, size, faults)
    with TemporaryFile() as out:
        copying = _Copying(file, pages, out, faults)
        copying.run(is_guessed=is_guessed)
        copy = ReadOnlyFile(file.path, os.dup(out.fileno()))
    return copy, copying.losses()


def _pages(file: ReadOnlyFile, size: int, faults: Faults) -> tuple[DamagedPages, bool]:
    """Return the pages, and whether the root of their tree had to be searched."""
    try:
        meta = newest_meta(file, size)
    except DamagedSnapshot as error:
        found = found_meta(file, size)
        if found is None:
            raise
        faults.add("page 0 at offset 0 and page 1", error.advice[0])
        return DamagedPages(file, size, found), True
    pages = DamagedPages(file, size, meta)
    for fault in invalid_metas(file, meta.page_size):
        faults.add(*fault)
    if meta.high_water > pages.count:
        missing = meta.high_water - size // meta.page_size
        faults.add(f"offset {size}", f"the file ends there, and {missing:,} pages are missing")
    errors: list[DamagedSnapshot] = []
    if KEYS not in {bucket.name for bucket in Audit(pages, errors.append).buckets()}:
        for each in errors:
            faults.take(each)
        if found := found_meta(file, size):
            return DamagedPages(file, size, found), True
    return pages, False


class _Copying:
    """One file."""

    def __init__(
        self, file: ReadOnlyFile, pages: DamagedPages, out: IO[bytes], faults: Faults
    ) -> None:
        self._file = file
        self._pages = pages
        self._faults = faults
        self._builder = Builder(out, pages.page_size)
        self._leaves: list[ChildPage] = []
        self._others: dict[bytes, list[Pair]] = {}
        self._sound = bytearray(pages.count)
        """The pages whose records were all taken."""
        self._gaps: list[Gap] = []
        self._records = 0
        self._last = b""

    def run(self, *, is_guessed: bool) -> None:
        """Copy all buckets; where the root is a guess, newer records are searched, too."""
        audit = Audit(self._pages, self._faults.take)
        for bucket in audit.buckets():
            audit.lost.clear()
            leaves = audit.leaves(bucket)
            if bucket.name == KEYS:
                for leaf in leaves:
                    self._take(leaf)
                self._gaps = [Gap(lost.first, lost.end) for lost in audit.lost]
            else:
                pairs = [pair for leaf in leaves for pair in leaf.pairs()]
                self._others[bucket.name] = sorted([*pairs, *self._rest(bucket, audit.lost)])
        if is_guessed or not (self._leaves or self._gaps):
            self._add_gap_behind()
        self._fill_gaps()
        roots = {name: self._builder.bucket(pairs) for name, pairs in self._others.items()}
        self._leaves.sort(key=lambda child: child.key)
        roots[KEYS] = self._builder.tree(self._leaves or [self._builder.leaf([])])
        self._builder.finish(roots)

    def losses(self) -> Losses:
        """Return the losses of the copy."""
        meta = dict(self._others.get(META, []))
        compacted = max(main_of(meta.get(name, b"")) for name in COMPACTIONS)
        return Losses(
            tuple(self._faults.found),
            self._faults.omitted,
            self._records,
            compacted,
            tuple(self._gaps),
            has_index=b"consistent_index" in meta,
        )

    def _take(self, leaf: Leaf) -> None:
        """Copy a leaf of records, without invalid ones."""
        pairs = list(leaf.pairs())
        sound = [pair for pair in pairs if is_record(*pair)]
        self._records += len(sound)
        number, size = leaf.page.number, self._pages.page_size
        if damaged := len(pairs) - len(sound):
            where = f"page {number} at offset {leaf.page.offset}"
            self._faults.add(where, f"{damaged:,} of its records cannot be read")
        if sound:
            self._last = sound[-1][0]
        if len(sound) == len(pairs) and sound and not len(leaf.page.data) % size:
            self._leaves.append(self._builder.copied(leaf.page.data, sound[0][0]))
        elif sound:
            self._leaves.append(self._builder.leaf(sound))
        count = len(leaf.page.data) // size
        self._sound[number : number + count] = b"\1" * count

    def _add_gap_behind(self) -> None:
        """Add a gap after the last record, unless there is one already."""
        if not self._gaps or self._gaps[-1].end is not None:
            self._gaps.append(Gap(self._last + BEHIND if self._last else b"", None))

    def _rest(self, bucket: Bucket, lost: list[Lost]) -> list[Pair]:
        """Return the readable pairs of a bucket's damaged leaves."""
        found = []
        for each in lost if bucket.inline is None else ():
            for part in fragments_in(self._file, each.page, self._pages.page_size):
                if part.key >= each.first and (each.end is None or part.key < each.end):
                    found.append((part.key, part.value))
        return found

    def _fill_gaps(self) -> None:
        """Search the remaining pages for missing records."""
        if not self._gaps:
            return
        starts = [gap.first for gap in self._gaps]
        for number in range(2, self._pages.count):
            if self._sound[number]:
                continue
            for found in records_in(self._file, number, self._pages.page_size):
                index = bisect_right(starts, found.key) - 1
                if index >= 0 and self._gaps[index].has(found.key):
                    self._gaps[index].places[found.key] = found.offset, len(found.value)
        for gap in self._gaps:
            self._write(gap)

    def _write(self, gap: Gap) -> None:
        pairs: list[Pair] = []
        size = 0
        for key, place in sorted(gap.places.items()):
            pairs.append((key, self._file.read(*place)))
            size += place[1]
            if size >= _LEAF_BYTES:
                self._leaves.append(self._builder.leaf(pairs))
                pairs, size = [], 0
        if pairs:
            self._leaves.append(self._builder.leaf(pairs))
        self._records += len(gap.places)
