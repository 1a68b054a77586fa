"""Latency and failures from two scrapes: disk, peers, calls."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pyetcdctl.diagnosis.readings import Reading, missing, of_quantile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.diagnosis.facts import ClusterFacts, MemberFacts
    from pyetcdctl.diagnosis.windows import Window

_HANDLED = "grpc_server_handled_total"
_HANDLING = "grpc_server_handling_seconds"
_ROUND_TRIP = "etcd_network_peer_round_trip_time_seconds"
_DISK = {
    "wal-fsync-p99": "etcd_disk_wal_fsync_duration_seconds",
    "backend-commit-p99": "etcd_disk_backend_commit_duration_seconds",
}
_FAILED_CODES = (
    *("Unknown", "FailedPrecondition", "ResourceExhausted", "Internal", "Unavailable"),
    *("DataLoss", "DeadlineExceeded"),
)
_P99 = 0.99


def latency_readings(cluster: ClusterFacts) -> Iterator[Reading]:
    """Yield the readings of latencies and of failed calls."""
    for member in cluster.members:
        if member.failure:
            continue
        if member.window is None:
            for check in (*_DISK, "failed-calls"):
                yield missing(check, member.label, f"no metrics: {member.window_failure}")
            continue
        yield from _disk(member, member.window)
        yield from _round_trips(cluster, member, member.window)
        yield from _failed_calls(member, member.window)
        yield from _slow_calls(member, member.window)


def _disk(member: MemberFacts, window: Window) -> Iterator[Reading]:
    for check, name in _DISK.items():
        histogram = window.histogram(name)
        if histogram is not None:
            yield of_quantile(check, member.label, histogram.quantile(_P99), window.seconds)


def _round_trips(cluster: ClusterFacts, member: MemberFacts, window: Window) -> Iterator[Reading]:
    listed = {f"{each.id:x}" for each in cluster.listed}
    for peer in window.after.label_values(f"{_ROUND_TRIP}_bucket", "To"):
        histogram = window.histogram(_ROUND_TRIP, To=peer)
        if histogram is not None and peer in listed:
            subject = f"{member.label}/{cluster.label(int(peer, 16))}"
            quantile = histogram.quantile(_P99)
            yield of_quantile("peer-round-trip-p99", subject, quantile, window.seconds)


def _failed_calls(member: MemberFacts, window: Window) -> Iterator[Reading]:
    """Yield the share of failed calls for each method with enough of them, the rest together."""
    calls, failed = Counter[str](), Counter[str]()
    for (method, code), increase in window.increases(_HANDLED, "grpc_method", "grpc_code").items():
        calls[method] += round(increase)
        failed[method] += round(increase) if code in _FAILED_CODES else 0
    many = sorted(method for method, count in calls.items() if count >= 100)
    for method in many:
        yield from _share(f"{member.label}/{method}", calls[method], failed[method], window.seconds)
    few = [method for method in calls if method not in many]
    few_failed = sum(failed[method] for method in few)
    if not many or few_failed:
        few_calls = sum(calls[method] for method in few)
        yield from _share(member.label, few_calls, few_failed, window.seconds)


def _share(subject: str, calls: int, failed: int, seconds: float) -> Iterator[Reading]:
    share = failed / calls if calls else 0.0
    text = f"{failed:,} of {calls:,} calls failed"
    yield Reading("failed-calls", subject, share, share, text, calls, seconds)
    yield Reading("calls", subject, calls / seconds, calls / seconds, seconds=seconds)


def _slow_calls(member: MemberFacts, window: Window) -> Iterator[Reading]:
    """Yield the p99 of unary methods; etcd has this histogram with --metrics=extensive only."""
    for method in window.after.label_values(f"{_HANDLING}_bucket", "grpc_method"):
        if method == "Defragment":
            continue
        histogram = window.histogram(_HANDLING, grpc_method=method, grpc_type="unary")
        quantile = histogram.quantile(_P99) if histogram else None
        if quantile is not None:
            yield of_quantile("call-p99", f"{member.label}/{method}", quantile, window.seconds)
