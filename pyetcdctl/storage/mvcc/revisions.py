"""Revisions, the keys of the bucket ``key``, whose values are KeyValues; and changes of keys."""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

from pyetcdctl.rpc.key_values import KEY_TAG
from pyetcdctl.rpc.kv import KeyValue
from pyetcdctl.rpc.wire import WireError

REVISION_BYTES = 17  # main revision, "_", revision within it; a deletion has a "t" after it
TOMBSTONE_BYTES = REVISION_BYTES + 1
SEPARATOR, TOMBSTONE = 0x5F, 0x74
_REVISION = Struct(">qcq")


class Revision(NamedTuple):
    """One change: the store's revision, and the index of the change in it."""

    main: int
    sub: int
    is_deletion: bool

    def encode(self) -> bytes:
        """Return the key in the bucket."""
        return _REVISION.pack(self.main, b"_", self.sub) + (b"t" if self.is_deletion else b"")


def parse_revision(key: bytes) -> Revision:
    """Parse a bucket's key. Raises WireError where it is not a revision."""
    size = len(key)
    is_deletion = size == TOMBSTONE_BYTES and key[REVISION_BYTES] == TOMBSTONE
    if (size != REVISION_BYTES and not is_deletion) or key[8] != SEPARATOR:
        raise WireError(f"{key!r} is not a revision")
    main, _, sub = _REVISION.unpack_from(key)
    if main < 0 or sub < 0:
        raise WireError(f"{key!r} is not a revision")
    return Revision(main, sub, is_deletion)


def main_of(key: bytes) -> int:
    """Return the store's revision in a bucket's key or in its first bytes; 0 without one."""
    return int.from_bytes(key[:8].ljust(8, b"\0"), "big")


def is_first_change(key: bytes) -> bool:
    """Whether a bucket's key, or its first bytes, are of the first change at its revision."""
    return not any(key[9:REVISION_BYTES])


def key_in(data: bytes, start: int, end: int) -> bytes:
    """Return the key of the KeyValue between two offsets: it comes first in what etcd writes."""
    if end - start > 1 and data[start] == KEY_TAG and data[start + 1] < 0x80:
        key_end = start + 2 + data[start + 1]
        if key_end <= end:
            return data[start + 2 : key_end]
    return KeyValue.decode(data[start:end]).key


class Put(NamedTuple):
    """A key's new value; ``create_revision`` and ``version`` are those that it has from now on."""

    key: bytes
    value: bytes
    lease: int
    create_revision: int
    version: int


class Delete(NamedTuple):
    """The end of a key."""

    key: bytes
