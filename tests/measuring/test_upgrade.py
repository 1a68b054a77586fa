"""Before an upgrade: patch levels, learners, records and the flags of this node's etcd."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pyetcdctl.diagnosis.examination import examine
from pyetcdctl.diagnosis.facts import (
    ClusterFacts,
    ListedMember,
    MemberFacts,
    SetOption,
    Status,
    UpgradeFacts,
)
from pyetcdctl.diagnosis.findings import Finding
from pyetcdctl.diagnosis.rules import built_in
from tests.measuring.injuries import doctor, finding, found

UNIT = "[Service]\nExecStart=/usr/bin/etcd --listen-client-urls={url} --enable-v2=true {more}\n"


def member(version, **roles):
    listed = ListedMember(1, "etcd-1", ("http://p",), ("http://c",), **roles)
    status = Status(1, 1, 1, 2, 10, 10, version, 1000, 900)
    return MemberFacts("etcd-1", "http://c", listed, status, status)


def verdicts(version, target, options=(), **roles):
    facts = member(version, **roles)
    upgrade = UpgradeFacts(target, tuple(options))
    cluster = ClusterFacts((facts,), (facts.listed,), upgrade=upgrade)
    report = examine(cluster, built_in("mixin"), datetime.now(UTC))
    return {
        each.evidence.check: each
        for each in report.verdicts
        if each.evidence.check.startswith("upgrade")
    }


@pytest.mark.parametrize(
    ("version", "target", "is_ready"),
    [
        ("3.5.25", "3.6", False),
        ("3.5.26", "3.6", True),
        ("3.6.0", "3.6", True),
        ("3.4.37", "3.6", False),
        ("3.5.27", "3.7", False),
        ("3.6.10", "3.7", False),
        ("3.6.11", "3.7", True),
        ("3.7.0-rc.0", "3.7", True),
        ("3.7.3", "3.6", True),
    ],
)
def test_the_patch_that_is_needed_first_is_known(version, target, is_ready):
    verdict = verdicts(version, target)["upgrade-version"]
    assert isinstance(verdict, Finding) is not is_ready


def test_a_learner_is_to_be_promoted_first():
    found_there = verdicts("3.5.26", "3.6", is_learner=True)["upgrade-learner"]
    assert found_there.next == "pyetcdctl member promote 1"
    assert not isinstance(verdicts("3.5.26", "3.6")["upgrade-learner"], Finding)


@pytest.mark.parametrize(
    ("name", "target", "instead"),
    [
        ("enable-v2", "3.6", ""),
        ("experimental-initial-corrupt-check", "3.6", None),
        ("experimental-initial-corrupt-check", "3.7", "--feature-gates=InitialCorruptCheck=true"),
        ("experimental-memory-mlock", "3.7", "--memory-mlock"),
        ("data-dir", "3.7", None),
    ],
)
def test_flags_that_the_release_refuses_are_named_with_what_replaces_them(name, target, instead):
    option = SetOption(name, f"--{name}", "/etc/unit")
    found_there = verdicts("3.6.11", target, [option])["upgrade-flag"]
    assert isinstance(found_there, Finding) is (instead is not None)
    if instead is not None:
        text = found_there.evidence.measured
        assert text == f"--{name} in /etc/unit is refused by {target}" + (
            f", use {instead}" if instead else ""
        )


def test_a_node_with_an_old_flag_and_an_old_patch_is_not_ready(etcd, tmp_path):
    unit = tmp_path / "etc/systemd/system/etcd.service"
    unit.parent.mkdir(parents=True)
    unit.write_text(UNIT.format(url=etcd.endpoint, more=""))
    node = {"PYETCDCTL_DISCOVERY": "on", "PYETCDCTL_ROOT": str(tmp_path)}
    report, code = doctor(etcd, "--upgrade-to", "3.6", env=node)
    assert code == 1
    assert found(report) == {
        ("upgrade-version", "etcd-1"),
        ("upgrade-flag", "cluster/enable-v2"),
    }
    assert "etcd-1 runs 3.5.1; 3.5.26 or later" in finding(report, "upgrade-version")["measured"]
    assert "/etc/systemd/system/etcd.service" in finding(report, "upgrade-flag")["measured"]
    unjudged = {each["check"] for each in report["unjudged"]}
    assert "zombie-record" in unjudged


def test_a_release_that_is_not_known_is_refused(etcd):
    from tests.runner import run_here

    result = run_here("doctor", "--upgrade-to", "3.5", env=etcd.environment)
    assert (result.exit_code, result.stdout) == (4, b"")
    assert "--upgrade-to is one of 3.6, 3.7" in result.stderr
