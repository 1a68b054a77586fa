"""The catalogue of checks: what each measures, in which unit, and which command to run next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What a check's value is counted in."""

    FAULT = "fault"
    """1 where the fault is there, 0 where it is not."""
    SECONDS = "s"
    SHARE = "share"
    BYTES = "bytes"
    COUNT = "count"
    PER_SECOND = "per second"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Check:
    """One check; ``next`` may name ``{endpoint}``, ``{endpoints}`` and ``{subject}``."""

    title: str
    unit: Unit
    next: str


_STATUS = "pyetcdctl endpoint status --cluster -w table"
_HEALTH = "pyetcdctl endpoint health --endpoints {endpoint}"
_MEMBERS = "pyetcdctl member list -w table"
_LOAD = "pyetcdctl check perf --load s --auto-compact"
_FULL = "pyetcdctl recover nospace --dry-run"
_DEFRAG = "pyetcdctl defrag --cluster --dry-run"
_HASHES = "pyetcdctl endpoint hashkv --cluster -w table"
_CERTS = "kubeadm certs check-expiration"

CHECKS = {
    "member-down": Check("member cannot be reached", Unit.FAULT, _HEALTH),
    "member-unstarted": Check("member was added and never started", Unit.FAULT, _MEMBERS),
    "member-lists": Check("member has another list of members", Unit.FAULT, _MEMBERS),
    "cluster-id": Check("member belongs to another cluster", Unit.FAULT, _STATUS),
    "zombie-record": Check("record of a member that was removed", Unit.FAULT, _MEMBERS),
    "learner-record": Check("record of a voter as a learner", Unit.FAULT, _MEMBERS),
    "peer-url": Check("peer URL leads nowhere", Unit.FAULT, _MEMBERS),
    "peer-send-failures": Check("messages to peers that failed", Unit.PER_SECOND, _MEMBERS),
    "learner": Check("member is a learner", Unit.FAULT, _STATUS),
    "learner-stuck": Check("learner does not catch up", Unit.FAULT, _MEMBERS),
    "quorum": Check("members that can be reached are not a quorum", Unit.FAULT, _STATUS),
    "leader": Check("member has no leader", Unit.FAULT, _STATUS),
    "leader-changes": Check("changes of the leader", Unit.COUNT, _STATUS),
    "consistent-read": Check("linearizable read through the member", Unit.FAULT, _HEALTH),
    "raft-lag": Check("entries behind the leader", Unit.COUNT, _STATUS),
    "unapplied-entries": Check("committed entries not applied yet", Unit.COUNT, _STATUS),
    "failed-proposals": Check("proposals that failed", Unit.PER_SECOND, _STATUS),
    "version-skew": Check("members run different releases", Unit.FAULT, _STATUS),
    "nospace-alarm": Check("alarm NOSPACE is on", Unit.FAULT, _FULL),
    "corrupt-alarm": Check("alarm CORRUPT is on", Unit.FAULT, _HASHES),
    "status-errors": Check("errors that the member reports", Unit.FAULT, _STATUS),
    "quota-used": Check("size of the database, of the quota", Unit.SHARE, _DEFRAG),
    "quota-predicted": Check("size in 4 hours, of the quota", Unit.SHARE, _DEFRAG),
    "growth": Check(
        "pace of a short window, of the quota", Unit.SHARE, "pyetcdctl doctor --for 5m"
    ),
    "in-use": Check("bytes in use, of the file", Unit.SHARE, _DEFRAG),
    "in-use-bytes": Check("bytes in use", Unit.BYTES, _DEFRAG),
    "wal-fsync-p99": Check("p99 of the WAL's fsync", Unit.SECONDS, _LOAD),
    "backend-commit-p99": Check("p99 of the database's commit", Unit.SECONDS, _LOAD),
    "peer-round-trip-p99": Check("p99 of the round trip to a peer", Unit.SECONDS, _STATUS),
    "failed-calls": Check("calls that failed", Unit.SHARE, _HEALTH),
    "calls": Check("calls", Unit.PER_SECOND, _HEALTH),
    "call-p99": Check("p99 of calls", Unit.SECONDS, _LOAD),
    "slow-applies": Check("entries applied slowly", Unit.COUNT, _LOAD),
    "slow-reads": Check("linearizable reads that waited", Unit.COUNT, _LOAD),
    "late-heartbeats": Check("heartbeats sent late", Unit.COUNT, _LOAD),
    "descriptors-used": Check("file descriptors in use, of the limit", Unit.SHARE, _STATUS),
    "clock": Check("distance of the clocks", Unit.SECONDS, "timedatectl timesync-status"),
    "restarted": Check("member was restarted during the examination", Unit.FAULT, _STATUS),
    "hash": Check("members hold different keys", Unit.FAULT, _HASHES),
    "certificate": Check("days until the certificate ends", Unit.DAYS, _CERTS),
    "authority": Check("days until the CA's certificate ends", Unit.DAYS, _CERTS),
    "auth-off": Check("users exist and authentication is off", Unit.FAULT, "pyetcdctl user list"),
    "auth-rights": Check("examination without root", Unit.FAULT, "pyetcdctl doctor --user root"),
    "auth-root": Check(
        "user root is missing or lacks the role root", Unit.FAULT, "pyetcdctl user get root"
    ),
    "compaction-age": Check(
        "time since the API server's last compaction",
        Unit.SECONDS,
        "pyetcdctl get compact_rev_key -w fields",
    ),
    "largest-value": Check(
        "largest value, of the request limit", Unit.SHARE, "pyetcdctl tree --sizes"
    ),
    "plain-values": Check(
        "values not encrypted", Unit.FAULT, "pyetcdctl kubernetes encryption status"
    ),
    "unencrypted": Check(
        "Secrets without encryption at rest", Unit.FAULT, "pyetcdctl kubernetes encryption status"
    ),
    "stale-encryption": Check(
        "values encrypted by an older key", Unit.FAULT, "pyetcdctl kubernetes encryption status"
    ),
    "upgrade-version": Check(
        "release before the upgrade", Unit.FAULT, "pyetcdctl endpoint status --cluster -w table"
    ),
    "upgrade-learner": Check("learners before the upgrade", Unit.FAULT, _MEMBERS),
    "upgrade-flag": Check("flags that the new release refuses", Unit.FAULT, "pyetcdctl discover"),
    "removed-versions": Check(
        "objects stored in a version that the next release cannot read",
        Unit.FAULT,
        "pyetcdctl kubernetes versions",
    ),
}
