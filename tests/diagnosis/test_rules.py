"""Rules are data with a source; a value between two bounds is judged only where both agree."""

from math import inf

import pytest

from pyetcdctl.diagnosis.checks import CHECKS
from pyetcdctl.diagnosis.examination import judge
from pyetcdctl.diagnosis.findings import Finding, Passed, Report, Severity, Unjudged
from pyetcdctl.diagnosis.readings import Reading, exact, fault, missing, sound
from pyetcdctl.diagnosis.rules import BUILT_IN, built_in, parse_rules
from pyetcdctl.errors import BadArguments

MIXIN = built_in("mixin")


def verdict_on(reading, rules=MIXIN, *others):
    return next(iter(judge([reading, *others], rules)))


def fsync(low, high, samples=500):
    return Reading("wal-fsync-p99", "etcd-1", low, high, samples=samples, seconds=10.0)


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_check_has_a_rule_with_a_source(name):
    rules = built_in(name)
    without = {check for check in CHECKS if not rules.of(check)}
    # These two are only ever a condition of another check's rule.
    assert without == {"calls", "in-use-bytes"}
    assert all(rule.source for each in CHECKS for rule in rules.of(each))


@pytest.mark.parametrize(
    ("low", "high", "severity"),
    [
        (2.048, 4.096, Severity.CRITICAL),
        (1.024, 2.048, Severity.CRITICAL),
        (0.512, 1.024, Severity.WARNING),
        (8.192, inf, Severity.CRITICAL),
        (0.016, 0.032, Severity.INFO),
    ],
)
def test_the_worst_rule_that_certainly_holds_is_the_finding(low, high, severity):
    found = verdict_on(fsync(low, high))
    assert isinstance(found, Finding)
    assert found.severity is severity
    assert found.evidence.samples == 500
    assert found.evidence.window_seconds == 10.0


def test_a_limit_within_the_bucket_is_not_decided():
    found = verdict_on(fsync(0.008, 0.016))
    assert isinstance(found, Unjudged)
    assert "10 ms lies within the bucket" in found.reason
    assert "8 ms to 16 ms" in found.evidence.measured


@pytest.mark.parametrize("samples", [0, 1, 99])
@pytest.mark.parametrize(("low", "high"), [(0.0, 0.001), (4.096, 8.192)])
def test_fewer_than_a_hundred_samples_are_neither_green_nor_a_finding(samples, low, high):
    found = verdict_on(fsync(low, high, samples))
    assert isinstance(found, Unjudged)
    assert found.reason == "too few: a verdict takes 100 samples"


def test_a_hundred_samples_are_enough():
    assert isinstance(verdict_on(fsync(0.0, 0.001, 100)), Passed)


def test_a_value_at_the_limit_is_not_beyond_it():
    assert isinstance(verdict_on(exact("quota-used", "etcd-1", 0.85)), Passed)
    assert verdict_on(exact("quota-used", "etcd-1", 0.9)).severity is Severity.WARNING
    assert verdict_on(exact("quota-used", "etcd-1", 0.96)).severity is Severity.CRITICAL


@pytest.mark.parametrize(("in_use", "verdict"), [(100 << 20, Passed), (101 << 20, Finding)])
def test_a_condition_of_a_rule_is_asked_of_the_same_member(in_use, verdict):
    others = (
        exact("in-use-bytes", "etcd-1", float(in_use)),
        exact("in-use-bytes", "etcd-2", float(1 << 40)),
    )
    assert isinstance(verdict_on(exact("in-use", "etcd-1", 0.4), MIXIN, *others), verdict)


def test_the_profile_decides_how_bad_a_member_that_is_down_is():
    down = fault("member-down", "etcd-2", "gone", endpoint="http://there:1")
    assert verdict_on(down, built_in("mixin")).severity is Severity.WARNING
    found = verdict_on(down, built_in("openshift"))
    assert found.severity is Severity.CRITICAL
    assert found.next == "pyetcdctl endpoint health --endpoints http://there:1"
    assert "OpenShift" in found.source


def test_what_could_not_be_measured_is_not_judged():
    found = verdict_on(missing("quota-used", "etcd-1", "no quota"))
    assert isinstance(found, Unjudged)
    assert found.reason == "no quota"


def test_a_file_of_rules_replaces_those_of_its_checks_and_switches_others_off():
    text = """
    base = "openshift"
    [[rule]]
    check = "in-use"
    below = 0.9
    severity = "critical"
    source = "our handbook"
    [[rule]]
    check = "version-skew"
    above = 0
    severity = "off"
    """
    rules = parse_rules(text, "ours.toml")
    found = verdict_on(exact("in-use", "etcd-1", 0.8), rules)
    assert (found.severity, found.source) == (Severity.CRITICAL, "our handbook: below 90 %")
    assert list(judge([fault("version-skew", "cluster", "3.4 and 3.5")], rules)) == []
    assert verdict_on(exact("quota-used", "etcd-1", 0.66), rules).severity is Severity.INFO


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("rule = 1", "rules are tables"),
        ("base = 'ours'", "base is 'ours'"),
        ("bass = 'mixin'", "unknown name 'bass'"),
        ("[[rule]]\ncheck = 'nonsense'\nabove = 1", "no check 'nonsense'"),
        ("[[rule]]\ncheck = 'in-use'", "needs a number"),
        ("[[rule]]\ncheck = 'in-use'\nabove = 'x'", "needs a number"),
        ("[[rule]]\ncheck = 'in-use'\nabove = 1\nbelow = 2", "needs a number"),
        ("[[rule]]\ncheck = 'in-use'\nabove = 1\nseverity = 'bad'", "severity is 'bad'"),
        ("[[rule]]\ncheck = 'in-use'\nabove = 1\nsevirity = 'off'", "unknown name 'sevirity'"),
        ("[[rule]]\ncheck = 'in-use'\nabove = 1\nalso = 3", "also is a list"),
        ("[[rule]]\ncheck = 'in-use'\nabove = 1\nalso = [{check = 'in-use'}]", "needs a number"),
        ("[[rule", "Expected"),
    ],
)
def test_a_wrong_file_of_rules_is_refused(text, complaint):
    with pytest.raises(BadArguments, match=r"rules ours\.toml: ") as refused:
        parse_rules(text, "ours.toml")
    assert complaint in refused.value.message


def test_a_report_lists_the_worst_first():
    readings = [
        sound("leader", "etcd-1", "follows"),
        fault("learner", "etcd-2", "does not vote"),
        fault("version-skew", "cluster", "skew"),
        fault("quorum", "cluster", "none"),
    ]
    report = Report(tuple(judge(readings, MIXIN)))
    assert [each.evidence.check for each in report.findings] == [
        "quorum",
        "version-skew",
        "learner",
    ]
    assert report.has(Severity.CRITICAL)
    assert len(report.passed) == 1
