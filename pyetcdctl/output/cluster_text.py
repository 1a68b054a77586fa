"""Cluster results as etcdctl's plain lines."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

from pyetcdctl.cluster_results import (
    Alarms,
    ClusterResult,
    DefragPlan,
    DowngradeStep,
    HealthReport,
    LeaderMoved,
    MemberAdded,
    MemberChanged,
)
from pyetcdctl.output.cluster_rows import rows_of, took
from pyetcdctl.output.columns import aligned
from pyetcdctl.output.quoting import go_quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

ALARM_NAMES = ("NONE", "NOSPACE", "CORRUPT")


@singledispatch
def text_of(result: ClusterResult) -> str:
    """Return the result's lines: the rows of its table, joined."""
    return "".join(f"{', '.join(row)}\n" for row in rows_of(result).rows)


@text_of.register(DefragPlan)
def _defrag_plan(result: DefragPlan) -> str:
    table = rows_of(result)
    heads = [title.upper() for title in table.titles]
    return aligned([heads, *table.rows]).decode()


@text_of.register(HealthReport)
def _health(result: HealthReport) -> str:
    """Write the healthy endpoints: the others are messages, not data."""
    return "".join(
        f"{row.endpoint} is healthy: successfully committed proposal: took = {took(row)}\n"
        for row in result.endpoints
        if row.healthy
    )


@text_of.register(MemberAdded)
def _added(result: MemberAdded) -> str:
    member, header = result.response.member, result.response.header
    learner = " as learner" if member.isLearner else ""
    urls = ",".join(_initial_cluster(result))
    return (
        f"Member {member.ID:>16x} added{learner} to cluster {header.cluster_id:>16x}\n\n"
        f"ETCD_NAME={_quoted(result.name)}\n"
        f"ETCD_INITIAL_CLUSTER={_quoted(urls)}\n"
        f"ETCD_INITIAL_ADVERTISE_PEER_URLS={_quoted(result.peer_urls)}\n"
        'ETCD_INITIAL_CLUSTER_STATE="existing"\n'
    )


@text_of.register(MemberChanged)
def _changed(result: MemberChanged) -> str:
    cluster_id = result.response.header.cluster_id
    return f"Member {result.member_id:>16x} {result.change} cluster {cluster_id:>16x}\n"


@text_of.register(Alarms)
def _alarms(result: Alarms) -> str:
    return "".join(
        f"memberID:{alarm.memberID} alarm:{alarm_name(alarm.alarm)}\n"
        for alarm in result.response.alarms
    )


@text_of.register(LeaderMoved)
def _moved(result: LeaderMoved) -> str:
    return f"Leadership transferred from {result.before:x} to {result.after:x}\n"


@text_of.register(DowngradeStep)
def _downgrade(result: DowngradeStep) -> str:
    return f"Downgrade {result.action} success, cluster version {result.response.version}\n"


def alarm_name(number: int) -> str:
    """Return an alarm's name; one that is newer than this program is a number."""
    return ALARM_NAMES[number] if number < len(ALARM_NAMES) else str(number)


def _initial_cluster(result: MemberAdded) -> Iterator[str]:
    for member in result.response.members:
        name = result.name if member.ID == result.response.member.ID else member.name
        yield from (f"{name}={url}" for url in member.peerURLs)


def _quoted(text: str) -> str:
    return go_quoted(text.encode("utf-8", "surrogateescape"))
