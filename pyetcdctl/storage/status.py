"""A snapshot's figures, as etcdutl computes them: read from the file, without a server."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from pyetcdctl.errors import DamagedSnapshot
from pyetcdctl.file_results import SnapshotStatus
from pyetcdctl.rpc.wire import WireError
from pyetcdctl.storage.bolt.cursor import Cursor, buckets
from pyetcdctl.storage.bolt.pages import Pages, damage
from pyetcdctl.storage.database import KEYS, META, Database
from pyetcdctl.storage.files import ReadOnlyFile
from pyetcdctl.storage.hashing_process import HashingProcess
from pyetcdctl.storage.mvcc.key_index import usual_keys
from pyetcdctl.storage.mvcc.revisions import REVISION_BYTES, key_in, parse_revision
from pyetcdctl.storage.second_process import is_worth_it
from pyetcdctl.storage.trailer import DIGEST_BYTES, DigestCheck, has_digest
from pyetcdctl.storage.whole_hash import hash_database

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.storage.bolt.leaves import LeafColumns

STORAGE_VERSION = b"storageVersion"
_VERSION = re.compile(rb"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?")


def snapshot_status(
    path: str, on_bytes: Callable[[int], None] = lambda size: None
) -> SnapshotStatus:
    """Return the figures. Raises DamagedSnapshot where the file differs from what a server sent.

    ``on_bytes`` is called with how many bytes were read, again and again.
    """
    with ReadOnlyFile(path) as file:
        if not file.size:
            raise DamagedSnapshot("invalid database", f"{path} is empty.")
        return _status(file, on_bytes)


def ends_with_digest(path: str) -> bool:
    """Whether the file's size is that of a snapshot with a digest."""
    with ReadOnlyFile(path) as file:
        return has_digest(file.size)


def _status(file: ReadOnlyFile, on_bytes: Callable[[int], None]) -> SnapshotStatus:
    if is_worth_it(file.size):
        with suppress(DamagedSnapshot):  # the single process finds it again and reports it
            if figures := _figures_of_two(file, on_bytes):
                return figures
            on_bytes = _ignored
    if not has_digest(file.size):
        return _figures(file, file.size, on_bytes)
    digest = DigestCheck(file)
    try:
        figures = _figures(file, file.size - DIGEST_BYTES, on_bytes)
        digest.result()
    except DamagedSnapshot:
        digest.result()  # checked first: a file that was damaged later may have any fault
        raise
    finally:
        digest.stop()
    return figures


def _ignored(size: int) -> None:
    """Ignore a count of bytes: it was shown before."""


def _figures(file: ReadOnlyFile, size: int, on_bytes: Callable[[int], None]) -> SnapshotStatus:
    pages, counts = Pages(file, size), _Counts(on_bytes)
    found = hash_database(pages, counts.take)
    return _result(file, pages, counts, found)


def _figures_of_two(file: ReadOnlyFile, on_bytes: Callable[[int], None]) -> SnapshotStatus | None:
    """Return the figures, a second process having computed the hash; None if it could not."""
    with HashingProcess(file) as second:
        size = file.size - (DIGEST_BYTES if has_digest(file.size) else 0)
        database, counts = Database(file, size, file.path), _Counts(on_bytes)
        for leaf in database.key_leaves():
            counts.take(KEYS, leaf)
        found = second.result()
        return None if found is None else _result(file, database.pages, counts, found)


def _result(file: ReadOnlyFile, pages: Pages, counts: _Counts, found: int) -> SnapshotStatus:
    return SnapshotStatus(
        hash=found,
        revision=counts.revision,
        keys=len(counts.living),
        size=pages.size,
        version=_version(pages),
        has_digest=has_digest(file.size),
    )


def _version(pages: Pages) -> str:
    """Return the version of the storage that etcd 3.6 and later writes into the file."""
    meta = buckets(pages).get(META)
    match = _VERSION.fullmatch((meta and Cursor(pages, meta).get(STORAGE_VERSION)) or b"")
    return ".".join(str(int(part or 0)) for part in match.groups()) if match else ""


class _Counts:
    """The live keys and the last revision, as far as the leaves were taken."""

    def __init__(self, on_bytes: Callable[[int], None]) -> None:
        self.living: set[bytes] = set()
        self.revision = 0
        self._on_bytes = on_bytes

    def take(self, bucket: bytes, leaf: LeafColumns) -> None:
        """Take a leaf of a bucket."""
        self._on_bytes(leaf.end - leaf.start)
        if bucket != KEYS:
            return
        try:
            self._take_revisions(leaf)
        except (WireError, IndexError) as error:
            raise damage(leaf.number, leaf.offset, str(error)) from error

    def _take_revisions(self, leaf: LeafColumns) -> None:
        sizes = leaf.key_sizes
        if not sizes:
            return
        if max(sizes) == min(sizes) == REVISION_BYTES and (found := usual_keys(leaf)):
            self.living.update(found[1])
        else:
            self._take_singly(leaf)
        last = leaf.end - leaf.value_sizes[-1] - sizes[-1]
        self.revision = int.from_bytes(leaf.data[last : last + 8], "big", signed=True)

    def _take_singly(self, leaf: LeafColumns) -> None:
        living, data = self.living, leaf.data
        for start, value, end in leaf.spans():
            key = key_in(data, value, end)
            if parse_revision(data[start:value]).is_deletion:
                living.discard(key)
            else:
                living.add(key)
