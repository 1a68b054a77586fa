"""The whole examination: judge the facts of a cluster by rules, and make a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.diagnosis.certificates import certificate_readings
from pyetcdctl.diagnosis.consistency import consistency_readings
from pyetcdctl.diagnosis.findings import Report
from pyetcdctl.diagnosis.judging import judge
from pyetcdctl.diagnosis.kubernetes import kubernetes_readings
from pyetcdctl.diagnosis.latency import latency_readings
from pyetcdctl.diagnosis.members import member_readings
from pyetcdctl.diagnosis.processes import process_readings
from pyetcdctl.diagnosis.raft import raft_readings
from pyetcdctl.diagnosis.space import space_readings
from pyetcdctl.diagnosis.upgrading import upgrade_readings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pyetcdctl.diagnosis.facts import ClusterFacts
    from pyetcdctl.diagnosis.readings import Reading
    from pyetcdctl.diagnosis.rules import Rules


def examine(cluster: ClusterFacts, rules: Rules, now: datetime) -> Report:
    """Judge all facts."""
    verdicts = tuple(judge(readings(cluster, now), rules))
    return Report(verdicts, len(cluster.members), cluster.window_seconds, rules.name)


def readings(cluster: ClusterFacts, now: datetime) -> Iterator[Reading]:
    """Yield the readings of all subjects."""
    yield from member_readings(cluster)
    yield from raft_readings(cluster)
    yield from space_readings(cluster)
    yield from latency_readings(cluster)
    yield from process_readings(cluster)
    yield from certificate_readings(cluster, now)
    yield from consistency_readings(cluster)
    yield from kubernetes_readings(cluster)
    yield from upgrade_readings(cluster)
