"""Audit a database, each page once: a missing, shared or circular reference is damage."""

from __future__ import annotations

from operator import lt
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import DamagedSnapshot
from pyetcdctl.storage.bolt.cursor import bucket_in
from pyetcdctl.storage.bolt.leaves import inline_leaf, leaves_at
from pyetcdctl.storage.bolt.pages import BRANCH, LEAF, NO_FREELIST, ChildPage, damage, leaf_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyetcdctl.storage.bolt.cursor import Bucket
    from pyetcdctl.storage.bolt.leaves import LeafColumns
    from pyetcdctl.storage.bolt.pages import Leaf, Page, Pages


class Lost(NamedTuple):
    """A page whose tree could not be read, and the keys that it may have had.

    Those are the keys from ``first`` on and before ``end``; None is after all keys.
    """

    page: int
    first: bytes
    end: bytes | None


def _raise(error: DamagedSnapshot) -> None:
    raise error


class Audit:
    """One walk through all pages.

    ``report`` is called with each damage, and the walk continues after it. ``lost`` collects the
    subtrees that cannot be read.
    """

    def __init__(self, pages: Pages, report: Callable[[DamagedSnapshot], None] = _raise) -> None:
        self._pages = pages
        self._report = report
        self._entered = bytearray(pages.count)
        self._entered[0:2] = b"\1\1"
        self.lost: list[Lost] = []

    def buckets(self) -> Iterator[Bucket]:
        """Yield the buckets in the order of their names."""
        for leaf in self._tree(self._pages.meta.root, has_buckets=True):
            for flag, item in zip(leaf.flags, leaf.items(), strict=True):
                try:
                    bucket = bucket_in(leaf, flag, *item)
                except DamagedSnapshot as error:
                    self._report(error)
                else:
                    yield bucket

    def leaves(self, bucket: Bucket) -> Iterator[Leaf]:
        """Yield a bucket's leaves in the order of the keys; once, for no page is entered twice."""
        return self._inline(bucket.inline) if bucket.inline else self._tree(bucket.root)

    def columns(self, bucket: Bucket) -> Iterator[LeafColumns]:
        """Yield a bucket's leaves as ``leaves`` does, in less time where there are many.

        All are at one depth, as bbolt leaves them. Raises DamagedSnapshot, whatever ``report`` is.
        """
        if bucket.inline is not None:
            yield from inline_leaf(bucket)
            return
        children = self._above_leaves(bucket.root)
        ends = [*(child.key for child in children[1:]), None]
        last = b""
        found = leaves_at(self._pages, [child.number for child in children])
        for child, end, leaf in zip(children, ends, found, strict=True):
            self._enter(leaf.number, leaf.pages)
            last = _checked_order(
                leaf.keys(), child.key, end, last, leaf.number, self._offset(leaf.number)
            )
            yield leaf

    def _above_leaves(self, root: int) -> list[ChildPage]:
        """Return the branch entries of a tree's leaves, in their order."""
        level = [ChildPage(root, b"")]
        while self._pages.head(level[0].number, BRANCH | LEAF).flags & BRANCH:
            below = []
            for child in level:
                page = self._pages.page(child.number, BRANCH)
                self._enter(page.number, self._pages_of(page))
                below += self._pages.children(page)
            level = below
        return level

    def check_accounts(self) -> None:
        """Raise unless each page was entered or is free, and none is both; after a complete
        walk.
        """
        if self._pages.meta.freelist == NO_FREELIST:
            return
        page, free = self._pages.free_pages()
        self._enter(page.number, self._pages_of(page))
        for number in free:
            if not 1 < number < self._pages.count or self._entered[number]:
                raise damage(page.number, page.offset, f"page {number} is free and in use")
            self._entered[number] = 1
        if (lost := self._entered.find(0)) >= 0:
            raise damage(lost, lost * self._pages.page_size, "neither in use nor free")

    def free_pages(self) -> list[int]:
        """Return the pages that no bucket uses; after a complete walk."""
        return [number for number, entered in enumerate(self._entered) if not entered]

    def _tree(self, root: int, *, has_buckets: bool = False) -> Iterator[Leaf]:
        last = b""
        pending = [ChildPage(root, b"")]
        while pending:
            child = pending.pop()
            end = pending[-1].key if pending else None
            try:
                page = self._pages.page(child.number, BRANCH | LEAF)
                self._enter(page.number, self._pages_of(page))
                if page.flags & BRANCH:
                    pending.extend(reversed(self._pages.children(page)))
                    continue
                leaf = leaf_of(page)
                if not has_buckets:
                    _check_flags(leaf)
                last = _checked_order(leaf.keys(), child.key, end, last, page.number, page.offset)
            except DamagedSnapshot as error:
                self.lost.append(Lost(*child, end))
                self._report(error)
            else:
                yield leaf

    def _inline(self, page: Page) -> Iterator[Leaf]:
        try:
            leaf = leaf_of(page)
            _check_flags(leaf)
        except DamagedSnapshot as error:
            self.lost.append(Lost(page.number, b"", None))
            self._report(error)
        else:
            yield leaf

    def _offset(self, number: int) -> int:
        return number * self._pages.page_size

    def _pages_of(self, page: Page) -> int:
        return len(page.data) // self._pages.page_size

    def _enter(self, number: int, pages: int) -> None:
        """Mark a page and its overflow pages as entered."""
        end = number + pages
        if any(self._entered[number:end]):
            offset = self._offset(number)
            raise damage(number, offset, "it overlaps another page or the end of the file")
        self._entered[number:end] = b"\1" * pages


def _check_flags(leaf: Leaf) -> None:
    if any(leaf.flags):
        raise damage(leaf.page.number, leaf.page.offset, "a bucket within a bucket")


def _checked_order(
    keys: list[bytes], least: bytes, end: bytes | None, before: bytes, page: int, offset: int
) -> bytes:
    """Return the last key; all must ascend, within the bounds of the branch above."""
    if not keys:
        return before
    is_ascending = all(map(lt, keys, keys[1:]))
    is_within = least <= keys[0] and (end is None or keys[-1] < end)
    if not (is_ascending and is_within) or (before and before >= keys[0]):
        raise damage(page, offset, "its keys are out of order")
    return keys[-1]
