"""Read a cluster's members and alarms, and the status and hash of one member, from a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyetcdctl.rpc import etcdserverpb_pb2 as api
from pyetcdctl.storage.database import META
from pyetcdctl.storage.member_records import MEMBERS, parse_member
from pyetcdctl.storage.mvcc.hashing import hash_keys

if TYPE_CHECKING:
    from pyetcdctl.storage.opening import OpenedFile

_ALARMS = b"alarm"
_NEVER_COMPACTED = -1


def stored_members(opened: OpenedFile) -> api.MemberListResponse:
    """Return the members in the order of their ids."""
    found = [_member(key, value) for key, value in opened.model.buckets.items(MEMBERS)]
    found.sort(key=_id)
    response = api.MemberListResponse(members=found)
    _take_header(response, opened)
    response.header.revision = 0  # as a server's has it
    return response


def stored_alarms(opened: OpenedFile) -> api.AlarmResponse:
    """Return the alarms that are on."""
    keys = [key for key, _ in opened.model.buckets.items(_ALARMS)]
    response = api.AlarmResponse(alarms=map(api.AlarmMember.FromString, keys))
    _take_header(response, opened)
    return response


def is_learner(opened: OpenedFile) -> bool:
    """Whether the file's own member, if it is known, is a learner."""
    own = opened.identity.member_id
    return any(own == member.ID and member.isLearner for member in stored_members(opened).members)


def _id(member: api.Member) -> int:
    return member.ID


def _take_header(response: Any, opened: OpenedFile) -> None:
    response.header.ParseFromString(opened.header.encode())


def _member(key: bytes, value: bytes) -> api.Member:
    record = parse_member(key, value)
    return api.Member(
        ID=record.id,
        name=record.name,
        peerURLs=record.peer_urls,
        clientURLs=record.client_urls,
        isLearner=record.is_learner,
    )


def stored_figures(opened: OpenedFile) -> api.StatusResponse:
    """Return sizes and indexes; fields that only a running member knows are empty or 0."""
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
