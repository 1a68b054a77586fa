"""Raft: leader, quorum, indexes, proposals, and a linearizable read through each member."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.diagnosis.readings import CLUSTER, counted, exact, fault, missing, sound
from pyetcdctl.diagnosis.wording import seconds_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.diagnosis.facts import ClusterFacts, MemberFacts, Status
    from pyetcdctl.diagnosis.readings import Reading


def raft_readings(cluster: ClusterFacts) -> Iterator[Reading]:
    """Yield the readings of leader, quorum, indexes and proposals."""
    yield from _quorum(cluster)
    for member in cluster.members:
        if member.last is not None:
            yield _leader(cluster, member, member.last)
            yield _unapplied(member, member.last)
            yield from _lag(cluster, member, member.last)
        if member.read is not None:
            yield _read(member)
        yield from _counters(member)
    yield from _terms(cluster)


def _quorum(cluster: ClusterFacts) -> Iterator[Reading]:
    voters = {each.id for each in cluster.voters}
    if not voters:
        return
    reached = {each.listed.id for each in cluster.members if each.listed and not each.failure}
    present, needed = len(reached & voters), len(voters) // 2 + 1
    text = f"{present} of {len(voters)} voting members respond, a quorum is {needed}"
    yield exact("quorum", CLUSTER, float(present < needed), text=text)


def _leader(cluster: ClusterFacts, member: MemberFacts, status: Status) -> Reading:
    if status.leader:
        text = f"follows {cluster.label(status.leader)} in term {status.term}"
        return sound("leader", member.label, text)
    if not status.cluster_id:
        return missing("leader", member.label, "it is not etcd itself: it names no cluster")
    leaders = {other.last.leader for other in cluster.members if other.last} - {0}
    others = ", ".join(cluster.label(each) for each in sorted(leaders))
    text = f"{member.label} has no leader in term {status.term}"
    if leaders:
        text += f", while others follow {others}: it is cut off from them"
    return fault("leader", member.label, text)


def _unapplied(member: MemberFacts, status: Status) -> Reading:
    return exact("unapplied-entries", member.label, float(max(0, status.index - status.applied)))


def _lag(cluster: ClusterFacts, member: MemberFacts, status: Status) -> Iterator[Reading]:
    """Compare the member's index at the end with the highest index at the start."""
    if status.is_learner or not status.leader:
        return
    furthest = max((each.first.index for each in cluster.members if each.first), default=0)
    yield exact("raft-lag", member.label, float(max(0, furthest - status.index)))


def _read(member: MemberFacts) -> Reading:
    read = member.read
    assert read is not None
    if read.refused:
        return missing("consistent-read", member.label, read.refused)
    if read.failure:
        text = f"a linearizable read through {member.label} failed: {read.failure}"
        return fault("consistent-read", member.label, text, endpoint=member.endpoint)
    text = f"a linearizable read took {seconds_words(read.seconds)}"
    return sound("consistent-read", member.label, text)


def _counters(member: MemberFacts) -> Iterator[Reading]:
    window = member.window
    if window is None:
        return
    if window.restarted:
        yield fault("restarted", member.label, f"{member.label} was restarted meanwhile")
    names = {
        "slow-applies": "etcd_server_slow_apply_total",
        "slow-reads": "etcd_server_slow_read_indexes_total",
        "late-heartbeats": "etcd_server_heartbeat_send_failures_total",
    }
    for check, name in names.items():
        increase = window.increase(name)
        if increase is not None:
            yield counted(check, member.label, increase, window.seconds)
    failed = window.increase("etcd_server_proposals_failed_total")
    if failed is not None:
        yield counted("failed-proposals", member.label, failed / window.seconds, window.seconds)


def _terms(cluster: ClusterFacts) -> Iterator[Reading]:
    """Yield how often the leader changed: the most that any member counted."""
    seen = [
        member.window.increase("etcd_server_leader_changes_seen_total") or 0.0
        for member in cluster.members
        if member.window is not None and not member.window.restarted
    ]
    leaders = {
        status.leader
        for member in cluster.members
        for status in (member.first, member.last)
        if status is not None and status.leader
    }
    if seen or leaders:
        changes = max(*seen, float(len(leaders) - 1), 0.0) if seen else float(len(leaders) - 1)
        yield counted("leader-changes", CLUSTER, max(changes, 0.0), cluster.window_seconds)
