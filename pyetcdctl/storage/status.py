"""A snapshot's figures, as etcdutl computes them: read from the file, without a server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyetcdctl.errors import DamagedSnapshot
from pyetcdctl.file_results import SnapshotStatus
from pyetcdctl.rpc.kv import KeyValue
from pyetcdctl.rpc.wire import WireError
from pyetcdctl.storage.bolt.audit import Audit
from pyetcdctl.storage.bolt.leaves import LeafColumns
from pyetcdctl.storage.bolt.pages import Pages
from pyetcdctl.storage.crc32c import Crc32c
from pyetcdctl.storage.files import ReadOnlyFile
from pyetcdctl.storage.mvcc.key_index import usual_keys
from pyetcdctl.storage.trailer import DIGEST_BYTES, DigestCheck, has_digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.storage.bolt.pages import Leaf

KEYS, META, STORAGE_VERSION = b"key", b"meta", b"storageVersion"
_REVISION_BYTES = 17  # main revision, "_", revision within it; a deletion has a "t" behind it
_KEY_TAG = 0x0A
_VERSION = re.compile(rb"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?")


def snapshot_status(
    path: str, on_bytes: Callable[[int], None] = lambda size: None
) -> SnapshotStatus:
    """Return the figures. Raises DamagedSnapshot where the file is not what a server sent.

    ``on_bytes`` is called with how many bytes were read, again and again.
    """
    with ReadOnlyFile(path) as file:
        if not file.size:
            raise DamagedSnapshot("invalid database", f"{path} is empty.")
        return _status(file, on_bytes)


def ends_with_digest(path: str) -> bool:
    """Whether the file's size is that of a snapshot which a server sent."""
    with ReadOnlyFile(path) as file:
        return has_digest(file.size)


def _status(file: ReadOnlyFile, on_bytes: Callable[[int], None]) -> SnapshotStatus:
    if not has_digest(file.size):
        return _figures(file, file.size, on_bytes, has_digest=False)
    digest = DigestCheck(file)
    try:
        figures = _figures(file, file.size - DIGEST_BYTES, on_bytes, has_digest=True)
        digest.result()
    except DamagedSnapshot:
        digest.result()  # it comes first: a file that was damaged later has any fault
        raise
    finally:
        digest.stop()
    return figures


def _figures(
    file: ReadOnlyFile, size: int, on_bytes: Callable[[int], None], *, has_digest: bool
) -> SnapshotStatus:
    pages = Pages(file, size)
    audit, reading = Audit(pages), _Reading(on_bytes)
    for bucket in audit.buckets():
        reading.crc.update(bucket.name)
        for leaf in audit.leaves(bucket):
            reading.take(bucket.name, leaf)
    audit.check_accounts()
    return SnapshotStatus(
        hash=reading.crc.value(),
        revision=reading.revision,
        keys=len(reading.living),
        size=pages.size,
        version=reading.version,
        has_digest=has_digest,
    )


class _Reading:
    """What has been gathered so far."""

    def __init__(self, on_bytes: Callable[[int], None]) -> None:
        self.crc = Crc32c()
        self.living: set[bytes] = set()
        self.revision = 0
        self.version = ""
        self._on_bytes = on_bytes

    def take(self, bucket: bytes, leaf: Leaf) -> None:
        """Take a leaf of a bucket."""
        self.crc.update(leaf.body)
        self._on_bytes(len(leaf.body))
        try:
            if bucket == KEYS:
                self._take_revisions(leaf)
            elif bucket == META:
                self._take_version(leaf)
        except (WireError, IndexError) as error:
            where = f"page {leaf.page.number} at offset {leaf.page.offset}"
            raise DamagedSnapshot(f"the database is damaged: {where}: {error}") from error

    def _take_revisions(self, leaf: Leaf) -> None:
        if leaf.flags and self._takes_puts(leaf):
            return
        living, body, revision = self.living, leaf.body, b""
        for revision, start, end in leaf.items():
            if len(revision) == _REVISION_BYTES:
                living.add(_key(body, start, end))
            elif len(revision) == _REVISION_BYTES + 1 and revision.endswith(b"t"):
                living.discard(_key(body, start, end))
            else:
                raise WireError(f"{revision!r} is not a revision")
        if revision:
            self.revision = int.from_bytes(revision[:8], "big", signed=True)

    def _takes_puts(self, leaf: Leaf) -> bool:
        """Take a leaf without deletions at once, if its keys are of the usual form."""
        if max(leaf.key_sizes) > _REVISION_BYTES or min(leaf.key_sizes) < _REVISION_BYTES:
            return False
        sizes = leaf.key_sizes, leaf.value_sizes
        found = usual_keys(LeafColumns(leaf.page.number, leaf.offset, leaf.body, 0, *sizes, 0))
        if found is None:
            return False
        self.living.update(found[1])
        last = found[0][-1] - _REVISION_BYTES
        self.revision = int.from_bytes(leaf.body[last : last + 8], "big", signed=True)
        return True

    def _take_version(self, leaf: Leaf) -> None:
        for name, start, end in leaf.items():
            match = _VERSION.fullmatch(leaf.body[start:end]) if name == STORAGE_VERSION else None
            if match:
                self.version = ".".join(str(int(part or 0)) for part in match.groups())


def _key(body: bytes, start: int, end: int) -> bytes:
    """Return the key of the KeyValue between two offsets; it stands first in what etcd writes."""
    if end - start > 1 and body[start] == _KEY_TAG and body[start + 1] < 0x80:
        key_end = start + 2 + body[start + 1]
        if key_end <= end:
            return body[start + 2 : key_end]
    return KeyValue.decode(body[start:end]).key
