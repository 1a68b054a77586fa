"""A copy of a database without its values: each is replaced by as many bytes of filler.

All else is unchanged: keys, revisions, sizes, and the place of every page. Unused pages, and the
bytes after the last value of a page, may contain old values: they become zeros.
"""

from __future__ import annotations

from contextlib import ExitStack
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.rpc.wire import LENGTH, VARINT, WireError, read_varint
from pyetcdctl.storage.bolt.audit import Audit
from pyetcdctl.storage.bolt.building import meta_page
from pyetcdctl.storage.bolt.cursor import BUCKET, BUCKET_HEAD, bucket_in
from pyetcdctl.storage.bolt.pages import (
    BRANCH,
    ELEMENT_BYTES,
    FREELIST,
    LEAF,
    PAGE_HEAD,
    Pages,
    damage,
    free_list_in,
    leaf_of,
)
from pyetcdctl.storage.database import KEYS
from pyetcdctl.storage.files import ReadOnlyFile
from pyetcdctl.storage.live_copy import copy_of, is_written
from pyetcdctl.storage.mvcc.revisions import key_in
from pyetcdctl.storage.saving import save
from pyetcdctl.storage.trailer import DIGEST_BYTES, DigestCheck, has_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyetcdctl.storage.bolt.pages import Leaf, Page
    from pyetcdctl.storage.files import Readable

    Item = tuple[bytes, int, int]

_FILLER = b"redacted "
_KEPT_OF_USER, _KEPT_OF_KEY = frozenset({1, 3, 4}), frozenset({1})
"""The fields of bytes that are kept: a user's name, roles and options; a KeyValue's key."""
_FREE, _IN_USE, _OF_KEYS, _OF_USERS = range(4)
_USES = {KEYS: _OF_KEYS, b"authUsers": _OF_USERS}
_BYTES_AT_ONCE = 1 << 20


def filler(size: int) -> bytes:
    """Return filler of the size of a value."""
    return (_FILLER * (size // len(_FILLER) + 1))[:size]


def is_filler(value: bytes) -> bool:
    """Whether a value was replaced."""
    return bool(value) and value == filler(len(value))


class Replaced(NamedTuple):
    """The numbers of replaced values, of all revisions, and of replaced hashes of passwords."""

    values: int = 0
    passwords: int = 0


def redact_snapshot(
    path: str,
    target: str,
    is_replaced: Callable[[bytes], bool],
    on_bytes: Callable[[int], None] = lambda size: None,
) -> Replaced:
    """Write a redacted copy of a snapshot or a database to ``target``.

    ``is_replaced`` returns whether the values of a key are replaced. Raises DamagedSnapshot, or
    SnapshotFailed where it cannot be written; then nothing has changed on the disk.
    """
    with ExitStack() as opened:
        file, digest = opened.enter_context(ReadOnlyFile(path)), None
        if has_digest(file.size):
            digest = DigestCheck(file)
            opened.callback(digest.stop)
        elif is_written(path):
            file = opened.enter_context(copy_of(file))
        size = file.size - DIGEST_BYTES if digest else file.size
        redaction = _Redaction(file, size, is_replaced)
        save(_checked(redaction.pieces(), digest, on_bytes), target)
        return redaction.figures


def _checked(
    pieces: Iterator[bytes], digest: DigestCheck | None, on_bytes: Callable[[int], None]
) -> Iterator[bytes]:
    """Yield the copy; raise at its end if the digest of the source is wrong."""
    for piece in pieces:
        on_bytes(len(piece))
        yield piece
    if digest is not None:
        digest.result()


class _Redaction:
    """One copy."""

    def __init__(self, file: Readable, size: int, is_replaced: Callable[[bytes], bool]) -> None:
        """Read the structure of the first ``size`` bytes. Raises DamagedSnapshot."""
        self.figures = Replaced()
        self._pages = Pages(file, size)
        self._size = size
        self._is_replaced = is_replaced
        self._uses = self._find_uses()

    def pieces(self) -> Iterator[bytes]:
        """Yield the copy, and its SHA-256 at the end, as in each snapshot."""
        digest = sha256()
        for piece in self._copied():
            digest.update(piece)
            yield piece
        yield digest.digest()

    def _find_uses(self) -> bytearray:
        """Return the use of each page, by its number."""
        uses = bytearray([_IN_USE]) * self._pages.count
        audit = Audit(self._pages)
        for bucket in audit.buckets():
            for leaf in audit.leaves(bucket):
                uses[leaf.page.number] = _USES.get(bucket.name, _IN_USE)
        audit.check_accounts()
        for number in audit.free_pages():
            uses[number] = _FREE
        if 0 < self._pages.meta.freelist < self._pages.count:
            uses[self._pages.meta.freelist] = _IN_USE
        return uses

    def _copied(self) -> Iterator[bytes]:
        pages = self._pages
        yield from (meta_page(pages.meta, number) for number in range(2))
        waiting = bytearray()
        number = 2
        while number < pages.count:
            copied = self._page(number)
            waiting += copied
            number += len(copied) // pages.page_size
            if len(waiting) >= _BYTES_AT_ONCE:
                yield bytes(waiting)
                waiting.clear()
        yield bytes(waiting) + bytes(self._size - pages.size)

    def _page(self, number: int) -> bytes:
        """Return a page with its overflow pages."""
        use = self._uses[number]
        if use == _FREE:
            return bytes(self._pages.page_size)
        page = self._pages.page(number, BRANCH | LEAF | FREELIST)
        if page.flags & LEAF:
            return self._leaf(page, use)
        return _branch(self._pages, page) if page.flags & BRANCH else self._free_list(page)

    def _free_list(self, page: Page) -> bytes:
        at, numbers = free_list_in(page)
        return page.data[: at + 8 * len(numbers)].ljust(len(page.data), b"\0")

    def _leaf(self, page: Page, use: int) -> bytes:
        leaf = leaf_of(page)
        table = PAGE_HEAD.size + len(leaf.flags) * ELEMENT_BYTES
        out = bytearray(len(page.data))
        out[:table] = page.data[:table]
        start = leaf.offset - page.offset
        out[start : start + len(leaf.body)] = leaf.body
        for flag, item in zip(leaf.flags, leaf.items(), strict=True):
            _, value, end = item
            copied = self._bucket(leaf, item) if flag & BUCKET else self._value(leaf, item, use)
            out[start + value : start + end] = copied
        return bytes(out)

    def _bucket(self, leaf: Leaf, item: Item) -> bytes:
        """Return a bucket's value, in which its only page may be."""
        name, start, end = item
        bucket = bucket_in(leaf, BUCKET, *item)
        head = leaf.body[start : start + BUCKET_HEAD.size]
        if bucket.inline is None:
            return head.ljust(end - start, b"\0")
        return head + self._leaf(bucket.inline, _USES.get(name, _IN_USE))

    def _value(self, leaf: Leaf, item: Item, use: int) -> bytes:
        _, start, end = item
        value = leaf.body[start:end]
        values, passwords = self.figures
        try:
            if use == _OF_USERS:
                self.figures = Replaced(values, passwords + 1)
                return _filled(value, _KEPT_OF_USER)
            if use == _OF_KEYS and self._is_replaced(key_in(value, 0, len(value))):
                self.figures = Replaced(values + 1, passwords)
                return _filled(value, _KEPT_OF_KEY)
        except (WireError, IndexError) as error:
            raise damage(leaf.page.number, leaf.offset + start, str(error)) from error
        return value


def _branch(pages: Pages, page: Page) -> bytes:
    table = PAGE_HEAD.size + page.entries * ELEMENT_BYTES
    out = bytearray(len(page.data))
    out[:table] = page.data[:table]
    for at, child in zip(
        range(PAGE_HEAD.size, table, ELEMENT_BYTES), pages.children(page), strict=True
    ):
        start = at + int.from_bytes(page.data[at : at + 4], "little")
        out[start : start + len(child.key)] = child.key
    return bytes(out)


def _filled(message: bytes, kept: frozenset[int]) -> bytes:
    """Return a message whose fields of bytes are replaced, but for those that are kept."""
    out, at = bytearray(message), 0
    while at < len(message):
        tag, at = read_varint(message, at)
        size, at = read_varint(message, at)
        if tag & 7 == VARINT:
            continue
        if tag & 7 != LENGTH or at + size > len(message):
            raise WireError(f"a field at offset {at} cannot be read")
        if tag >> 3 not in kept:
            out[at : at + size] = filler(size)
        at += size
    return bytes(out)
