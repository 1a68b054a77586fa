"""``pyetcdctl elect`` beside etcdctl's, and through signals, lost leases and lost servers."""

import json
import signal
from base64 import b64decode
from time import monotonic

import pytest

from tests.concurrency.gate import Gate
from tests.concurrency.holders import (
    PROGRAMS,
    SHORT_LIVED,
    keys,
    leading_member,
    lease_of,
    leases,
    program,
    until_waiting,
)
from tests.runner import command, run
from tests.server import enable_authentication

SIGNALS = [signal.SIGINT, signal.SIGTERM]
SOON = 10.0


@pytest.fixture
def elect(start):
    def start_elect(etcd, *args, by="pyetcdctl"):
        return start([*program(by, etcd), "elect", *args], etcd.environment)

    return start_elect


@pytest.fixture
def lead(elect):
    """A function that starts a candidate and waits until it leads; returns it and its key."""

    def start_leader(etcd, election, proposal, **options):
        leader = elect(etcd, election, proposal, **options)
        key = leader.line()
        assert leader.line() == proposal
        return leader, key

    return start_leader


def interrupt(running, number=signal.SIGINT):
    """Send a signal; return the exit code and standard error, which must come soon."""
    since = monotonic()
    running.process.send_signal(number)
    ended = running.ended()
    assert monotonic() - since < SOON
    return ended


@pytest.mark.parametrize("second", PROGRAMS)
@pytest.mark.parametrize("first", PROGRAMS)
def test_candidates_lead_one_after_the_other_also_etcdctls(
    every_etcd, lead, elect, prefix, first, second
):
    leader, key = lead(every_etcd, prefix, "first", by=first)
    candidate = elect(every_etcd, prefix, "second", by=second)
    until_waiting(every_etcd, prefix, 2)
    assert interrupt(leader) == (0, "")
    assert candidate.line() != key
    assert candidate.line() == "second"
    assert interrupt(candidate) == (0, "")
    assert keys(every_etcd, prefix) == []


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_resigns_and_leaves_nothing(every_etcd, lead, prefix, number):
    before = leases(every_etcd)
    leader, _ = lead(every_etcd, prefix, "me")
    assert interrupt(leader, number) == (0, "")
    assert keys(every_etcd, prefix) == []
    assert set(leases(every_etcd)) <= set(before)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_while_waiting_withdraws_the_candidate(etcd, lead, elect, prefix, number):
    _, key = lead(etcd, prefix, "me")
    before = leases(etcd)
    candidate = elect(etcd, prefix, "you")
    until_waiting(etcd, prefix, 2)
    assert interrupt(candidate, number) == (1, "Error: context canceled\n")
    assert keys(etcd, prefix) == [key]
    assert set(leases(etcd)) <= set(before)


def test_a_lost_lease_ends_a_leader_and_a_candidate(own_etcd, lead, elect):
    etcd = own_etcd()
    _, held = lead(etcd, "e", "me")
    candidate = elect(etcd, "e", "you", by=SHORT_LIVED)
    waiting = next(key for key in until_waiting(etcd, "e", 2) if key != held)
    leader, leading = lead(etcd, "f", "me", by=SHORT_LIVED)
    for key in (waiting, leading):
        etcd.etcdctl("lease", "revoke", lease_of(key), check=True)
    assert candidate.ended() == leader.ended() == (1, "Error: elect: session expired\n")


@pytest.mark.parametrize("listener", PROGRAMS)
def test_a_listener_sees_leaders_and_their_proclamations(every_etcd, elect, lead, prefix, listener):
    listening = elect(every_etcd, "-l", prefix, by=listener)
    first, key = lead(every_etcd, prefix, "first")
    assert [listening.line(), listening.line()] == [key, "first"]
    every_etcd.etcdctl("put", key, "proclaimed", "--ignore-lease", check=True)
    assert [listening.line(), listening.line()] == [key, "proclaimed"]
    interrupt(first)
    _, key = lead(every_etcd, prefix, "second")
    assert [listening.line(), listening.line()] == [key, "second"]
    assert interrupt(listening) == (0, "")


def test_listeners_print_the_same_json_as_etcdctls(etcd, elect, lead, prefix):
    leader, key = lead(etcd, prefix, "me")
    listening = [elect(etcd, prefix, "--listen", "-w", "json", by=name) for name in PROGRAMS]
    ours, theirs = (each.line() for each in listening)
    assert ours == theirs
    assert b64decode(json.loads(ours)["kvs"][0]["key"]).decode() == key
    etcd.etcdctl("put", key, "proclaimed", "--ignore-lease", check=True)
    ours, theirs = (each.line() for each in listening)
    assert ours == theirs.replace(',"count":1', "")  # which only 3.5 prints here
    interrupt(leader)


def test_leaders_are_lines_of_json_and_documents(etcd, elect, lead, prefix):
    lines, documents = (elect(etcd, "-l", prefix, "-w", name) for name in ("jsonl", "yaml"))
    leader = elect(etcd, prefix, '{"kind": "Me"}', "-w", "jsonl")
    own = leader.line()
    key = json.loads(own)["key"]
    place = f"# create_revision {json.loads(own)['mod_revision']}  mod_revision "
    assert lines.line() == own
    assert json.loads(own)["value"] == {"kind": "Me"}
    shown = [documents.line() for _ in range(4)]
    assert (shown[:2], shown[3]) == (["---", f"# {key}"], "kind: Me")
    assert shown[2].startswith(place)
    etcd.etcdctl("put", key, "proclaimed", "--ignore-lease", check=True)
    assert json.loads(lines.line())["value"] == "proclaimed"
    assert [documents.line() for _ in range(4)][3] == "proclaimed"
    plain, decoded = (elect(etcd, "-l", prefix, flag) for flag in ("--no-decode", "--decode"))
    assert [plain.line(), plain.line()] == [decoded.line(), decoded.line()] == [key, "proclaimed"]
    interrupt(leader)


def test_a_listener_needs_no_lease(etcd, elect, lead, prefix):
    lead(etcd, prefix, "me")
    before = leases(etcd)
    listening = elect(etcd, "-l", prefix)
    assert listening.line().startswith(prefix)
    assert set(leases(etcd)) <= set(before)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_a_listener_without_a_leader(etcd, elect, lead, prefix, number):
    listening = elect(etcd, "-l", prefix)
    leader, _ = lead(etcd, prefix, "me")
    listening.line()
    interrupt(leader)
    assert interrupt(listening, number) == (0, "")


def test_a_listener_goes_on_through_the_loss_of_its_servers(three_members, elect, lead, prefix):
    listening = elect(three_members, "-l", prefix)
    candidate, key = lead(three_members, prefix, "first")
    assert [listening.line(), listening.line()] == [key, "first"]
    for _ in range(2):
        leading_member(three_members).restart()
    interrupt(candidate)
    _, key = lead(three_members, prefix, "second")
    assert [listening.line(), listening.line()] == [key, "second"]


def test_a_leader_outlives_the_clusters_leader(three_members, elect, lead, prefix):
    leader, key = lead(three_members, prefix, "me")
    candidate = elect(three_members, prefix, "you")
    until_waiting(three_members, prefix, 2)
    leading_member(three_members).restart()
    assert leader.process.poll() is None
    assert key in keys(three_members, prefix)
    assert interrupt(leader) == (0, "")
    assert candidate.line() != key


def test_a_listener_whose_place_was_compacted_away_looks_again(own_etcd, start):
    etcd = own_etcd()
    gate = Gate(etcd.address)
    etcd.etcdctl("put", "e/1", "me", check=True)
    listening = start(command("elect", "-l", "e"), {"ETCDCTL_ENDPOINTS": gate.endpoint})
    assert [listening.line(), listening.line()] == ["e/1", "me"]
    gate.shut()
    for proposal in ("one", "two", "three"):
        etcd.etcdctl("put", "e/1", proposal, check=True)
    etcd.etcdctl("compact", "5", check=True)
    gate.open()
    assert [listening.line(), listening.line()] == ["e/1", "three"]
    assert interrupt(listening) == (0, "")
    gate.shut()


def test_a_listener_that_may_not_look_any_more_is_lost(own_etcd, start):
    etcd = own_etcd()
    etcd.etcdctl("user", "add", "guest:pw", check=True)
    etcd.etcdctl("role", "add", "looker", check=True)
    etcd.etcdctl("role", "grant-permission", "looker", "--prefix=true", "read", "e/", check=True)
    etcd.etcdctl("user", "grant-role", "guest", "looker", check=True)
    etcd = enable_authentication(etcd)
    etcd.etcdctl("put", "e/1", "me", check=True)
    environment = {**etcd.environment, "ETCDCTL_USER": "guest:pw"}
    listening = start([*program("pyetcdctl", etcd), "elect", "-l", "e"], environment)
    assert [listening.line(), listening.line()] == ["e/1", "me"]
    etcd.etcdctl("user", "revoke-role", "guest", "looker", check=True)
    etcd.etcdctl("del", "e/1", check=True)
    code, stderr = listening.ended()
    assert stderr.startswith("Error: elect: observer lost\n")
    assert code == 1


@pytest.mark.parametrize("words", [("e", "me"), ("-l", "e")], ids=["candidate", "listener"])
def test_an_election_without_a_server_ends_by_the_command_timeout(words):
    env = {"ETCDCTL_ENDPOINTS": "127.0.0.1:1", "ETCDCTL_COMMAND_TIMEOUT": "300ms"}
    done = run("elect", *words, env=env, seconds=10)
    assert done.stderr.startswith("Error: context deadline exceeded\n")
    assert done.exit_code == 1
