"""bbolt's file format, read only: pages, buckets, and what is in them, in the order of the keys.

A file is an array of pages. Two meta pages take turns, the newer valid one counts; it leads to the
root bucket, whose values are the other buckets. A bucket is a tree of branch and leaf pages.
Nothing in the file is trusted: each number is checked against the file's bounds before it is used,
and no page is entered twice. DamagedSnapshot names the page and the offset of what is wrong.
"""

from __future__ import annotations

from operator import lt
from struct import Struct, unpack_from
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import DamagedSnapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from mmap import mmap

    Bytes = bytes | mmap

MAGIC, VERSION = 0xED0CDAED, 2
BRANCH, LEAF, FREELIST = 0x01, 0x02, 0x10
BUCKET = 0x01
NO_FREELIST = 0xFFFFFFFFFFFFFFFF
_MANY = 0xFFFF
_PAGE_HEAD = Struct("<QHHI")  # id, flags, count, overflow
_META = Struct("<IIIIQQQQQQ")
_BUCKET_HEAD = Struct("<QQ")  # root page, sequence
_PAGE_SIZES = tuple(1024 << power for power in range(7))


class Meta(NamedTuple):
    """What a meta page says."""

    magic: int
    version: int
    page_size: int
    flags: int
    root: int
    sequence: int
    freelist: int
    high_water: int
    """The first page that was never used: the file's length in pages."""
    transaction: int
    checksum: int


class Page(NamedTuple):
    """Where a page is, and what it is."""

    number: int
    start: int
    end: int
    flags: int
    entries: int


class Bucket(NamedTuple):
    """A bucket: its tree's root, or the page that stands in its value."""

    name: bytes
    root: int
    inline: Page | None


class Leaf(NamedTuple):
    """Keys and values as they stand in a page: key, value, key, value, without gaps."""

    page: Page
    body: bytes
    flags: tuple[int, ...]
    key_sizes: tuple[int, ...]
    value_sizes: tuple[int, ...]

    def items(self) -> Iterator[tuple[bytes, int, int]]:
        """Yield each key, and where in the body its value begins and ends."""
        body, at = self.body, 0
        for key_size, value_size in zip(self.key_sizes, self.value_sizes, strict=True):
            value = at + key_size
            end = value + value_size
            yield body[at:value], value, end
            at = end


class Database:
    """A database in memory, or mapped there."""

    def __init__(self, data: Bytes, size: int) -> None:
        """Find the newest valid meta page in the first ``size`` bytes."""
        self._data = data
        self._size = size
        self.meta = self._newest_meta()
        self.page_size = self.meta.page_size
        self.size = self.meta.high_water * self.page_size
        if self.size > size:
            raise DamagedSnapshot(
                f"the database ends at offset {size} within page {size // self.page_size}: "
                f"it should have {self.meta.high_water} pages of {self.page_size} bytes"
            )
        self._entered = bytearray(self.meta.high_water)
        self._entered[0:2] = b"\1\1"

    def buckets(self) -> Iterator[Bucket]:
        """Yield the buckets in the order of their names."""
        for leaf in self._tree(self.meta.root):
            for flag, (name, start, end) in zip(leaf.flags, leaf.items(), strict=True):
                at = leaf.page.end - len(leaf.body) + start
                if not flag & BUCKET or end - start < _BUCKET_HEAD.size:
                    raise _damage(leaf.page.number, at, f"{name!r} is not a bucket")
                yield self._bucket(leaf.page, name, at, at + end - start)

    def leaves(self, bucket: Bucket) -> Iterator[Leaf]:
        """Yield a bucket's leaves in the order of the keys; once, for no page is entered twice."""
        leaves = self._tree(bucket.root) if bucket.inline is None else [self._leaf(bucket.inline)]
        for leaf in leaves:
            if any(leaf.flags):
                raise _damage(leaf.page.number, leaf.page.start, "a bucket within a bucket")
            yield leaf

    def check_accounts(self) -> None:
        """Raise unless each page was entered or is free, and none is both; when all was read."""
        if self.meta.freelist == NO_FREELIST:
            return
        page = self._enter(self.meta.freelist, FREELIST)
        for number in self._free_pages(page):
            if not 1 < number < self.meta.high_water or self._entered[number]:
                raise _damage(page.number, page.start, f"page {number} is free and in use")
            self._entered[number] = 1
        if (lost := self._entered.find(0)) >= 0:
            raise _damage(lost, lost * self.page_size, "neither in use nor free")

    def _bucket(self, page: Page, name: bytes, start: int, end: int) -> Bucket:
        root, _ = _BUCKET_HEAD.unpack_from(self._data, start)
        if root:
            return Bucket(name, root, None)
        return Bucket(name, 0, self._page_at(start + _BUCKET_HEAD.size, end, page.number))

    def _newest_meta(self) -> Meta:
        found = [
            meta
            for at in (0, *_PAGE_SIZES)
            if (meta := self._meta(at)) and at in (0, meta.page_size)
        ]
        if not found:
            raise DamagedSnapshot(
                "invalid database",
                "Page 0 at offset 0 and page 1 hold no valid meta page of bbolt.",
            )
        return max(found, key=lambda meta: meta.transaction)

    def _meta(self, at: int) -> Meta | None:
        at += _PAGE_HEAD.size
        if at + _META.size > self._size:
            return None
        meta = Meta(*_META.unpack_from(self._data, at))
        if (meta.magic, meta.version) != (MAGIC, VERSION) or meta.page_size not in _PAGE_SIZES:
            return None
        is_whole = meta.checksum == _fnv_1a(self._data[at : at + _META.size - 8])
        return meta if is_whole and meta.high_water > 2 else None

    def _tree(self, root: int) -> Iterator[Leaf]:
        last = b""
        pending = [(root, b"")]
        while pending:
            number, least = pending.pop()
            page = self._enter(number, BRANCH | LEAF)
            if page.flags & BRANCH:
                pending.extend(reversed(self._children(page)))
                continue
            leaf = self._leaf(page)
            keys = [key for key, _, _ in leaf.items()]
            if keys:
                in_order = all(map(lt, keys, keys[1:])) and least <= keys[0]
                if not in_order or (last and last >= keys[0]):
                    raise _damage(number, page.start, "its keys are out of order")
                last = keys[-1]
            yield leaf

    def _children(self, page: Page) -> list[tuple[int, bytes]]:
        table = page.start + _PAGE_HEAD.size
        if not page.entries or table + page.entries * 16 > page.end:
            raise _damage(page.number, page.start, f"{page.entries} elements do not fit in it")
        children = []
        for at in range(table, table + page.entries * 16, 16):
            position, size, number = unpack_from("<IIQ", self._data, at)
            if at + position + size > page.end:
                raise _damage(page.number, at, "a key passes the end of the page")
            children.append((number, self._data[at + position : at + position + size]))
        return children

    def _leaf(self, page: Page) -> Leaf:
        table = page.start + _PAGE_HEAD.size
        body = table + page.entries * 16
        if body > page.end:
            raise _damage(page.number, page.start, f"{page.entries} elements do not fit in it")
        numbers = unpack_from(f"<{page.entries * 4}I", self._data, table)
        flags, positions, key_sizes, value_sizes = (numbers[field::4] for field in range(4))
        at = start = table + positions[0] if positions else body
        for index, position in enumerate(positions):
            if table + index * 16 + position != at or at < body:
                raise _damage(page.number, table + index * 16, "a key is not where it should be")
            at += key_sizes[index] + value_sizes[index]
        if at > page.end:
            raise _damage(page.number, table, "a value passes the end of the page")
        exact = page._replace(end=at)
        return Leaf(exact, self._data[start:at], flags, key_sizes, value_sizes)

    def _enter(self, number: int, kinds: int) -> Page:
        """Return a page and mark it, with those that it flows over into, as entered."""
        start = number * self.page_size
        if not 1 < number < self.meta.high_water:
            raise _damage(number, start, "there is no such page")
        found, flags, _, overflow = _PAGE_HEAD.unpack_from(self._data, start)
        if found != number:
            raise _damage(number, start, f"it says that it is page {found}")
        end = number + overflow + 1
        if end > self.meta.high_water or any(self._entered[number:end]):
            raise _damage(number, start, "it overlaps another page or the end of the file")
        if flags not in (BRANCH, LEAF, FREELIST) or not flags & kinds:
            raise _damage(number, start, f"a page of type {flags:#x} is not expected here")
        self._entered[number:end] = b"\1" * (end - number)
        return self._page_at(start, end * self.page_size, number)

    def _page_at(self, start: int, end: int, number: int) -> Page:
        if start + _PAGE_HEAD.size > end:
            raise _damage(number, start, "a bucket is cut short")
        _, flags, count, _ = _PAGE_HEAD.unpack_from(self._data, start)
        return Page(number, start, end, flags, count)

    def _free_pages(self, page: Page) -> tuple[int, ...]:
        at, count = page.start + _PAGE_HEAD.size, page.entries
        if count == _MANY:
            count, at = unpack_from("<Q", self._data, at)[0], at + 8
        if at + count * 8 > page.end:
            raise _damage(page.number, page.start, f"{count} free pages do not fit in it")
        return unpack_from(f"<{count}Q", self._data, at)


def _fnv_1a(data: bytes) -> int:
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def _damage(page: int, offset: int, what: str) -> DamagedSnapshot:
    return DamagedSnapshot(f"the database is damaged: page {page} at offset {offset}: {what}")
