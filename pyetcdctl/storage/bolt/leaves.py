"""All leaves of a large bucket in one pass: adjacent pages are read together.

A pass costs a microsecond a record, so a leaf's table is cut into columns and no object is made for
a record.
"""

from __future__ import annotations

from array import array
from itertools import accumulate
from operator import add
from struct import unpack_from
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.storage.bolt.cursor import MOST_LEVELS
from pyetcdctl.storage.bolt.pages import BRANCH, ELEMENT_BYTES, LEAF, PAGE_HEAD, damage, leaf_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.storage.bolt.cursor import Bucket
    from pyetcdctl.storage.bolt.pages import Page, Pages

READ_BYTES = 1 << 18
MOST_GAP = 4
"""The most unrelated pages that are read between two leaves."""


class LeafColumns(NamedTuple):
    """A leaf's keys and values: ``data[start:]`` begins with the first key, without gaps.

    ``base`` is the offset of ``data`` in the file, ``pages`` how many the leaf takes.
    """

    number: int
    base: int
    data: bytes
    start: int
    key_sizes: tuple[int, ...]
    value_sizes: tuple[int, ...]
    pages: int

    def spans(self) -> Iterator[tuple[int, int, int]]:
        """Yield where in ``data`` each key begins, its value begins, and that ends."""
        at = self.start
        for key_size, value_size in zip(self.key_sizes, self.value_sizes, strict=True):
            value = at + key_size
            end = value + value_size
            yield at, value, end
            at = end

    @property
    def end(self) -> int:
        """Where in ``data`` the last value ends."""
        return self.start + sum(self.key_sizes) + sum(self.value_sizes)

    def keys(self) -> list[bytes]:
        """Return the keys."""
        data = self.data
        starts = accumulate(map(add, self.key_sizes, self.value_sizes), initial=self.start)
        # There is one start more than keys: the end of the last value.
        return [data[at : at + size] for at, size in zip(starts, self.key_sizes, strict=False)]

    @property
    def offset(self) -> int:
        """The first key's offset in the file."""
        return self.base + self.start


def leaf_numbers(pages: Pages, bucket: Bucket) -> array[int]:
    """Return the pages of a bucket's leaves in the order of their keys; none of an inline one."""
    level = array("Q", [] if bucket.inline else [bucket.root])
    for _ in range(MOST_LEVELS):
        if not level or pages.page(level[0], BRANCH | LEAF).flags & LEAF:
            return level
        below = array("Q")
        for number in level:
            below.extend(pages.child_numbers(pages.page(number, BRANCH)))
            if len(below) > pages.count:
                break
        level = below
        if len(level) > pages.count:
            break
    raise damage(bucket.root, bucket.root * pages.page_size, "the pages lead in a circle")


def branch_pages(pages: Pages, bucket: Bucket) -> int:
    """Return how many pages a bucket uses above its leaves, which ``leaf_numbers`` has found."""
    taken, level = 0, [] if bucket.inline else [bucket.root]
    while level and pages.head(level[0], BRANCH | LEAF).flags & BRANCH:
        branches = [pages.page(number, BRANCH) for number in level]
        taken += sum(len(each.data) // pages.page_size for each in branches)
        level = [number for each in branches for number in pages.child_numbers(each)]
    return taken


def inline_leaf(bucket: Bucket) -> Iterator[LeafColumns]:
    """Yield the one leaf of an inline bucket, unless it is empty."""
    if bucket.inline is not None and (columns := _columns(bucket.inline, 0)).key_sizes:
        yield columns


def leaves_at(pages: Pages, numbers: Sequence[int]) -> Iterator[LeafColumns]:
    """Yield the leaves of these pages in this order, also empty ones."""
    size = pages.page_size
    for run in runs(numbers, max(1, READ_BYTES // size), pages.count):
        first = run[0]
        data = pages.read_pages(first, run[-1] + 1)
        for number in run:
            yield _columns_in(data, first, number, size) or _columns(pages.page(number, LEAF), size)


def _columns_in(data: bytes, first: int, number: int, size: int) -> LeafColumns | None:
    """Return a leaf from the pages from ``first`` on; None where it needs more pages."""
    at = (number - first) * size
    found, flags, count, overflow = PAGE_HEAD.unpack_from(data, at)
    end = at + (overflow + 1) * size
    body = at + PAGE_HEAD.size + count * ELEMENT_BYTES
    if found != number or flags != LEAF or not count or not body <= end <= len(data):
        return None
    table = unpack_from(f"<{count * 4}I", data, at + PAGE_HEAD.size)
    start = at + PAGE_HEAD.size + table[1]
    sizes = table[2::4], table[3::4]
    columns = LeafColumns(number, first * size, data, start, *sizes, overflow + 1)
    filled = start + sum(columns.key_sizes) + sum(columns.value_sizes)
    # All keys are where the sizes put them if the last one is; else ``leaf_of`` finds the wrong
    # one.
    last = body - ELEMENT_BYTES + table[-3]
    is_whole = body <= start and filled == last + table[-2] + table[-1] and filled <= end
    return columns if is_whole and not any(table[0::4]) else None


def runs(numbers: Sequence[int], most: int, count: int) -> Iterator[Sequence[int]]:
    """Cut the numbers into parts that ascend within so many pages and have small gaps only."""
    begin, total = 0, len(numbers)
    while begin < total:
        first = last = numbers[begin]
        if not 1 < first < count:
            raise damage(first, 0, "there is no such page")
        end, limit = begin + 1, min(first + most, count)
        while end < total and last < numbers[end] < limit and numbers[end] - last <= MOST_GAP:
            last = numbers[end]
            end += 1
        yield numbers[begin:end]
        begin = end


def overflow_of(data: bytes, at: int) -> int:
    """Return the number of overflow pages of the page that begins at ``at``."""
    overflow: int = PAGE_HEAD.unpack_from(data, at)[3]
    return overflow


def _columns(page: Page, page_size: int) -> LeafColumns:
    """Return a leaf; one without a page of its own has a size of 0."""
    leaf = leaf_of(page)
    if any(leaf.flags):
        raise damage(page.number, page.offset, "a bucket within a bucket")
    taken = len(page.data) // page_size if page_size else 0
    sizes = leaf.key_sizes, leaf.value_sizes
    return LeafColumns(page.number, leaf.offset, leaf.body, 0, *sizes, taken)
