"""Members: which can be reached, whether their lists agree, learners, releases, old records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.diagnosis.readings import CLUSTER, exact, fault, missing, sound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.diagnosis.facts import ClusterFacts, ListedMember, MemberFacts
    from pyetcdctl.diagnosis.readings import Reading

_SEND_FAILURES = "etcd_network_peer_sent_failures_total"
_REMOVE = "pyetcdctl member remove {id:x}"


def member_readings(cluster: ClusterFacts) -> Iterator[Reading]:
    """Yield the readings of the members."""
    for member in cluster.members:
        yield _reached(member)
        yield from _identity(cluster, member)
        yield from _sending(cluster, member)
        yield from _peer_urls(member)
    yield from _unstarted(cluster)
    yield from _learners(cluster)
    yield _releases(cluster)
    yield from _records(cluster)


def _reached(member: MemberFacts) -> Reading:
    if not member.failure:
        return sound("member-down", member.label, f"{member.endpoint} responds")
    text = f"{member.endpoint} cannot be reached: {member.failure}"
    return fault("member-down", member.label, text, endpoint=member.endpoint)


def _identity(cluster: ClusterFacts, member: MemberFacts) -> Iterator[Reading]:
    """Compare the member's cluster ID and its own list with those of the others."""
    status = member.last
    if status is None:
        return
    ids = {other.last.cluster_id for other in cluster.members if other.last}
    if len(ids) > 1:
        shown = ", ".join(f"{each:x}" for each in sorted(ids))
        yield fault("cluster-id", member.label, f"cluster ID {status.cluster_id:x} of {shown}")
    if member.members is None:
        return
    agreed = frozenset(each.id for each in cluster.listed)
    if member.members == agreed:
        yield sound("member-lists", member.label, f"knows {len(agreed)} members")
        return
    extra, lacking = member.members - agreed, agreed - member.members
    words = [
        f"{text} {cluster.label(each)}"
        for text, ids in (("also knows", extra), ("lacks", lacking))
        for each in sorted(ids)
    ]
    yield fault("member-lists", member.label, f"its list of members {', '.join(words)}")


def _sending(cluster: ClusterFacts, member: MemberFacts) -> Iterator[Reading]:
    """Yield the rate of failed messages to each peer that responds to clients."""
    window = member.window
    if window is None:
        return
    down = {other.listed.id for other in cluster.members if other.failure and other.listed}
    down |= {each.id for each in cluster.listed if not each.name}
    for peer in window.after.label_values(_SEND_FAILURES, "To"):
        peer_id = int(peer, 16)
        increase = window.increase(_SEND_FAILURES, To=peer)
        if peer_id in down or increase is None or not _is_listed(cluster, peer_id):
            continue
        rate = increase / window.seconds
        words = f"{increase:,.0f} messages to {cluster.label(peer_id)} failed ({rate:.3g}/s)"
        subject = f"{member.label}/{cluster.label(peer_id)}"
        yield exact("peer-send-failures", subject, rate, text=words)


def _is_listed(cluster: ClusterFacts, member_id: int) -> bool:
    return any(each.id == member_id for each in cluster.listed)


def _peer_urls(member: MemberFacts) -> Iterator[Reading]:
    for failure in member.peer_url_failures:
        yield fault("peer-url", member.label, failure)


def _unstarted(cluster: ClusterFacts) -> Iterator[Reading]:
    for each in cluster.listed:
        if not each.name:
            text = f"member {each.id:x} at {', '.join(each.peer_urls)} was never started"
            check = "learner-stuck" if each.is_learner else "member-unstarted"
            yield fault(check, each.label, text, next=_REMOVE.format(id=each.id))


def _learners(cluster: ClusterFacts) -> Iterator[Reading]:
    leader = max((each.first.index for each in cluster.members if each.first), default=0)
    for member in cluster.members:
        listed = member.listed
        if listed is None or not listed.is_learner or not listed.name:
            continue
        yield _learner(member, listed, leader)


def _learner(member: MemberFacts, listed: ListedMember, leader_index: int) -> Reading:
    """Judge a learner by whether it reached, in the window, the leader's index at its start."""
    if member.last is None:
        text = f"learner {listed.label} does not respond and cannot catch up"
        return fault("learner-stuck", member.label, text, next=_REMOVE.format(id=listed.id))
    behind = leader_index - member.last.index
    if behind > 0:
        text = f"learner {listed.label} is {behind:,} entries behind and does not catch up"
        return fault("learner-stuck", member.label, text, next=_REMOVE.format(id=listed.id))
    text = f"learner {listed.label} has caught up and does not vote"
    return fault("learner", member.label, text, next=f"pyetcdctl member promote {listed.id:x}")


def _releases(cluster: ClusterFacts) -> Reading:
    releases: dict[str, list[str]] = {}
    for member in cluster.members:
        if member.last:
            release = ".".join(member.last.version.split(".")[:2])
            releases.setdefault(release, []).append(f"{member.label} {member.last.version}")
    words = "; ".join(", ".join(names) for _, names in sorted(releases.items()))
    if not releases:
        return missing("version-skew", CLUSTER, "no member responds")
    return exact("version-skew", CLUSTER, float(len(releases) > 1), text=f"versions: {words}")


def _records(cluster: ClusterFacts) -> Iterator[Reading]:
    """Compare the buckets of a local database with the member list."""
    records = cluster.records
    if records is None or not cluster.listed:
        return
    agreed = frozenset(each.id for each in cluster.listed)
    for each in sorted(records.members - agreed):
        text = f"{records.place} has a record of member {each:x}, which the member list lacks"
        yield fault("zombie-record", CLUSTER, text)
    voters = frozenset(each.id for each in cluster.voters)
    for each in sorted(records.learners & voters):
        text = f"{records.place} has {cluster.label(each)}, which votes, as a learner"
        yield fault("learner-record", CLUSTER, text)
    if records.members <= agreed:
        yield sound("zombie-record", CLUSTER, f"{records.place} records members of the list only")
