"""Check a whole file: its hash, pages, records, and the consistency of its buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.errors import DamagedSnapshot
from pyetcdctl.file_results import SnapshotCheck
from pyetcdctl.rpc.auth import Role, User
from pyetcdctl.rpc.kv import KeyValue
from pyetcdctl.rpc.lease import Lease
from pyetcdctl.rpc.wire import WireError
from pyetcdctl.storage.bolt.audit import Audit
from pyetcdctl.storage.bolt.pages import Pages, invalid_metas
from pyetcdctl.storage.checking.faults import Faults
from pyetcdctl.storage.checking.records import RecordCheck
from pyetcdctl.storage.database import KEYS
from pyetcdctl.storage.files import ReadOnlyFile
from pyetcdctl.storage.member_records import MEMBERS, parse_member
from pyetcdctl.storage.mvcc.key_index import offset_and_size
from pyetcdctl.storage.trailer import DIGEST_BYTES, DigestCheck, has_digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.storage.bolt.cursor import Bucket
    from pyetcdctl.storage.bolt.pages import Leaf

    Decode = Callable[[bytes, bytes], str]

_LEASES, _USERS, _ROLES = b"lease", b"authUsers", b"authRoles"


def _decodes(key: bytes, value: bytes) -> str:
    """Accept any value."""
    return ""


def check_snapshot(
    path: str,
    decode: Decode = _decodes,
    on_bytes: Callable[[int], None] = lambda size: None,
) -> SnapshotCheck:
    """Return all faults. ``decode`` returns the fault of a live key's value, or an empty string."""
    with ReadOnlyFile(path) as file:
        checking = _Checking(file, decode, on_bytes)
        checking.run()
        return SnapshotCheck(
            path=path,
            faults=tuple(checking.faults.found),
            omitted=checking.faults.omitted,
            keys=len(checking.records),
            records=checking.records.records,
            revision=checking.records.revision,
            has_digest=checking.has_digest,
        )


class _Checking:
    """One file."""

    def __init__(self, file: ReadOnlyFile, decode: Decode, on_bytes: Callable[[int], None]) -> None:
        self.faults = Faults()
        self.records = RecordCheck(self.faults)
        self.has_digest = has_digest(file.size)
        self._size = file.size - DIGEST_BYTES if self.has_digest else file.size
        self._file = file
        self._decode = decode
        self._on_bytes = on_bytes
        self._leases: set[int] = set()

    def run(self) -> None:
        """Check the hash at the same time as everything else."""
        digest = DigestCheck(self._file) if self.has_digest else None
        try:
            self._check_pages(Pages(self._file, self._size))
            self._check_live_keys()
        except DamagedSnapshot as error:
            self.faults.take(error)
        finally:
            if digest is not None:
                self._take_digest(digest)

    def _check_pages(self, pages: Pages) -> None:
        for fault in invalid_metas(self._file, pages.page_size):
            self.faults.add(*fault)
        audit = Audit(pages, self.faults.take)
        names = set()
        for bucket in audit.buckets():
            names.add(bucket.name)
            for leaf in audit.leaves(bucket):
                self._take(bucket, leaf)
                self._on_bytes(len(leaf.body))
        if KEYS not in names:
            self.faults.add("file", "there is no bucket of keys")
        if not self.faults:  # pages that were not reached after damage are not faults
            audit.check_accounts()

    def _take(self, bucket: Bucket, leaf: Leaf) -> None:
        if bucket.name == KEYS:
            self.records.take(leaf)
            return
        for key, value in leaf.pairs():
            try:
                self._check_record(bucket.name, key, value)
            except (WireError, DamagedSnapshot) as error:
                where = f"page {leaf.page.number} at offset {leaf.page.offset}"
                self.faults.add(
                    f"{where}, bucket {bucket.name.decode('ascii', 'replace')}", str(error)
                )

    def _check_record(self, bucket: bytes, key: bytes, value: bytes) -> None:
        if bucket == _LEASES:
            lease = Lease.decode(value)
            if key != lease.ID.to_bytes(8, "big", signed=True) or lease.TTL <= 0:
                raise WireError(
                    f"lease {key.hex()} is {lease.ID:x} with {lease.TTL} s in its value"
                )
            self._leases.add(lease.ID)
        elif bucket == MEMBERS:
            parse_member(key, value)
        elif bucket in (_USERS, _ROLES):
            entry = (User if bucket == _USERS else Role).decode(value)
            if entry.name.encode() != key:
                raise WireError(f"{key!r} is named {entry.name!r} in its value")

    def _check_live_keys(self) -> None:
        for live in self.records.live():
            shown = live.key.decode("utf-8", "backslashreplace")
            if live.lease and live.lease not in self._leases:
                self.faults.add(f"key {shown}", f"its lease {live.lease:016x} does not exist")
            if self._decode is not _decodes:
                entry = KeyValue.decode(self._file.read(*offset_and_size(live.place)))
                if problem := self._decode(entry.key, entry.value):
                    self.faults.add(f"key {shown}", problem)

    def _take_digest(self, digest: DigestCheck) -> None:
        try:
            digest.result()
        except DamagedSnapshot as error:
            offset = self._file.size - DIGEST_BYTES
            self.faults.add(f"hash at offset {offset}", error.message)
