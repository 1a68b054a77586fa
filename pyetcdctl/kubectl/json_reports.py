"""Convert what etcdctl prints only as JSON to the messages of etcd's API.

An etcdctl that is older than its server leaves out the fields that it does not know.
"""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

from pyetcdctl.errors import ResponseMakesNoSense
from pyetcdctl.rpc import etcdserverpb_pb2 as api
from pyetcdctl.rpc.kv import ResponseHeader
from pyetcdctl.rpc.lease import LeasesResponse, LeaseStatus, LeaseTimeToLiveResponse


def status_response(text: bytes) -> bytes:
    """Return the StatusResponse of ``endpoint status -w json``."""
    return _message(api.StatusResponse, _only_row(text)["Status"])


def hash_response(text: bytes) -> bytes:
    """Return the HashKVResponse of ``endpoint hashkv -w json``."""
    return _message(api.HashKVResponse, _only_row(text)["HashKV"])


def leases_response(text: bytes) -> bytes:
    """Return the LeaseLeasesResponse of ``lease list -w json``."""
    found = _parsed(text)
    leases = [LeaseStatus(id=each["id"]) for each in found.get("leases") or ()]
    return LeasesResponse(header=_header(found), leases=leases).encode()


def time_to_live_response(text: bytes) -> bytes:
    """Return the LeaseTimeToLiveResponse of ``lease timetolive -w json``."""
    found = _parsed(text)
    return LeaseTimeToLiveResponse(
        header=_header(found),
        ID=found.get("id", 0),
        TTL=found.get("ttl", 0),
        grantedTTL=found.get("granted-ttl", 0),
        keys=[b64decode(key) for key in found.get("keys") or ()],
    ).encode()


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ResponseMakesNoSense("etcdctl in the pod printed no JSON") from error


def _only_row(text: bytes) -> dict[str, Any]:
    rows = _parsed(text)
    if not isinstance(rows, list) or len(rows) != 1:
        raise ResponseMakesNoSense("etcdctl in the pod did not report on one endpoint")
    row: dict[str, Any] = rows[0]
    return row


def _message(kind: Any, fields: dict[str, Any]) -> bytes:
    known = kind.DESCRIPTOR.fields_by_name
    data: bytes = kind(
        **{name: value for name, value in fields.items() if name in known}
    ).SerializeToString()
    return data


def _header(found: dict[str, Any]) -> ResponseHeader:
    """Return the header whose fields stand beside those of a response about leases."""
    names = ("cluster_id", "member_id", "revision", "raft_term")
    return ResponseHeader(**{name: found[name] for name in names if name in found})
