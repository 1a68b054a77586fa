"""Write a database sequentially: a copy, never the file that is read."""

from __future__ import annotations

from struct import Struct
from typing import IO, TYPE_CHECKING

from pyetcdctl.storage.bolt.cursor import BUCKET, BUCKET_HEAD
from pyetcdctl.storage.bolt.pages import (
    BRANCH,
    ELEMENT_BYTES,
    LEAF,
    MAGIC,
    META,
    NO_FREELIST,
    PAGE_HEAD,
    VERSION,
    ChildPage,
    Meta,
    fnv_1a,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Pairs = Sequence[tuple[bytes, bytes]]

_LEAF_ELEMENT = Struct("<IIII")  # flags, distance of the key, size of the key, size of the value
_BRANCH_ELEMENT = Struct("<IIQ")  # distance of the key, size of the key, page
_META_FLAG = 0x04
_CHILDREN = 100
_PAIRS = 100
_FIRST_PAGE = 2


class Builder:
    """Writes pages in sequence: a bucket's leaves first, then the branches above them."""

    def __init__(self, out: IO[bytes], page_size: int) -> None:
        self._out = out
        self._page_size = page_size
        self._next = _FIRST_PAGE
        out.seek(_FIRST_PAGE * page_size)

    def leaf(self, pairs: Pairs, flags: int = 0) -> ChildPage:
        """Write a leaf with these keys and values, as many pages as it takes."""
        table, at = bytearray(), PAGE_HEAD.size + len(pairs) * ELEMENT_BYTES
        for index, (key, value) in enumerate(pairs):
            distance = at - PAGE_HEAD.size - index * ELEMENT_BYTES
            table += _LEAF_ELEMENT.pack(flags, distance, len(key), len(value))
            at += len(key) + len(value)
        content = b"".join(part for pair in pairs for part in pair)
        first = pairs[0][0] if pairs else b""
        return self._write(LEAF, len(pairs), bytes(table) + content, first)

    def bucket(self, pairs: Pairs) -> int:
        """Write a bucket's leaves and branches; return its root."""
        groups = range(0, len(pairs), _PAIRS) or range(1)
        return self.tree([self.leaf(pairs[at : at + _PAIRS]) for at in groups])

    def copied(self, page: bytes, first: bytes) -> ChildPage:
        """Write a page as it is, but for its number; ``first`` is its first key."""
        number = self._next
        self._out.write(number.to_bytes(8, "little") + page[8:])
        self._next += len(page) // self._page_size
        return ChildPage(number, first)

    def tree(self, children: Sequence[ChildPage]) -> int:
        """Write the branches above some leaves; return the root."""
        while len(children) > 1:
            groups = range(0, len(children), _CHILDREN)
            children = [self._branch(children[at : at + _CHILDREN]) for at in groups]
        return children[0].number

    def finish(self, roots: Mapping[bytes, int], high_water: int = 0) -> int:
        """Write the bucket of buckets and the meta pages; return the file's size."""
        pairs = [(name, BUCKET_HEAD.pack(root, 0)) for name, root in sorted(roots.items())]
        root = self.leaf(pairs, BUCKET).number
        high_water = max(high_water, self._next)
        meta = Meta(MAGIC, VERSION, self._page_size, 0, root, 0, NO_FREELIST, high_water, 1, 0)
        self._out.seek(0)
        self._out.write(b"".join(meta_page(meta, number) for number in range(_FIRST_PAGE)))
        self._out.truncate(high_water * self._page_size)
        self._out.flush()
        return high_water * self._page_size

    def _branch(self, children: Sequence[ChildPage]) -> ChildPage:
        table, at = bytearray(), PAGE_HEAD.size + len(children) * ELEMENT_BYTES
        for index, child in enumerate(children):
            distance = at - PAGE_HEAD.size - index * ELEMENT_BYTES
            table += _BRANCH_ELEMENT.pack(distance, len(child.key), child.number)
            at += len(child.key)
        content = b"".join(child.key for child in children)
        return self._write(BRANCH, len(children), bytes(table) + content, children[0].key)

    def _write(self, flags: int, entries: int, content: bytes, first: bytes) -> ChildPage:
        count = -(-(PAGE_HEAD.size + len(content)) // self._page_size)
        page = PAGE_HEAD.pack(0, flags, entries, count - 1) + content
        return self.copied(page.ljust(count * self._page_size, b"\0"), first)


def meta_page(meta: Meta, number: int) -> bytes:
    """Return one of the two meta pages: of a transaction, or of the one before it, with the same
    tree.

    The last bit of a transaction's number says which of the two is its own.
    """
    transaction = max(0, meta.transaction - ((meta.transaction ^ number) & 1))
    fields = META.pack(*meta._replace(transaction=transaction))[:-8]
    page = PAGE_HEAD.pack(number, _META_FLAG, 0, 0) + fields
    return (page + fnv_1a(fields).to_bytes(8, "little")).ljust(meta.page_size, b"\0")
