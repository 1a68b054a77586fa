"""The request in an entry: its operation, its subject, and the member that proposed it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.rpc.raft import ADD_LEARNER, ADD_NODE, REMOVE_NODE, UPDATE_NODE
from pyetcdctl.rpc.raft_internal import (
    ClusterMemberAttrSetRequest,
    ClusterVersionSetRequest,
    MemberAttributes,
    RequestHeader,
)
from pyetcdctl.rpc.wire import WireError
from pyetcdctl.storage.wal.entries import change_context
from pyetcdctl.storage.wal.transactions import (
    DELETE,
    PUT,
    RANGE,
    TXN,
    LoggedStep,
    Transaction,
    delete_at,
    length_at,
    put_at,
    transaction_at,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.rpc.raft import ConfChange
    from pyetcdctl.rpc.raft_internal import StoreRequest
    from pyetcdctl.rpc.wire import Message
    from pyetcdctl.storage.wal.entries import WalEntry

NEW_LEADER, UNKNOWN = "new leader", "unknown"
MEMBER_ATTRIBUTES, CLUSTER_VERSION = "member attributes", "cluster version"
MEMBER_ADD, MEMBER_PROMOTE = "member add", "member promote"
MEMBER_REMOVE, MEMBER_UPDATE = "member remove", "member update"
_CHANGES = {
    ADD_NODE: MEMBER_ADD,
    ADD_LEARNER: MEMBER_ADD,
    REMOVE_NODE: MEMBER_REMOVE,
    UPDATE_NODE: MEMBER_UPDATE,
}
_NAMES = {
    "auth_user_change_password": "user passwd",
    "cluster_version_set": CLUSTER_VERSION,
    "cluster_member_attr_set": MEMBER_ATTRIBUTES,
    "downgrade_info_set": "downgrade",
}
_HEADER_TAGS = b"\xa2\x06"


class Operation(NamedTuple):
    """The operation of an entry."""

    name: str
    transaction: Transaction | None = None
    """The operations on keys, if the request is about keys."""
    message: Message | None = None
    """The request of any other kind."""
    encoded_header: bytes = b""
    request_id: int = 0
    """The id of a request without a header."""

    @property
    def header(self) -> RequestHeader:
        """The header with the proposer; empty where the entry has none. Raises WireError."""
        if self.request_id:
            return RequestHeader(ID=self.request_id)
        return RequestHeader.decode(self.encoded_header)


_NEW_LEADER = Operation(NEW_LEADER)


def operation_of(entry: WalEntry) -> Operation:
    """Return the operation of an entry; its name is "unknown" where that cannot be decoded."""
    if not entry.data and not entry.kind:
        return _NEW_LEADER
    try:
        return (not entry.kind and _usual(entry.data)) or _unusual(entry)
    except WireError:
        return Operation(UNKNOWN)


def _usual(data: bytes) -> Operation | None:
    """Parse a request about keys with its header after it; None for other requests."""
    known = _KEY_REQUESTS.get(data[0])
    if known is None:
        return None
    name, read = known
    try:
        size, at = length_at(data, 1)
        end = at + size
        transaction = read(data, at, end)
        if data[end : end + 2] != _HEADER_TAGS:
            return None
        size, at = length_at(data, end + 2)
    except IndexError:
        return None
    if at + size != len(data):
        return None
    return Operation(name, transaction, None, data[at:])


def _put(data: bytes, at: int, end: int) -> Transaction:
    return Transaction((), (put_at(data, at, end),))


def _delete(data: bytes, at: int, end: int) -> Transaction:
    return Transaction((), (delete_at(data, at, end),))


_KEY_REQUESTS: dict[int, tuple[str, Callable[[bytes, int, int], Transaction]]] = {
    0x22: (PUT, _put),
    0x2A: (DELETE, _delete),
    0x32: (TXN, transaction_at),
}


def _unusual(entry: WalEntry) -> Operation:
    if (change := entry.change) is not None:
        return _of_change(change)
    if (stored := entry.store_request) is not None:
        return _of_store(stored)
    request = entry.request
    if request is None:
        return Operation(UNKNOWN)
    header = b"" if request.header is None else request.header.encode()
    asked = [field for field in request.FIELDS[1:] if field.name in request.__dict__]
    for field in asked:
        if field.name != "header":
            return _of_request(field.name, getattr(request, field.name), header)
    return Operation(UNKNOWN, encoded_header=header)


def _of_request(field: str, message: Message, header: bytes) -> Operation:
    """Return the operation of a request; one about keys only where its fields are in an unusual
    order.
    """
    if field in _READERS:
        name, read = _READERS[field]
        encoded = message.encode()
        try:
            return Operation(name, read(encoded, 0, len(encoded)), None, header)
        except IndexError:
            raise WireError("the request ends inside a field") from None
    name = _NAMES.get(field, field.removeprefix("auth_").replace("_", " "))
    if field.startswith("auth_") and name in ("enable", "disable", "status"):
        name = f"auth {name}"
    return Operation(name, None, message, header)


def _of_change(change: ConfChange) -> Operation:
    name = _CHANGES.get(change.Type, UNKNOWN)
    if name == MEMBER_ADD and change_context(change).get("isPromote"):
        name = MEMBER_PROMOTE
    return Operation(name, None, change, request_id=change.ID)


def _of_store(request: StoreRequest) -> Operation:
    """Return the operation of a request of the v2 API: 3.4 and 3.5 set two things by it."""
    match request.Path.strip("/").split("/"):
        case ["0", "members", member, "attributes"]:
            return _of_attributes(request, member)
        case ["0", "version"]:
            message = ClusterVersionSetRequest(ver=request.Val)
            return Operation(CLUSTER_VERSION, None, message, request_id=request.ID)
    # The health check of 3.4 is one: a QGET.
    return Operation(f"v2 {request.Method.lower()}", None, request, request_id=request.ID)


def _of_attributes(request: StoreRequest, member: str) -> Operation:
    try:
        values = json.loads(request.Val)
        attributes = MemberAttributes(name=values["name"], client_urls=values["clientURLs"] or ())
        message = ClusterMemberAttrSetRequest(
            member_ID=int(member, 16), member_attributes=attributes
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        raise WireError("a member's attributes cannot be read") from None
    return Operation(MEMBER_ATTRIBUTES, None, message, request_id=request.ID)


def _range(data: bytes, at: int, end: int) -> Transaction:
    asked = RangeRequest.decode(data[at:end])
    return Transaction(
        (), (LoggedStep(RANGE, asked.key, asked.range_end, revision=asked.revision),)
    )


_READERS: dict[str, tuple[str, Callable[[bytes, int, int], Transaction]]] = {
    "range": (RANGE, _range),
    "put": (PUT, _put),
    "delete_range": (DELETE, _delete),
    "txn": (TXN, transaction_at),
}
