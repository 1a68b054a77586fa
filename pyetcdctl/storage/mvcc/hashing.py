"""The hash over all records of keys up to a revision, by which members are compared.

Of the records before a compaction etcd hashes only a key's newest, so that the hash does not depend
on the progress of the compaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.rpc.wire import WireError
from pyetcdctl.storage.bolt.pages import damage
from pyetcdctl.storage.crc32c import Crc32c
from pyetcdctl.storage.database import KEYS
from pyetcdctl.storage.mvcc.key_index import place
from pyetcdctl.storage.mvcc.revisions import parse_revision

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.storage.bolt.leaves import LeafColumns
    from pyetcdctl.storage.mvcc.model import Model
    from pyetcdctl.storage.mvcc.revisions import Revision


def hash_keys(model: Model, revision: int) -> int:
    """Return the hash of the records up to a revision."""
    crc, counted = Crc32c(), _Counted(model, revision)
    crc.update(KEYS)
    for leaf in model.leaves():
        for piece in _pieces(leaf, counted):
            crc.update(piece)
    for number, record in enumerate(model.changes, 1):
        if counted.has(record.revision, -number):
            crc.update(record.revision.encode())
            crc.update(record.entry)
    return crc.value()


class _Counted:
    """The records that are hashed."""

    def __init__(self, model: Model, revision: int) -> None:
        self.first = model.compacted + 1
        self.last = revision
        self._compacted = model.compacted
        self._newest = frozenset(model.keys_at(revision).places()) if model.compacted else None

    def has(self, revision: Revision, place: int) -> bool:
        if not self._compacted < revision.main <= self.last:
            is_kept = not self._newest or place in self._newest
            is_tombstone_of_compaction = revision.is_deletion and revision.main == self._compacted
            return revision.main <= self.last and is_kept and not is_tombstone_of_compaction
        return True


def _pieces(leaf: LeafColumns, counted: _Counted) -> Iterator[bytes]:
    """Yield the hashed records of a leaf, in one piece where all are."""
    data, at = leaf.data, leaf.start
    end = at + sum(leaf.key_sizes) + sum(leaf.value_sizes)
    last_key = end - leaf.value_sizes[-1] - leaf.key_sizes[-1]
    try:
        first = parse_revision(data[at : at + leaf.key_sizes[0]]).main
        last = parse_revision(data[last_key : last_key + leaf.key_sizes[-1]]).main
        if counted.first <= first and last <= counted.last:
            yield data[at:end]
            return
        for start, value, end in leaf.spans():
            revision = parse_revision(data[start:value])
            if counted.has(revision, place(leaf.base + value, end - value)):
                yield data[start:end]
    except WireError as error:
        raise damage(leaf.number, leaf.offset, str(error)) from error
