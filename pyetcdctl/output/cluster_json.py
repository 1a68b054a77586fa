"""Results about the cluster as Go's encoding/json writes etcd's messages."""

from __future__ import annotations

import json
from binascii import b2a_base64
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from pyetcdctl.cluster_results import (
    ClusterResult,
    DefragPlan,
    HashReport,
    HealthReport,
    MemberAdded,
    MemberChanged,
    MemberList,
    StatusReport,
)
from pyetcdctl.output.cluster_rows import took
from pyetcdctl.output.quoting import json_string

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.cluster_results import EndpointHealth


@singledispatch
def json_of(result: ClusterResult, hex_ids: bool) -> str:
    """Return the result's JSON: that of the server's response."""
    return json_object(_response(result))


@json_of.register(MemberList)
@json_of.register(MemberAdded)
@json_of.register(MemberChanged)
def _members(result: MemberList | MemberAdded | MemberChanged, hex_ids: bool) -> str:
    """Write the members; with hexadecimal ids an empty list is written, too."""
    members = json_members(result.response, hex_ids=hex_ids)
    if hex_ids and not result.response.members:
        members.append('"members":[]')
    return f"{{{','.join(members)}}}"


@json_of.register(DefragPlan)
def _defrag_plan(result: DefragPlan, hex_ids: bool) -> str:
    return json.dumps(
        [
            {
                "order": step.order,
                "member": step.member.label,
                "endpoint": step.member.endpoint,
                "isLeader": step.member.is_leader,
                "isLearner": step.member.is_learner,
                "size": step.member.size,
                "gain": step.member.free if step.order else 0,
                "diskNeeded": step.member.in_use if step.order else 0,
                "reason": step.reason,
            }
            for step in result.steps
        ],
        separators=(",", ":"),
    )


@json_of.register(HealthReport)
def _health(result: HealthReport, hex_ids: bool) -> str:
    return _array([_endpoint_health(row) for row in result.endpoints])


@json_of.register(StatusReport)
def _statuses(result: StatusReport, hex_ids: bool) -> str:
    return _array([_endpoint(row, "Status") for row in result.endpoints])


@json_of.register(HashReport)
def _hashes(result: HashReport, hex_ids: bool) -> str:
    return _array([_endpoint(row, "HashKV") for row in result.endpoints])


def _array(items: Sequence[str]) -> str:
    """Join a list; Go writes a nil one as null."""
    return f"[{','.join(items)}]" if items else "null"


def _endpoint(row: Any, name: str) -> str:
    return f'{{"Endpoint":{json_string(row.endpoint)},"{name}":{json_object(row.response)}}}'


def _endpoint_health(row: EndpointHealth) -> str:
    error = f',"error":{json_string(row.error)}' if row.error else ""
    healthy = "true" if row.healthy else "false"
    return (
        f'{{"endpoint":{json_string(row.endpoint)},"health":{healthy},'
        f'"took":{json_string(took(row))}{error}}}'
    )


def _response(result: Any) -> Any:
    return result.response


_ID_FIELDS = frozenset({"cluster_id", "member_id", "ID"})


def json_members(message: Any, *, hex_ids: bool = False) -> list[str]:
    """Return a message's members, empty ones left out.

    With ``hex_ids`` ids are hexadecimal strings, and never left out.
    """
    members = []
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if hex_ids and field.name in _ID_FIELDS:
            members.append(f'"{field.name}":"{value:x}"')
        elif _is_present(message, field, value):
            members.append(f'"{field.name}":{_json_value(value, hex_ids)}')
    return members


def json_object(message: Any, *, hex_ids: bool = False) -> str:
    """Return a message as an object."""
    return f"{{{','.join(json_members(message, hex_ids=hex_ids))}}}"


def _is_present(message: Any, field: Any, value: Any) -> bool:
    return bool(message.HasField(field.name) if _is_message(value) else value)


def _json_value(value: Any, hex_ids: bool) -> str:
    if _is_message(value):
        return json_object(value, hex_ids=hex_ids)
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return json_string(value)
        case bytes():
            return f'"{b2a_base64(value, newline=False).decode()}"'
        case _:
            return f"[{','.join(_json_value(item, hex_ids) for item in value)}]"


def _is_message(value: Any) -> bool:
    return hasattr(value, "DESCRIPTOR")
