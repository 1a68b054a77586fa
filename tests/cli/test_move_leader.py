"""The leader hands over, wherever it stands in the list of endpoints."""

import json

import pytest

from tests.runner import run_here

DEAD = "127.0.0.1:1"


def statuses(etcd):
    """Return each endpoint's status; all agree on the leader."""
    result = run_here("endpoint", "status", "-w", "json", env=etcd.environment)
    rows = {row["Endpoint"]: row["Status"] for row in json.loads(result.stdout)}
    (leader,) = {row["leader"] for row in rows.values()}
    return leader, {row["header"]["member_id"]: endpoint for endpoint, row in rows.items()}


def test_the_leadership_goes_to_the_member_that_was_named(three_members):
    leader, members = statuses(three_members)
    target = next(number for number in members if number != leader)
    result = run_here("move-leader", f"{target:x}", env=three_members.environment)
    assert (result.exit_code, result.stderr) == (0, "")
    expected = f"Leadership transferred from {leader:x} to {target:x}\n"
    assert result.stdout.decode() == expected
    assert statuses(three_members)[0] == target


def test_followers_alone_cannot_hand_over_and_name_who_can(three_members):
    leader, members = statuses(three_members)
    followers = [url for number, url in members.items() if number != leader]
    env = {"ETCDCTL_ENDPOINTS": ",".join(followers)}
    result = run_here("move-leader", f"{leader:x}", env=env)
    assert result.exit_code == 128
    first, second, third = result.stderr.splitlines()
    assert first == f"Error: no leader endpoint given at [{' '.join(followers)}]"
    assert second == f"  The leader is member {leader:x}."
    assert third.startswith("  Try:  --endpoints")


def test_a_dead_endpoint_before_the_leader_is_passed_over(three_members):
    leader, members = statuses(three_members)
    env = {"ETCDCTL_ENDPOINTS": f"{DEAD},{members[leader]}"}
    words = ("move-leader", f"{leader:x}", "--command-timeout", "3s")
    result = run_here(*words, env=env, seconds=10)
    assert result.stdout.decode() == f"Leadership transferred from {leader:x} to {leader:x}\n"


def test_a_member_that_does_not_exist_is_no_leader(every_etcd):
    result = run_here("move-leader", "1", env=every_etcd.environment)
    assert result.exit_code == 1
    assert result.stderr == "Error: etcdserver: bad leader transferee\n"


def test_no_endpoint_is_no_connection():
    result = run_here("move-leader", "1", "--endpoints", "")
    assert result.exit_code == 2
    assert result.stderr == "Error: etcdclient: no available endpoints\n"


@pytest.mark.parametrize("form", ["fields", "table"])
def test_a_format_that_cannot_show_it_comes_after_the_deed(etcd, form):
    leader, _ = statuses(etcd)
    result = run_here("move-leader", f"{leader:x}", "-w", form, env=etcd.environment)
    assert result.exit_code == 4
    assert result.stderr.startswith(f"Error: {form} not supported as output format\n  Try:  -w ")
