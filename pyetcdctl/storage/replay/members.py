"""Apply changes of a cluster's members and its version."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pyetcdctl.rpc.raft import REMOVE_NODE, UPDATE_NODE
from pyetcdctl.rpc.wire import WireError
from pyetcdctl.storage.replay.model import Refused
from pyetcdctl.storage.wal.entries import change_context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.rpc.raft import ConfChange
    from pyetcdctl.rpc.raft_internal import ClusterMemberAttrSetRequest, DowngradeInfoSetRequest
    from pyetcdctl.storage.replay.model import ReplayBuckets

MEMBERS, REMOVED, CLUSTER = b"members", b"members_removed", b"cluster"
_NOT_FOUND = "etcdserver: member not found"
_EXISTS, _URL_EXISTS = "etcdserver: member ID already exist", "etcdserver: Peer URLs already exists"
_REMOVED = "membership: ID removed"
_NO_LEARNER = "etcdserver: can only promote a learner member"


class Members:
    """The members of a model's cluster, as JSON objects with etcd's names."""

    def __init__(self, buckets: ReplayBuckets) -> None:
        self._buckets = buckets

    def voters(self) -> int:
        """Return how many members vote."""
        return sum(not member.get("isLearner") for member in self._all())

    def names(self) -> list[tuple[int, str]]:
        """Return the members' ids and names."""
        return [(int(member["id"]), str(member.get("name", ""))) for member in self._all()]

    def without_client_urls(self) -> list[int]:
        """Return the ids of members that have published no client URLs."""
        return [int(member["id"]) for member in self._all() if not member.get("clientURLs")]

    def apply(self, change: ConfChange) -> None:
        """Apply a change of the members."""
        if self._buckets.get(REMOVED, _name(change.NodeID)) is not None:
            raise Refused(_REMOVED)
        member = self._member(change.NodeID)
        if change.Type == REMOVE_NODE:
            self._remove(change, member)
        elif change.Type == UPDATE_NODE:
            self._update(change, member)
        elif change_context(change).get("isPromote"):
            self._promote(change, member)
        else:
            self._add(change, member)

    def set_attributes(self, request: ClusterMemberAttrSetRequest) -> None:
        """Set what a member publishes of itself; one that was removed meanwhile is passed over."""
        member, attributes = self._member(request.member_ID), request.member_attributes
        if member is not None and attributes is not None:
            member.pop("name", None)
            member.pop("clientURLs", None)
            if attributes.name:
                member["name"] = attributes.name
            if attributes.client_urls:
                member["clientURLs"] = list(attributes.client_urls)
            self._put(member)

    def set_version(self, version: str) -> None:
        """Set the cluster's version."""
        self._buckets.put(CLUSTER, b"clusterVersion", version.encode())

    def set_downgrade(self, request: DowngradeInfoSetRequest) -> None:
        """Record that a downgrade was enabled or canceled."""
        target = request.ver if request.enabled else ""
        value = {"target-version": target, "enabled": request.enabled}
        self._buckets.put(CLUSTER, b"downgrade", _json(value))

    def _add(self, change: ConfChange, member: dict[str, Any] | None) -> None:
        if member is not None:
            raise Refused(_EXISTS)
        context = change_context(change)
        self._check_urls(context, change.NodeID)
        known = ("id", "peerURLs", "isLearner", "name", "clientURLs")
        self._put({name: context[name] for name in known if name in context})

    def _promote(self, change: ConfChange, member: dict[str, Any] | None) -> None:
        if member is None:
            raise Refused(_NOT_FOUND)
        if not member.pop("isLearner", False):
            raise Refused(_NO_LEARNER)
        self._put(member)

    def _update(self, change: ConfChange, member: dict[str, Any] | None) -> None:
        if member is None:
            raise Refused(_NOT_FOUND)
        context = change_context(change)
        self._check_urls(context, change.NodeID)
        member["peerURLs"] = context.get("peerURLs")
        self._put(member)

    def _remove(self, change: ConfChange, member: dict[str, Any] | None) -> None:
        if member is None:
            raise Refused(_NOT_FOUND)
        self._buckets.delete(MEMBERS, _name(change.NodeID))
        self._buckets.put(REMOVED, _name(change.NodeID), b"removed")

    def _check_urls(self, context: dict[str, Any], member_id: int) -> None:
        others = [each for each in self._all() if each.get("id") != member_id]
        urls = {url for each in others for url in _urls(each)}
        if urls & set(_urls(context)):
            raise Refused(_URL_EXISTS)

    def _member(self, member_id: int) -> dict[str, Any] | None:
        encoded = self._buckets.get(MEMBERS, _name(member_id))
        return None if encoded is None else _object(encoded)

    def _all(self) -> Iterator[dict[str, Any]]:
        for _, encoded in self._buckets.items(MEMBERS):
            yield _object(encoded)

    def _put(self, member: dict[str, Any]) -> None:
        if type(member.get("id")) is not int:
            raise WireError("a member has no id")
        self._buckets.put(MEMBERS, _name(member["id"]), _json(member))


def _name(member_id: int) -> bytes:
    return b"%x" % member_id


def _urls(member: dict[str, Any]) -> list[str]:
    urls = member.get("peerURLs")
    return [url for url in urls if isinstance(url, str)] if isinstance(urls, list) else []


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _object(encoded: bytes) -> dict[str, Any]:
    try:
        value = json.loads(encoded)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or not isinstance(value.get("id"), int):
        raise WireError("a member is not a JSON object with an id")
    return value
