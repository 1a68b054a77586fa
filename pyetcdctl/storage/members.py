"""The members of a cluster and their alarms, as a database has them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pyetcdctl.errors import DamagedSnapshot
from pyetcdctl.rpc import etcdserverpb_pb2 as api

if TYPE_CHECKING:
    from pyetcdctl.storage.opening import OpenedFile

_MEMBERS, _ALARMS = b"members", b"alarm"


def stored_members(opened: OpenedFile) -> api.MemberListResponse:
    """Return the members in the order of their ids."""
    found = [_member(key, value) for key, value in opened.model.buckets.items(_MEMBERS)]
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
    """Whether the file's own member, if it is known, has no vote."""
    own = opened.identity.member_id
    return any(own == member.ID and member.isLearner for member in stored_members(opened).members)


def _id(member: api.Member) -> int:
    return member.ID


def _take_header(response: Any, opened: OpenedFile) -> None:
    response.header.ParseFromString(opened.header.encode())


def _member(key: bytes, value: bytes) -> api.Member:
    try:
        fields = json.loads(value)
        return api.Member(
            ID=int(key, 16),
            name=fields.get("name", ""),
            peerURLs=fields.get("peerURLs") or [],
            clientURLs=fields.get("clientURLs") or [],
            isLearner=bool(fields.get("isLearner")),
        )
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise DamagedSnapshot(f"the database is damaged: member {key!r}: {error}") from error
