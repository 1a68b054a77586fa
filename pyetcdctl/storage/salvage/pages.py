"""The pages of a damaged file, and the root of its tree if there is no meta page."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from pyetcdctl.errors import DamagedSnapshot
from pyetcdctl.storage.bolt.cursor import Bucket, Cursor, buckets_in
from pyetcdctl.storage.bolt.pages import (
    LEAF,
    MAGIC,
    NO_FREELIST,
    PAGE_HEAD,
    PAGE_SIZES,
    VERSION,
    Meta,
    Pages,
    leaf_of,
)
from pyetcdctl.storage.database import KEYS, META

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.storage.files import Readable

_SAMPLED_PAGES = 1000


class DamagedPages(Pages):
    """Pages of a file that may end before the last of them."""

    def __init__(self, file: Readable, size: int, meta: Meta) -> None:
        self._file = file
        self.meta = meta
        self.page_size = meta.page_size
        self.count = min(meta.high_water, -(-size // meta.page_size))
        self.size = self.count * self.page_size


def found_meta(file: Readable, size: int) -> Meta | None:
    """Return a meta page for the newest tree that is found by its root, None without one.

    The root of etcd's buckets is one leaf, rewritten by each transaction; the meta bucket
    that it leads to has the index of the last entry that was applied.
    """
    page_size = _page_size(file, size)
    candidates = [
        (_index(pages), pages.meta.root, pages.meta) for pages in _trees(file, size, page_size)
    ]
    return max(candidates)[-1] if candidates else None


def _page_size(file: Readable, size: int) -> int:
    """Return the page size at which most pages have the right number."""
    return max(PAGE_SIZES, key=lambda each: (_numbered(file, size, each), each))


def _numbered(file: Readable, size: int, page_size: int) -> int:
    count = min(size // page_size, _SAMPLED_PAGES)
    numbers = ((number, file.read(number * page_size, 8)) for number in range(2, count))
    return sum(int.from_bytes(data, "little") == number for number, data in numbers)


def _trees(file: Readable, size: int, page_size: int) -> Iterator[Pages]:
    """Yield the pages as they are below each leaf that has etcd's buckets in it."""
    count = size // page_size
    for number in range(2, count):
        head = PAGE_HEAD.unpack(file.read(number * page_size, PAGE_HEAD.size))
        if head[:2] != (number, LEAF):
            continue
        meta = Meta(MAGIC, VERSION, page_size, 0, number, 0, NO_FREELIST, count, 0, 0)
        pages = DamagedPages(file, size, meta)
        with suppress(DamagedSnapshot):
            leaf = leaf_of(pages.page(number, LEAF))
            if KEYS in {bucket.name for bucket in buckets_in(leaf)}:
                yield pages


def _index(pages: Pages) -> int:
    """Return the index of the last entry that is applied in a tree, -1 where it is not known."""
    with suppress(DamagedSnapshot):
        root = Cursor(pages, Bucket(b"", pages.meta.root, None))
        for bucket in (bucket for leaf in root.leaves() for bucket in buckets_in(leaf)):
            if bucket.name == META:
                found = Cursor(pages, bucket).get(b"consistent_index")
                return int.from_bytes(found or b"", "big")
    return -1
