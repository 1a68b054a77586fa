"""Cursors over trees of pages: seek a key, iterate in key order, from anywhere and repeatedly."""

from __future__ import annotations

from bisect import bisect_right
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.storage.bolt.pages import (
    BRANCH,
    FREELIST,
    LEAF,
    NO_FREELIST,
    Page,
    damage,
    inline_page,
    leaf_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.storage.bolt.pages import ChildPage, Leaf, Pages

BUCKET = 0x01
BUCKET_HEAD = Struct("<QQ")  # root page, sequence
MOST_LEVELS = 64


class Bucket(NamedTuple):
    """A bucket: its tree's root, or the inline page in its value."""

    name: bytes
    root: int
    inline: Page | None


class Cursor:
    """The leaves of one bucket."""

    def __init__(self, pages: Pages, bucket: Bucket) -> None:
        self._pages = pages
        self._bucket = bucket

    def leaves(self, start: bytes = b"") -> Iterator[Leaf]:
        """Yield the leaves in order, from the one that may have the key ``start``."""
        if self._bucket.inline is not None:
            yield leaf_of(self._bucket.inline)
            return
        left = self._pages.count
        pending = [(self._bucket.root, 0)]
        while pending:
            number, level = pending.pop()
            page = self._pages.page(number, BRANCH | LEAF)
            left -= 1
            if left < 0 or level > MOST_LEVELS:
                raise damage(number, page.offset, "the pages lead in a circle")
            if page.flags & LEAF:
                yield leaf_of(page)
                continue
            children = self._pages.children(page)
            first = _position(children, start) if start else 0
            pending.extend((child.number, level + 1) for child in reversed(children[first:]))

    def items(self, start: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """Yield keys from ``start`` on with their values."""
        for leaf in self.leaves(start):
            for key, value in leaf.pairs():
                if key >= start:
                    yield key, value

    def get(self, key: bytes) -> bytes | None:
        """Return a key's value, None if the key is absent."""
        found, value = next(self.items(key), (None, b""))
        return value if found == key else None

    def last_leaf(self) -> Leaf | None:
        """Return the leaf with the greatest keys, None where the bucket is empty."""
        if self._bucket.inline is not None:
            leaf = leaf_of(self._bucket.inline)
            return leaf if leaf.flags else None
        number = self._bucket.root
        for _ in range(MOST_LEVELS):
            page = self._pages.page(number, BRANCH | LEAF)
            if page.flags & LEAF:
                leaf = leaf_of(page)
                return leaf if leaf.flags else None
            number = self._pages.children(page)[-1].number
        raise damage(number, number * self._pages.page_size, "the pages lead in a circle")


def buckets(pages: Pages) -> dict[bytes, Bucket]:
    """Return the buckets by their names."""
    root = Cursor(pages, Bucket(b"", pages.meta.root, None))
    return {bucket.name: bucket for leaf in root.leaves() for bucket in buckets_in(leaf)}


def used_pages(pages: Pages) -> int:
    """Return how many pages the buckets and the free list use."""
    roots = [bucket.root for bucket in buckets(pages).values() if bucket.inline is None]
    pending, used = [pages.meta.root, *roots], 0
    if pages.meta.freelist != NO_FREELIST:
        used += 1 + pages.head(pages.meta.freelist, FREELIST).overflow
    while pending:
        number = pending.pop()
        head = pages.head(number, BRANCH | LEAF)
        used += 1 + head.overflow
        if used > pages.count:
            raise damage(number, number * pages.page_size, "the pages lead in a circle")
        if head.flags & BRANCH:
            pending.extend(pages.child_numbers(pages.page(number, BRANCH)))
    return used


def buckets_in(leaf: Leaf) -> Iterator[Bucket]:
    """Yield the buckets of a leaf of the root bucket."""
    for flag, item in zip(leaf.flags, leaf.items(), strict=True):
        yield bucket_in(leaf, flag, *item)


def bucket_in(leaf: Leaf, flag: int, name: bytes, start: int, end: int) -> Bucket:
    """Return the bucket in the value of an element of a leaf."""
    at = leaf.offset + start
    if not flag & BUCKET or end - start < BUCKET_HEAD.size:
        raise damage(leaf.page.number, at, f"{name!r} is not a bucket")
    root, _ = BUCKET_HEAD.unpack_from(leaf.body, start)
    if root:
        return Bucket(name, root, None)
    content = leaf.body[start + BUCKET_HEAD.size : end]
    return Bucket(name, 0, inline_page(content, at + BUCKET_HEAD.size, leaf.page.number))


def _position(children: list[ChildPage], key: bytes) -> int:
    """Return the index of the child that may have the key."""
    return max(0, bisect_right(children, key, key=lambda child: child.key) - 1)
