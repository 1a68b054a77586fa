"""The doctor finds and names what is wrong between the members of a cluster."""

from __future__ import annotations

import shutil
import signal
from contextlib import contextmanager

import pytest

from pyetcdctl.measuring.authentication import measure_authentication
from pyetcdctl.sandbox.programs import find_programs
from tests.measuring.injuries import (
    IMPATIENT,
    connected,
    doctor,
    finding,
    found,
    leader_index,
    member_id,
    replace_in_database,
    statuses,
)
from tests.measuring.learners import add_learner, started_learner
from tests.measuring.peer_gates import PeerGates
from tests.measuring.shifted_clock import clock_behind
from tests.runner import run_here
from tests.server import freeze, running, thaw
from tests.waiting import until


@pytest.fixture(scope="module")
def three():
    """Three members, which each test leaves as it found them."""
    with running(size=3) as etcd:
        yield etcd


@contextmanager
def killed(*members):
    for member in members:
        member.kill()
    try:
        yield
    finally:
        for member in members:
            member.start()
        for member in members:
            member.wait_until_healthy()


def label(etcd, index):
    return etcd.members[index].site.name


@pytest.mark.parametrize("size", [3, 5])
def test_a_healthy_cluster_gives_no_finding(size, own_etcd, three):
    etcd = three if size == 3 else own_etcd(size=size)
    for _ in range(3):  # a machine that is very busy may cost a cluster its leader
        report, code = doctor(etcd)
        if code == 0:
            break
    assert (found(report), code, report["members"]) == (set(), 0, size)
    passed = {each["check"] for each in report["passed"]}
    assert passed >= {"hash", "member-lists", "raft-lag", "version-skew", "leader-changes"}


def test_a_missing_member_is_found(three):
    follower = (leader_index(three) + 1) % 3
    with killed(three.members[follower]):
        report, code = doctor(three, *IMPATIENT)
    assert (found(report), code) == ({("member-down", label(three, follower))}, 1)
    down = finding(report, "member-down")
    assert "refused the connection" in down["measured"]
    assert three.client_urls[follower] in down["next"]


def test_a_cluster_whose_leader_died_without_a_quorum_for_the_next_is_found(three):
    leader = leader_index(three)
    survivor, other = [at for at in range(3) if at != leader]
    with killed(three.members[leader], three.members[other]):
        left = three.client_urls[survivor]
        until(lambda: not statuses(three, left)[0].get("leader"))
        report, code = doctor(three, *IMPATIENT)
    assert code == 1
    assert found(report) >= {
        ("quorum", "cluster"),
        ("leader", label(three, survivor)),
        ("consistent-read", label(three, survivor)),
        ("member-down", label(three, leader)),
    }
    assert "1 of 3 voting members respond" in finding(report, "quorum")["measured"]


def test_a_frozen_leader_is_found_by_the_change(three):
    leader = leader_index(three)
    others = [url for at, url in enumerate(three.client_urls) if at != leader]
    before = statuses(three, *others)[0]["raftTerm"]
    freeze(three.members[leader])
    try:
        until(lambda: statuses(three, *others)[0]["raftTerm"] > before)
        until(lambda: all(each.get("leader") for each in statuses(three, *others)))
        report, _ = doctor(three, *IMPATIENT)
    finally:
        thaw(three.members[leader])
        three.members[leader].wait_until_healthy()
    assert found(report) == {("member-down", label(three, leader))}


def test_a_learner_that_never_started_is_found(three):
    learner = add_learner(three, "http://127.0.0.1:1").split()[1]
    try:
        report, code = doctor(three)
    finally:
        three.etcdctl("member", "remove", learner, check=True)
    assert (found(report), code) == ({("learner-stuck", learner)}, 1)
    assert finding(report, "learner-stuck")["next"] == f"pyetcdctl member remove {learner}"


def test_a_learner_in_step_and_one_that_is_stuck_are_distinguished(three, tmp_path):
    with started_learner(three, tmp_path) as (server, _):
        report, code = doctor(three)
        assert (found(report), code) == (set(), 0)
        assert finding(report, "learner")["next"].startswith("pyetcdctl member promote ")
        server.send_signal(signal.SIGSTOP)
        report, code = doctor(three, *IMPATIENT)
    assert (found(report), code) == ({("member-down", "late"), ("learner-stuck", "late")}, 1)


def test_a_wrong_peer_url_is_found(three):
    follower = (leader_index(three) + 1) % 3
    number = f"{member_id(three, follower):x}"
    right = f"--peer-urls=http://127.0.0.1:{three.members[follower].site.peer_port}"
    three.etcdctl("member", "update", number, "--peer-urls=http://127.0.0.1:1", check=True)
    try:
        report, code = doctor(three)
    finally:
        three.etcdctl("member", "update", number, right, check=True)
    assert (found(report), code) == ({("peer-url", label(three, follower))}, 1)
    assert "http://127.0.0.1:1: connection refused" in finding(report, "peer-url")["measured"]


def test_a_clock_in_the_past_is_found(three):
    with clock_behind(three.members[1], 3600):
        report, code = doctor(three)
    assert (found(report), code) == ({("clock", "etcd-2")}, 1)
    measured = finding(report, "clock")["measured"]
    assert measured == "etcd-2's clock is 60 min behind this machine's"


def test_a_member_that_diverged_is_found_with_its_keys(three):
    three.etcdctl("put", "same", "for-all", check=True)
    three.etcdctl("put", "changed", "value-of-all", check=True)
    follower = (leader_index(three) + 1) % 3
    member = three.members[follower]
    until(lambda: len({each["raftAppliedIndex"] for each in statuses(three)}) == 1)
    member.stop()
    replace_in_database(member, b"value-of-all", b"value-of-one")
    member.start()
    member.wait_until_healthy()
    try:
        report, code = doctor(three)
    finally:
        member.stop()
        replace_in_database(member, b"value-of-one", b"value-of-all")
        member.start()
        member.wait_until_healthy()
    assert (found(report), code) == ({("hash", label(three, follower))}, 1)
    measured = finding(report, "hash")["measured"]
    assert f"{label(three, follower)} differ at revision" in measured
    assert "changed (values differ between" in measured
    assert "same (" not in measured


def test_a_member_that_is_cut_off_is_found():
    gates = PeerGates()
    with running(layout=gates, size=3) as etcd:
        assert found(doctor(etcd)[0]) == set()
        follower = (leader_index(etcd) + 1) % 3
        gates.cut(etcd.members[follower].site.peer_port, f"{member_id(etcd, follower):x}")
        until(lambda: not statuses(etcd, etcd.client_urls[follower])[0].get("leader"))
        name = label(etcd, follower)
        for _ in range(5):  # a machine that is very busy may cost the others their leader, too
            report, code = doctor(etcd, *IMPATIENT)
            if {subject for check, subject in found(report) if check == "leader"} == {name}:
                break
        gates.close()
    assert code == 1
    assert found(report) >= {("leader", name), ("consistent-read", name)}
    assert "it is cut off from them" in finding(report, "leader")["measured"]
    assert {subject for check, subject in found(report) if check == "leader"} == {name}


@pytest.mark.skipif(not shutil.which("etcd", path="/usr/bin:/bin"), reason="no second release")
def test_members_of_two_releases_are_found(own_etcd):
    from tests.server import distributed

    older, newer = find_programs(shutil.which("etcd", path="/usr/bin:/bin")), distributed()
    etcd = own_etcd(older, size=3)
    member = etcd.members[2]
    member.kill()
    member.command = (str(newer.etcd), *member.command[1:])
    member.start()
    member.wait_until_healthy()
    report, code = doctor(etcd)
    assert (found(report), code) == ({("version-skew", "cluster")}, 1)
    measured = finding(report, "version-skew")["measured"]
    assert all(version in measured for version in (older.version, newer.version))
    # The question would have ended the older members, for ever: a release that knows it logs it.
    assert "auth-off" in {each["check"] for each in report["unjudged"]}
    asked = run_here("auth", "status", env={"ETCDCTL_ENDPOINTS": etcd.client_urls[2]})
    assert (asked.exit_code, asked.stdout) == (3, b"")
    assert f" is of etcd {older.version}, which panics" in asked.stderr
    assert run_here("get", "x", env=etcd.environment).exit_code == 0


@pytest.mark.parametrize(
    ("versions", "published", "is_asked"),
    [
        (["3.5.1"], [], True),
        (["3.5.1", "3.6.0-rc.1"], [], True),
        (["3.5.1", "3.4.23"], ["3.4"], False),
        (["3.5.1", ""], [], False),
        (["3.5.1", ""], ["3.4", "3.4"], False),
        (["3.5.1", ""], ["3.5"], True),
        (["3.4.23", "3.4.20"], [], False),
        ([], [], False),
    ],
)
def test_authentication_is_asked_for_only_where_all_members_know_the_question(
    versions, published, is_asked, etcd
):
    with connected(etcd) as connection:
        facts = measure_authentication(connection, versions, published, 5.0)
    assert (facts is not None and facts.users is not None) is is_asked
