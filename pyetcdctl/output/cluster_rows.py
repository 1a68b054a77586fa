"""Cluster results as titles and rows; a table draws them, the simple format joins the rows."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any, NamedTuple

from pyetcdctl.cluster_results import (
    DefragPlan,
    EndpointStatus,
    HashReport,
    HealthReport,
    MemberList,
    StatusReport,
)
from pyetcdctl.go_durations import write_duration
from pyetcdctl.output import unsupported
from pyetcdctl.output.units import decimal_size

if TYPE_CHECKING:
    from pyetcdctl.cluster_results import EndpointHealth


class Rows(NamedTuple):
    """A table before it is drawn."""

    titles: tuple[str, ...]
    rows: list[tuple[str, ...]]


_DEFRAG = ("order", "member", "endpoint", "role", "size", "to gain", "disk needed", "reason")
_MEMBER = ("ID", "Status", "Name", "Peer Addrs", "Client Addrs", "Is Learner")
_HEALTH = ("endpoint", "health", "took", "error")
_HASH = ("endpoint", "hash", "hash_revision")
_STATUS = (
    "endpoint",
    "ID",
    "version",
    "storage version",
    "db size",
    "in use",
    "percentage not in use",
    "quota",
    "is leader",
    "is learner",
    "raft term",
    "raft index",
    "raft applied index",
    "errors",
    "downgrade target version",
    "downgrade enabled",
)


@singledispatch
def rows_of(result: Any) -> Rows:
    """Return the result's rows. Raises UnsupportedFormat for one that is not a table."""
    raise unsupported("table")


@rows_of.register(MemberList)
def _members(result: MemberList) -> Rows:
    return Rows(
        _MEMBER,
        [
            (
                f"{member.ID:x}",
                "started" if member.name else "unstarted",
                member.name,
                ",".join(member.peerURLs),
                ",".join(member.clientURLs),
                go_bool(member.isLearner),
            )
            for member in result.response.members
        ],
    )


@rows_of.register(DefragPlan)
def _defrag_plan(result: DefragPlan) -> Rows:
    return Rows(
        _DEFRAG,
        [
            (
                str(step.order or "-"),
                step.member.label,
                step.member.endpoint,
                "learner" if step.member.is_learner else _role(step.member.is_leader),
                decimal_size(step.member.size),
                decimal_size(step.member.free if step.order else 0),
                decimal_size(step.member.in_use if step.order else 0),
                step.reason,
            )
            for step in result.steps
        ],
    )


@rows_of.register(HealthReport)
def _health(result: HealthReport) -> Rows:
    return Rows(
        _HEALTH,
        [(row.endpoint, go_bool(row.healthy), took(row), row.error) for row in result.endpoints],
    )


@rows_of.register(StatusReport)
def _statuses(result: StatusReport) -> Rows:
    return Rows(_STATUS, [_status(row) for row in result.endpoints])


@rows_of.register(HashReport)
def _hashes(result: HashReport) -> Rows:
    return Rows(
        _HASH,
        [
            (row.endpoint, str(row.response.hash), str(row.response.hash_revision))
            for row in result.endpoints
        ],
    )


def _role(is_leader: bool) -> str:
    return "leader" if is_leader else "follower"


def go_bool(value: bool) -> str:
    """Write a truth value as Go does."""
    return "true" if value else "false"


def took(row: EndpointHealth) -> str:
    """Write how long the check took; an empty text where no call was made."""
    return "" if row.nanoseconds is None else write_duration(row.nanoseconds)


def _status(row: EndpointStatus) -> tuple[str, ...]:
    response = row.response
    return (
        row.endpoint,
        f"{response.header.member_id:x}",
        response.version,
        response.storageVersion,
        decimal_size(response.dbSize),
        decimal_size(response.dbSizeInUse),
        f"{_unused_percentage(response.dbSize, response.dbSizeInUse)}%",
        decimal_size(response.dbSizeQuota),
        go_bool(0 < response.leader == response.header.member_id),
        go_bool(response.isLearner),
        str(response.raftTerm),
        str(response.raftIndex),
        str(response.raftAppliedIndex),
        ", ".join(response.errors),
        response.downgradeInfo.targetVersion,
        go_bool(response.downgradeInfo.enabled),
    )


def _unused_percentage(size: int, in_use: int) -> int:
    """Return the free bytes of the file; 0 for a server too old to report its size in use."""
    return 100 - in_use * 100 // size if size else 0
