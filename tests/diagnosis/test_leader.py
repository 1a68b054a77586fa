"""A member without a leader is a finding; a store that is not etcd has no leader at all."""

from datetime import UTC, datetime

import pytest

from pyetcdctl.diagnosis.examination import examine
from pyetcdctl.diagnosis.facts import ClusterFacts, MemberFacts, Status
from pyetcdctl.diagnosis.findings import Finding, Unjudged
from pyetcdctl.diagnosis.rules import built_in


@pytest.mark.parametrize(("cluster_id", "kind"), [(7, Finding), (0, Unjudged)])
def test_only_a_member_of_a_cluster_lacks_its_leader(cluster_id, kind):
    status = Status(cluster_id, 0, 0, 0, 0, 0, "3.6.11", 36864, 0)
    member = MemberFacts("kine", "http://127.0.0.1:2379", first=status, last=status)
    report = examine(ClusterFacts((member,)), built_in("mixin"), datetime.now(UTC))
    found = [each for each in report.verdicts if each.evidence.check == "leader"]
    assert [type(each) for each in found] == [kind]
