"""Space: alarms, the database's size against the quota, its growth, and what of it is in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.diagnosis.readings import CLUSTER, Reading, exact, fault, missing, sound
from pyetcdctl.diagnosis.wording import seconds_words, size_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.diagnosis.facts import ClusterFacts, MemberFacts, Status

DEFAULT_QUOTA = 2 * 1024**3
_QUOTA = "etcd_server_quota_backend_bytes"
_SIZE = "etcd_mvcc_db_total_size_in_bytes"
_RECOVER, _USED_BY = "pyetcdctl recover nospace --dry-run", "pyetcdctl du"
_NEARLY_ALL = 0.9
"""The part of a file in use from which on defragmentation does not help."""
_FORECAST_SECONDS = 4 * 3600
_TREND_SECONDS, _SHORTEST_SECONDS = 300, 4
"""The windows from which on growth is a trend, and from which on it is a hint: files grow in steps,
and space that compaction frees is used again.
"""


def space_readings(cluster: ClusterFacts) -> Iterator[Reading]:
    """Yield the readings of alarms and sizes."""
    yield from _alarms(cluster)
    is_full = any(each.name == "NOSPACE" for each in cluster.alarms)
    for member in cluster.members:
        if member.last is not None and member.last.size:
            yield from _sizes(member, member.last, is_full)
            yield from _growth(member, member.last)


def quota_of(member: MemberFacts, status: Status) -> int:
    """Return the quota: from the status, from 3.6 on, or from the metrics; 0 if unknown."""
    if status.quota:
        return status.quota
    reported = member.window.after.total(_QUOTA) if member.window else None
    return int(reported) if reported else 0


def _alarms(cluster: ClusterFacts) -> Iterator[Reading]:
    for kind in ("NOSPACE", "CORRUPT"):
        check = f"{kind.lower()}-alarm"
        raised = [each for each in cluster.alarms if each.name == kind]
        for alarm in raised:
            label = cluster.label(alarm.member_id)
            yield fault(check, label, f"alarm {kind} is on, raised by {label}")
        if not raised:
            yield sound(check, CLUSTER, f"no alarm {kind}")
    for member in cluster.members:
        errors = [
            each for each in (member.last.errors if member.last else ()) if "alarm" not in each
        ]
        for error in errors:
            if "no leader" not in error:
                yield fault("status-errors", member.label, f"{member.label} reports: {error}")


def _sizes(member: MemberFacts, status: Status, is_full: bool) -> Iterator[Reading]:
    quota = quota_of(member, status)
    if quota:
        share = status.size / quota
        text = f"{share:.0%} of the quota: {size_words(status.size)} of {size_words(quota)}"
        next = _RECOVER if is_full else _next_for(status)
        yield exact("quota-used", member.label, share, text=text, next=next)
    else:
        yield missing("quota-used", member.label, "the server does not report its quota")
    if status.in_use:
        share = status.in_use / status.size
        sizes = f"{size_words(status.in_use)} of {size_words(status.size)}"
        text = f"{share:.0%} of the file is in use: {sizes}"
        yield exact("in-use", member.label, share, text=text)
        yield exact("in-use-bytes", member.label, float(status.in_use))


def _next_for(status: Status) -> str:
    """Return what to run where the file has little to return; else the check's own command."""
    return _USED_BY if status.in_use > _NEARLY_ALL * status.size else ""


def _growth(member: MemberFacts, status: Status) -> Iterator[Reading]:
    """Yield the size in four hours at the pace of the window; a short one gives a hint only."""
    quota, window = quota_of(member, status), member.window
    if not quota or window is None:
        return
    before, after = window.before.total(_SIZE), window.after.total(_SIZE)
    if before is None or after is None:
        return
    if window.seconds < _SHORTEST_SECONDS:
        reason = f"a window of {seconds_words(window.seconds)} is too short; --for 10s is enough"
        yield missing("growth", member.label, reason)
        return
    check = "growth" if window.seconds < _TREND_SECONDS else "quota-predicted"
    expected = after + (after - before) / window.seconds * _FORECAST_SECONDS
    share, grown = expected / quota, size_words(after - before)
    text = f"grew by {grown}; at that pace {size_words(max(expected, 0))} in 4 hours"
    yield Reading(check, member.label, share, share, text, None, window.seconds)
