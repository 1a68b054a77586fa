"""Defragmenting by rule: who, in which order, and what stops it."""

from __future__ import annotations

import json
import re
from contextlib import closing
from threading import Thread

import pytest

from pyetcdctl.client.connection import Connection
from pyetcdctl.diagnosis.defrag_plan import DefragCandidate, defrag_plan
from pyetcdctl.rpc import etcdserverpb_pb2 as api
from pyetcdctl.settings import ConnectionSettings
from pyetcdctl.upkeep.single_run import single_run
from tests.measuring.injuries import alarm, connected, leader_index, put, statuses
from tests.measuring.learners import started_learner
from tests.runner import run_here
from tests.server import freeze, running, thaw
from tests.waiting import until


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """Three members whose files are mostly free."""
    with running(size=3) as etcd:
        with connected(etcd) as connection:
            for number in range(40):
                put(connection, b"big", b"%d" % (number % 10) * 100_000)
        folder = tmp_path_factory.mktemp("snapshots")
        commit_all(etcd, folder)
        revision = statuses(etcd)[0]["header"]["revision"]
        etcd.etcdctl("compaction", str(revision), "--physical", check=True)

        def is_fragmented():
            etcd.etcdctl("put", "x", "y", check=True)
            commit_all(etcd, folder)
            return all(each["dbSizeInUse"] < each["dbSize"] / 2 for each in statuses(etcd))

        until(is_fragmented)
        yield etcd


def commit_all(etcd, folder):
    """Let every member write what it has: a snapshot begins with that."""
    for number, url in enumerate(etcd.client_urls):
        env = {"ETCDCTL_ENDPOINTS": url}
        etcd.etcdctl("snapshot", "save", str(folder / str(number)), env=env, check=True)


def plan_of(etcd, *args):
    result = run_here("defrag", "--cluster", "--dry-run", "-w", "json", *args, env=etcd.environment)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_a_dry_run_orders_the_members_and_changes_nothing(three):
    sizes = [each["dbSize"] for each in statuses(three)]
    plan = plan_of(three, "--rule", "free > 1MiB && usage > 0.1%")
    assert [row["order"] for row in plan] == [1, 2, 3]
    assert [row["isLeader"] for row in plan] == [False, False, True]
    assert plan[0]["gain"] >= plan[1]["gain"] > 1 << 20
    assert all(row["diskNeeded"] + row["gain"] == row["size"] for row in plan)
    assert "free > 1MiB && usage > 0.1%: " in plan[0]["reason"]
    assert [each["dbSize"] for each in statuses(three)] == sizes


def test_members_for_whom_the_rule_does_not_hold_are_left_out(three):
    plan = plan_of(three, "--rule", "dbSizeFree > 200*1024*1024 || dbQuotaUsage > 0.9")
    assert [row["order"] for row in plan] == [0, 0, 0]
    assert plan[0]["reason"].startswith("the rule does not hold: ")
    shown = run_here("defrag", "--dry-run", "--rule", "free > 1GiB", env=three.environment)
    assert shown.stdout.decode().splitlines()[0].split()[:3] == ["ORDER", "MEMBER", "ENDPOINT"]


def test_only_given_endpoints_are_done_without_cluster(three):
    env = {"ETCDCTL_ENDPOINTS": three.client_urls[1]}
    result = run_here("defrag", "--dry-run", "-w", "json", env=env)
    assert [row["endpoint"] for row in json.loads(result.stdout)] == [three.client_urls[1]]


def test_two_runs_at_once_the_second_refuses(three):
    settings = ConnectionSettings(endpoints=three.client_urls)
    with closing(Connection(settings)) as connection, single_run(connection) as is_held:
        assert is_held
        result = run_here("defrag", "--cluster", "--rule", "true", env=three.environment)
    assert result.exit_code == 3
    assert "another run is under way: it holds the key pyetcdctl/upkeep" in result.stderr
    with closing(Connection(settings)) as connection, single_run(connection) as is_held:
        assert is_held


def test_corrupt_stops_before_anything_is_done(three):
    sizes = [each["dbSize"] for each in statuses(three)]
    alarm(three, api.CORRUPT)
    try:
        result = run_here("defrag", "--cluster", "--rule", "true", env=three.environment)
    finally:
        alarm(three, api.CORRUPT, api.AlarmRequest.DEACTIVATE)
    assert result.exit_code != 0
    assert "orrupt" in result.stderr + str(result.stdout)
    assert [each["dbSize"] for each in statuses(three)] == sizes


def test_learners_are_left_out_and_the_leader_is_last_whatever_it_gains():
    def member(label, free, **roles):
        roles = {"is_leader": False, "is_learner": False} | roles
        return DefragCandidate(label, f"http://{label}", 1, 100 + free, 100, 1000, **roles)

    members = [
        member("leader", 90, is_leader=True),
        member("little", 10),
        member("learner", 80, is_learner=True),
        member("much", 50),
    ]
    plan = defrag_plan(members, None)
    assert [step.member.label for step in plan.steps] == ["much", "little", "leader"]
    assert [step.reason for step in plan.left_out] == ["a learner: etcd defragments none"]


def test_a_learner_is_left_out_with_a_note(three, tmp_path):
    with started_learner(three, tmp_path) as (_, client):
        plan = plan_of(three, "--rule", "true")
        result = run_here("defrag", "--cluster", "--rule", "false", env=three.environment)
    assert [(row["endpoint"], row["reason"]) for row in plan if row["isLearner"]] == [
        (client, "a learner: etcd defragments none")
    ]
    assert [row["order"] for row in plan] == [1, 2, 3, 0]
    assert (result.exit_code, result.stdout) == (0, b"")
    assert "late is left out: a learner: etcd defragments none" in result.stderr


def test_the_leader_is_last_and_hands_over_first(three):
    result = run_here("defrag", "--cluster", "--rule", "free > 1MiB", env=three.environment)
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.decode().splitlines()
    assert len(lines) == 3
    moved = re.search(r"moved the leadership from (\S+) to (\S+)\n", result.stderr)
    leader, successor = (url_of(three, name) for name in moved.groups())
    assert f"member[{leader}]" in lines[2]
    assert f"member[{successor}]" in lines[0] + lines[1]
    assert all(each["dbSize"] < 1 << 20 for each in statuses(three))
    again = run_here("defrag", "--cluster", "--rule", "free > 1MiB", env=three.environment)
    assert (again.exit_code, again.stdout) == (0, b"")


def url_of(etcd, name):
    """Return where a member serves its clients."""
    names = [each.site.name for each in etcd.members]
    return etcd.client_urls[names.index(name)]


def test_a_client_time_out_is_waited_out(own_etcd):
    etcd = own_etcd()
    with connected(etcd) as connection:
        for number in range(60):
            put(connection, b"key-%d" % number, bytes(1_000_000))
    for _ in range(20):  # a quick disk may be done before the member is held
        done = defragment_and_hold(etcd)
        assert done.exit_code == 0, done.stderr
        assert done.stdout.startswith(b"Finished defragmenting etcd member[")
        if done.stderr:
            break
    assert done.stderr == "etcd-1 still defragments after the time-out: waiting until it is done\n"


def defragment_and_hold(etcd):
    """Defragment, and hold the member still for longer than the time-out once it has begun."""
    member, found = etcd.members[0], []
    begun = member.log.read_text().count('"starting defragment"')
    words = ("defrag", "--rule", "true", "--command-timeout", "1s")
    thread = Thread(target=lambda: found.append(run_here(*words, env=etcd.environment)))
    thread.start()
    until(lambda: member.log.read_text().count('"starting defragment"') > begun)
    freeze(member)
    try:
        thread.join(1.5)
    finally:
        thaw(member)
    thread.join()
    return found[0]


def test_a_member_that_does_not_respond_stops_it(three):
    follower = three.members[(leader_index(three) + 1) % 3]
    follower.kill()
    try:
        words = ("defrag", "--cluster", "--rule", "true", "--command-timeout", "1500ms")
        result = run_here(*words, env=three.environment)
    finally:
        follower.start()
        follower.wait_until_healthy()
    assert (result.exit_code, result.stdout) == (3, b"")
    name = follower.site.name
    assert f"{name} does not respond: 2 of 3 voting members are left" in result.stderr


def test_an_empty_rule_is_refused(etcd):
    result = run_here("defrag", "--rule", "", env=etcd.environment)
    assert (result.exit_code, result.stdout) == (128, b"")
    assert "rule ''" in result.stderr
