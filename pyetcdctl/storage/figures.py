"""What ``endpoint status`` and ``endpoint hashkv`` show, as far as a file knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.rpc import etcdserverpb_pb2 as api
from pyetcdctl.storage.database import META
from pyetcdctl.storage.members import is_learner
from pyetcdctl.storage.mvcc.hashing import hash_keys

if TYPE_CHECKING:
    from pyetcdctl.storage.opening import OpenedFile

_NEVER_COMPACTED = -1


def stored_figures(opened: OpenedFile) -> api.StatusResponse:
    """Return sizes and indexes; what only a running member knows is empty or 0."""
    model, database = opened.model, opened.database
    version = model.buckets.get(META, b"storageVersion") or b""
    response = api.StatusResponse(
        dbSize=database.size,
        dbSizeInUse=database.size_in_use(),
        raftIndex=model.consistent_index,
        raftTerm=model.term,
        raftAppliedIndex=model.consistent_index,
        isLearner=is_learner(opened),
        storageVersion=version.decode("ascii", "replace"),
    )
    response.header.ParseFromString(opened.header.encode())
    return response


def stored_hash(opened: OpenedFile, revision: int) -> api.HashKVResponse:
    """Return the hash over all keys up to a revision; 0 is the newest."""
    model = opened.model
    revision = model.checked_revision(revision)
    response = api.HashKVResponse(
        hash=hash_keys(model, revision),
        compact_revision=model.compacted or _NEVER_COMPACTED,
        hash_revision=revision,
    )
    response.header.ParseFromString(opened.header.encode())
    return response
