"""What the doctor advises where the quota is nearly used, and how it writes a window."""

from datetime import UTC, datetime

import pytest

from pyetcdctl.diagnosis.examination import examine
from pyetcdctl.diagnosis.facts import Alarm, ClusterFacts, MemberFacts, Status, UpgradeFacts
from pyetcdctl.diagnosis.findings import Finding, Unjudged
from pyetcdctl.diagnosis.rules import built_in
from pyetcdctl.diagnosis.wording import seconds_words

MB = 1_000_000
RECOVER = "pyetcdctl recover nospace --dry-run"


def verdicts(check, in_use=96 * MB, **facts):
    status = Status(1, 1, 1, 2, 10, 10, "3.7.3", 97 * MB, in_use, quota=100 * MB)
    member = MemberFacts("etcd-1", "http://c", None, status, status)
    report = examine(ClusterFacts((member,), **facts), built_in("mixin"), datetime.now(UTC))
    return [each for each in report.verdicts if each.evidence.check == check]


@pytest.mark.parametrize(
    ("in_use", "alarms", "advice"),
    [
        (20 * MB, (), "pyetcdctl defrag --cluster --dry-run"),
        (96 * MB, (), "pyetcdctl du"),
        (96 * MB, (Alarm(1, "NOSPACE"),), RECOVER),
        (20 * MB, (Alarm(1, "NOSPACE"),), RECOVER),
    ],
)
def test_the_advice_for_a_used_quota_frees_space_in_that_state(in_use, alarms, advice):
    (found,) = verdicts("quota-used", in_use, alarms=alarms)
    assert isinstance(found, Finding)
    assert found.next == advice


def test_an_upgrade_to_an_older_release_is_not_judged():
    (found,) = verdicts("upgrade-version", upgrade=UpgradeFacts("3.6", None))
    assert isinstance(found, Unjudged)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.5121, "512 ms"), (0.9994, "999 ms"), (0.9996, "1 s"), (1.02, "1.02 s")],
)
def test_a_duration_has_no_exponent(seconds, words):
    assert seconds_words(seconds) == words
