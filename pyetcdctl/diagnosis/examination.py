"""The whole examination: judge the facts of a cluster by rules, and make a report.

A rule applied to a reading gives a finding, a pass, or no verdict where the value does not decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.diagnosis.certificates import certificate_readings
from pyetcdctl.diagnosis.checks import CHECKS
from pyetcdctl.diagnosis.consistency import consistency_readings
from pyetcdctl.diagnosis.findings import Evidence, Finding, Passed, Report, Unjudged
from pyetcdctl.diagnosis.kubernetes import kubernetes_readings
from pyetcdctl.diagnosis.latency import latency_readings
from pyetcdctl.diagnosis.members import member_readings
from pyetcdctl.diagnosis.processes import process_readings
from pyetcdctl.diagnosis.raft import raft_readings
from pyetcdctl.diagnosis.space import space_readings
from pyetcdctl.diagnosis.upgrading import upgrade_readings
from pyetcdctl.diagnosis.wording import measured_words, rule_words, value_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from pyetcdctl.diagnosis.facts import ClusterFacts
    from pyetcdctl.diagnosis.findings import Verdict
    from pyetcdctl.diagnosis.readings import Reading
    from pyetcdctl.diagnosis.rules import Limit, Rule, Rules

FEWEST_SAMPLES = 100
"""With fewer samples a p99 is the slowest one, and a share is random."""

_ByPlace = dict[tuple[str, str], "Reading"]


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


def judge(readings: Iterable[Reading], rules: Rules) -> Iterator[Verdict]:
    """Yield the verdict on each reading for which there is a rule."""
    taken = list(readings)
    by_place = {(each.check, each.subject): each for each in taken}
    for reading in taken:
        if applicable := rules.of(reading.check):
            yield _verdict(reading, applicable, by_place)


def _verdict(reading: Reading, rules: tuple[Rule, ...], by_place: _ByPlace) -> Verdict:
    evidence = Evidence(
        reading.check,
        reading.subject,
        measured_words(reading),
        reading.seconds,
        reading.samples,
    )
    if reading.missing:
        return Unjudged(evidence, reading.missing)
    if reading.samples is not None and reading.samples < FEWEST_SAMPLES:
        return Unjudged(evidence, f"too few: a verdict takes {FEWEST_SAMPLES} samples")
    undecided = None
    for rule in rules:
        passed = _is_broken(reading, rule, by_place)
        if passed:
            return _finding(reading, rule, evidence)
        undecided = undecided or (rule if passed is None else None)
    if undecided is None:
        return Passed(evidence)
    limit = value_words(reading.check, undecided.limit.words[1])
    return Unjudged(evidence, f"the limit of {limit} lies within the bucket ({undecided.source})")


def _is_broken(reading: Reading, rule: Rule, by_place: _ByPlace) -> bool | None:
    passed = rule.limit.is_passed(reading.low, reading.high)
    others = [_of_other(limit, reading.subject, by_place) for limit in rule.also]
    if passed is False or False in others:
        return False
    return None if passed is None or None in others else True


def _of_other(
    limit: Limit, subject: str, by_place: Mapping[tuple[str, str], Reading]
) -> bool | None:
    other = by_place.get((limit.check, subject))
    return None if other is None else limit.is_passed(other.low, other.high)


def _finding(reading: Reading, rule: Rule, evidence: Evidence) -> Finding:
    member = reading.subject.partition("/")[0]
    command = reading.next or CHECKS[reading.check].next
    filled = command.replace("{endpoint}", reading.endpoint).replace("{subject}", member)
    assert rule.severity is not None
    return Finding(rule.severity, evidence, rule_words(rule), filled)
