"""The pages of a database: each is read and checked by itself; no state is kept."""

from __future__ import annotations

from itertools import accumulate
from operator import add
from struct import Struct, unpack_from
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import DamagedSnapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.storage.files import Readable

MAGIC, VERSION = 0xED0CDAED, 2
BRANCH, LEAF, FREELIST = 0x01, 0x02, 0x10
NO_FREELIST = 0xFFFFFFFFFFFFFFFF
PAGE_HEAD = Struct("<QHHI")  # id, flags, count, overflow
ELEMENT_BYTES = 16
META = Struct("<IIIIQQQQQQ")
PAGE_SIZES = tuple(1024 << power for power in range(7))
_MANY = 0xFFFF


class Meta(NamedTuple):
    """The content of a meta page."""

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


class PageHead(NamedTuple):
    """The header of a page: ``overflow`` is the number of further pages of its content."""

    number: int
    flags: int
    entries: int
    overflow: int


class Page(NamedTuple):
    """A page with its overflow pages; ``data`` begins at ``offset`` in the file."""

    number: int
    offset: int
    flags: int
    entries: int
    data: bytes


_NOT_VALID = "it is not a valid meta page: what the last transaction wrote may be missing"


class ChildPage(NamedTuple):
    """A branch's entry: a page and the first key that it may have."""

    number: int
    key: bytes


class Leaf(NamedTuple):
    """Keys and values as they are in a page: key, value, key, value, without gaps.

    ``offset`` is that of the body in the file.
    """

    page: Page
    offset: int
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

    def keys(self) -> list[bytes]:
        """Return the keys."""
        body = self.body
        starts = accumulate(map(add, self.key_sizes, self.value_sizes), initial=0)
        # There is one start more than keys: the end of the last value.
        return [body[at : at + size] for at, size in zip(starts, self.key_sizes, strict=False)]

    def pairs(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield keys with their values."""
        body = self.body
        for key, start, end in self.items():
            yield key, body[start:end]


class Pages:
    """The pages that the newest valid meta page leads to."""

    def __init__(self, file: Readable, size: int) -> None:
        """Find that meta page in the first ``size`` bytes. Raises DamagedSnapshot without one."""
        self._file = file
        self.meta = newest_meta(file, size)
        self.page_size = self.meta.page_size
        self.count = self.meta.high_water
        self.size = self.count * self.page_size
        if self.size > size:
            raise DamagedSnapshot(
                f"the database ends at offset {size} within page {size // self.page_size}: "
                f"it should have {self.count} pages of {self.page_size} bytes"
            )

    def is_current(self) -> bool:
        """Whether no transaction was written since."""
        return newest_meta(self._file, self.size).transaction == self.meta.transaction

    def page(self, number: int, kinds: int) -> Page:
        """Return a page of one of these kinds."""
        size, offset = self.page_size, number * self.page_size
        data = self._read(number, size)
        head = self._head(number, data, kinds)
        if head.overflow:
            data += self._file.read(offset + size, head.overflow * size)
        return Page(number, offset, head.flags, head.entries, data)

    def head(self, number: int, kinds: int) -> PageHead:
        """Return the head of a page of one of these kinds."""
        return self._head(number, self._read(number, PAGE_HEAD.size), kinds)

    def _read(self, number: int, size: int) -> bytes:
        if not 1 < number < self.count:
            raise damage(number, number * self.page_size, "there is no such page")
        return self._file.read(number * self.page_size, size)

    def _head(self, number: int, data: bytes, kinds: int) -> PageHead:
        head, offset = PageHead(*PAGE_HEAD.unpack_from(data)), number * self.page_size
        if head.number != number:
            raise damage(number, offset, f"its header names page {head.number}")
        if number + head.overflow >= self.count:
            raise damage(number, offset, "it overlaps another page or the end of the file")
        if head.flags not in (BRANCH, LEAF, FREELIST) or not head.flags & kinds:
            raise damage(number, offset, f"a page of type {head.flags:#x} is not expected here")
        return head

    def children(self, page: Page) -> list[ChildPage]:
        """Return a branch's entries."""
        data, table = page.data, PAGE_HEAD.size
        if not page.entries or table + page.entries * ELEMENT_BYTES > len(data):
            raise damage(page.number, page.offset, f"{page.entries} elements do not fit in it")
        children = []
        for at in range(table, table + page.entries * ELEMENT_BYTES, ELEMENT_BYTES):
            position, size, number = unpack_from("<IIQ", data, at)
            if at + position + size > len(data):
                raise damage(page.number, page.offset + at, "a key passes the end of the page")
            children.append(ChildPage(number, data[at + position : at + position + size]))
        return children

    def child_numbers(self, page: Page) -> tuple[int, ...]:
        """Return the pages that a branch leads to."""
        if not page.entries or PAGE_HEAD.size + page.entries * ELEMENT_BYTES > len(page.data):
            raise damage(page.number, page.offset, f"{page.entries} elements do not fit in it")
        return unpack_from(f"<{page.entries * 2}Q", page.data, PAGE_HEAD.size)[1::2]

    def read_pages(self, first: int, end: int) -> bytes:
        """Return the bytes of the pages from ``first`` up to ``end``, exclusive."""
        return self._file.read(first * self.page_size, (end - first) * self.page_size)

    def free_pages(self) -> tuple[Page, tuple[int, ...]]:
        """Return the free list's page, and its list; there must be one."""
        page = self.page(self.meta.freelist, FREELIST)
        return page, free_list_in(page)[1]


def free_list_in(page: Page) -> tuple[int, tuple[int, ...]]:
    """Return the offset of the free list in its page, and the list."""
    at, count = PAGE_HEAD.size, page.entries
    if count == _MANY:
        count, at = unpack_from("<Q", page.data, at)[0], at + 8
    if at + count * 8 > len(page.data):
        raise damage(page.number, page.offset, f"{count} free pages do not fit in it")
    return at, unpack_from(f"<{count}Q", page.data, at)


def leaf_of(page: Page) -> Leaf:
    """Return the keys and values of a leaf page."""
    data, table, entries = page.data, PAGE_HEAD.size, page.entries
    body = table + entries * ELEMENT_BYTES
    if body > len(data):
        raise damage(page.number, page.offset, f"{entries} elements do not fit in it")
    numbers = unpack_from(f"<{entries * 4}I", data, table)
    flags, positions, key_sizes, value_sizes = (numbers[field::4] for field in range(4))
    if not entries:
        return Leaf(page, page.offset + body, b"", (), (), ())
    start = table + positions[0]
    # Each element gives its key's distance from itself, and elements are 16 bytes apart.
    ends = list(accumulate(map(add, key_sizes, value_sizes), initial=start))
    found = list(map(add, positions, range(table, body, ELEMENT_BYTES)))
    if start < body or found != ends[:-1]:
        wrong = next(i for i, at in enumerate(found) if at != ends[i] or start < body)
        at = page.offset + table + wrong * ELEMENT_BYTES
        raise damage(page.number, at, "a key is not where it should be")
    if ends[-1] > len(data):
        raise damage(page.number, page.offset + table, "a value passes the end of the page")
    return Leaf(page, page.offset + start, data[start : ends[-1]], flags, key_sizes, value_sizes)


def inline_page(data: bytes, offset: int, number: int) -> Page:
    """Return the inline page in a bucket's value."""
    if len(data) < PAGE_HEAD.size:
        raise damage(number, offset, "a bucket is cut short")
    _, flags, entries, _ = PAGE_HEAD.unpack_from(data)
    return Page(number, offset, flags, entries, data)


def newest_meta(file: Readable, size: int) -> Meta:
    """Return the valid meta page of the latest transaction."""
    found = [
        meta
        for at in (0, *PAGE_SIZES)
        if (meta := _meta(file, size, at)) and at in (0, meta.page_size)
    ]
    if not found:
        raise DamagedSnapshot(
            "invalid database",
            "Page 0 at offset 0 and page 1 hold no valid meta page of bbolt: this is no database "
            "of etcd, or a damaged one.",
        )
    return max(found, key=lambda meta: meta.transaction)


def invalid_metas(file: Readable, page_size: int) -> list[tuple[str, str]]:
    """Return which of the two meta pages are not valid, and what that may cost."""
    places = enumerate((0, page_size))
    return [
        (f"page {number} at offset {at}", _NOT_VALID)
        for number, at in places
        if _meta(file, file.size, at) is None
    ]


def _meta(file: Readable, size: int, at: int) -> Meta | None:
    at += PAGE_HEAD.size
    if at + META.size > size:
        return None
    data = file.read(at, META.size)
    meta = Meta(*META.unpack(data))
    if (meta.magic, meta.version) != (MAGIC, VERSION) or meta.page_size not in PAGE_SIZES:
        return None
    is_whole = meta.checksum == fnv_1a(data[:-8])
    return meta if is_whole and meta.high_water > 2 else None


def fnv_1a(data: bytes) -> int:
    """Return the checksum of a meta page: FNV-1a of 64 bits."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def damage(page: int, offset: int, what: str) -> DamagedSnapshot:
    """Return the error with a page and an offset of a database."""
    return DamagedSnapshot(f"the database is damaged: page {page} at offset {offset}: {what}")
