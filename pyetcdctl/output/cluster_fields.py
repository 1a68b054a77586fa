"""Cluster results as named fields."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

from pyetcdctl.cluster_results import (
    Alarms,
    ClusterResult,
    EndpointStatus,
    HashReport,
    HealthReport,
    MemberList,
    StatusReport,
)
from pyetcdctl.output import unsupported
from pyetcdctl.output.cluster_rows import go_bool, took
from pyetcdctl.output.cluster_text import alarm_name
from pyetcdctl.output.fields import header_lines
from pyetcdctl.output.quoting import go_quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.rpc.etcdserverpb_pb2 import Member
    from pyetcdctl.settings import OutputSettings


@singledispatch
def fields_of(result: ClusterResult, settings: OutputSettings) -> str:
    """Return the result's lines. Raises UnsupportedFormat for one that has none."""
    raise unsupported("fields")


@fields_of.register(MemberList)
def _members(result: MemberList, settings: OutputSettings) -> str:
    members = result.response.members
    lines = "".join(f"{line}\n" for each in members for line in _member(each, settings))
    return _header(result.response, settings) + lines


def _member(member: Member, settings: OutputSettings) -> Iterator[str]:
    yield f'"ID" : {_id(member.ID, settings)}'
    yield f'"Name" : {_quoted(member.name)}'
    yield from (f'"PeerURL" : {_quoted(url)}' for url in member.peerURLs)
    yield from (f'"ClientURL" : {_quoted(url)}' for url in member.clientURLs)
    yield f'"IsLearner" : {go_bool(member.isLearner)}'
    yield ""


@fields_of.register(Alarms)
def _alarms(result: Alarms, settings: OutputSettings) -> str:
    return _header(result.response, settings) + "".join(
        f'"MemberID" : {_id(alarm.memberID, settings)}\n"AlarmType" : {alarm_name(alarm.alarm)}\n\n'
        for alarm in result.response.alarms
    )


@fields_of.register(HealthReport)
def _health(result: HealthReport, settings: OutputSettings) -> str:
    return "".join(
        f'"Endpoint" : {_quoted(row.endpoint)}\n"Health" : {go_bool(row.healthy)}\n'
        f'"Took" : {took(row)}\n"Error" : {row.error}\n\n'
        for row in result.endpoints
    )


@fields_of.register(StatusReport)
def _statuses(result: StatusReport, settings: OutputSettings) -> str:
    return "".join(_status(row, settings) for row in result.endpoints)


def _status(row: EndpointStatus, settings: OutputSettings) -> str:
    response = row.response
    return (
        f"{_header(response, settings)}"
        f'"Version" : {_quoted(response.version)}\n'
        f'"StorageVersion" : {_quoted(response.storageVersion)}\n'
        f'"DBSize" : {response.dbSize}\n'
        f'"DBSizeInUse" : {response.dbSizeInUse}\n'
        f'"DBSizeQuota" : {response.dbSizeQuota}\n'
        f'"Leader" : {response.leader}\n'
        f'"IsLearner" : {go_bool(response.isLearner)}\n'
        f'"RaftIndex" : {response.raftIndex}\n'
        f'"RaftAppliedIndex" : {response.raftAppliedIndex}\n'
        f'"Errors" : [{" ".join(response.errors)}]\n'
        f'"Endpoint" : {_quoted(row.endpoint)}\n'
        f'"DowngradeTargetVersion" : {_quoted(response.downgradeInfo.targetVersion)}\n'
        f'"DowngradeEnabled" : {go_bool(response.downgradeInfo.enabled)}\n\n'
    )


@fields_of.register(HashReport)
def _hashes(result: HashReport, settings: OutputSettings) -> str:
    return "".join(
        f"{_header(row.response, settings)}"
        f'"Endpoint" : {_quoted(row.endpoint)}\n"Hash" : {row.response.hash}\n'
        f'"HashRevision" : {row.response.hash_revision}\n\n'
        for row in result.endpoints
    )


def _header(response: Any, settings: OutputSettings) -> str:
    return header_lines(response.header, settings)


def _id(number: int, settings: OutputSettings) -> str:
    return f"{number:x}" if settings.hex else str(number)


def _quoted(text: str) -> str:
    return go_quoted(text.encode("utf-8", "surrogateescape"))
