"""Growth is judged by the window: a trend from five minutes on, a hint from five seconds on."""

from datetime import UTC, datetime

import pytest

from pyetcdctl.diagnosis.examination import examine
from pyetcdctl.diagnosis.facts import ClusterFacts, MemberFacts, Status
from pyetcdctl.diagnosis.findings import Finding, Passed, Unjudged
from pyetcdctl.diagnosis.metrics import parse_metrics
from pyetcdctl.diagnosis.rules import built_in
from pyetcdctl.diagnosis.windows import Window

MB = 1_000_000
QUOTA = 2000 * MB


def scrape(size):
    lines = (f"etcd_mvcc_db_total_size_in_bytes {size}", f"etcd_server_quota_backend_bytes {QUOTA}")
    return parse_metrics("\n".join(lines))


def verdict(seconds, grown):
    size = 1000 * MB
    status = Status(1, 1, 1, 2, 10, 10, "3.5.26", size, size)
    window = Window(scrape(size - grown), scrape(size), seconds)
    member = MemberFacts("etcd-1", "http://c", None, status, status, window=window)
    report = examine(ClusterFacts((member,)), built_in("mixin"), datetime.now(UTC))
    (one,) = [
        each for each in report.verdicts if each.evidence.check in ("growth", "quota-predicted")
    ]
    severity = one.severity.word if isinstance(one, Finding) else ""
    return one.evidence.check, type(one), severity, one.evidence.measured


@pytest.mark.parametrize(
    ("seconds", "grown", "check", "kind", "severity"),
    [
        (600, 45 * MB, "quota-predicted", Finding, "warning"),
        (600, 40 * MB, "quota-predicted", Passed, ""),
        (10, 1 * MB, "growth", Finding, "info"),
        (10, 0, "growth", Passed, ""),
        (10, -5 * MB, "growth", Passed, ""),
        (1, 1 * MB, "growth", Unjudged, ""),
    ],
)
def test_a_pace_that_fills_the_quota_in_four_hours_is_found(seconds, grown, check, kind, severity):
    assert verdict(seconds, grown)[:3] == (check, kind, severity)


def test_the_pace_is_in_words():
    assert verdict(10, 1 * MB)[3] == "grew by 1 MB; at that pace 2.44 GB in 4 hours"
