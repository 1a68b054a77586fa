"""``pyetcdctl lock`` beside etcdctl's, and through signals, lost leases and lost servers."""

import json
import os
import signal
import socket
import subprocess
import threading
from time import monotonic

import pytest

from pyetcdctl.cli import children
from pyetcdctl.cli.commands.lock import show_and_hold
from pyetcdctl.cli.session.process import Process
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.session.streams import Streams
from pyetcdctl.concurrency.locks import Lock
from pyetcdctl.concurrency.sessions import LeaseSession
from pyetcdctl.concurrency.stopping import Stop
from pyetcdctl.errors import CommandFailed, PyetcdctlError
from tests.concurrency.holders import (
    PROGRAMS,
    keys,
    leading_member,
    lease_of,
    leases,
    program,
    until_waiting,
)
from tests.runner import clean_environment, command, run
from tests.server import freeze, thaw
from tests.waiting import until

SIGNALS = [signal.SIGINT, signal.SIGTERM]
SOON = 10.0


@pytest.fixture
def lock(start):
    def start_lock(etcd, *args, by="pyetcdctl", **env):
        return start([*program(by, etcd), "lock", *args], {**etcd.environment, **env})

    return start_lock


@pytest.fixture
def hold(lock):
    """A function that starts a lock and waits until it is held; returns it and its key."""

    def hold_lock(etcd, *args, **options):
        holder = lock(etcd, *args, **options)
        key = holder.line()
        assert holder.line() == ""
        return holder, key

    return hold_lock


def interrupt(running, number=signal.SIGINT):
    """Send a signal; return the exit code and standard error, which must come soon."""
    since = monotonic()
    running.process.send_signal(number)
    ended = running.ended()
    assert monotonic() - since < SOON
    return ended


@pytest.mark.parametrize("waiter", PROGRAMS)
@pytest.mark.parametrize("holder", PROGRAMS)
def test_a_lock_excludes_etcdctls_and_is_handed_on_to_it(
    every_etcd, hold, lock, prefix, holder, waiter
):
    first, key = hold(every_etcd, prefix, by=holder)
    second = lock(every_etcd, prefix, by=waiter)
    in_line = until_waiting(every_etcd, prefix, 2)
    assert keys(every_etcd, prefix) == in_line
    assert interrupt(first) == (0, "")
    assert second.line() == next(other for other in in_line if other != key)
    assert interrupt(second) == (0, "")
    assert keys(every_etcd, prefix) == []


def test_ten_waiters_get_the_lock_in_the_order_of_their_coming(etcd, hold, lock, prefix):
    holder, key = hold(etcd, prefix)
    line, waiters = [key], []
    for number in range(10):
        waiters.append(lock(etcd, prefix))
        line += [each for each in until_waiting(etcd, prefix, number + 2) if each not in line]
    for waiter, expected in zip(waiters, line[1:], strict=True):
        assert interrupt(holder) == (0, "")
        assert waiter.line() == expected
        holder = waiter


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_releases_the_lock_and_leaves_nothing(every_etcd, hold, prefix, number):
    before = leases(every_etcd)
    holder, key = hold(every_etcd, prefix)
    assert keys(every_etcd, prefix) == [key]
    assert interrupt(holder, number) == (0, "")
    assert keys(every_etcd, prefix) == []
    assert set(leases(every_etcd)) <= set(before)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_while_waiting_leaves_the_line(every_etcd, hold, lock, prefix, number):
    _, key = hold(every_etcd, prefix)
    before = leases(every_etcd)
    waiter = lock(every_etcd, prefix)
    until_waiting(every_etcd, prefix, 2)
    assert interrupt(waiter, number) == (1, "Error: context canceled\n")
    assert keys(every_etcd, prefix) == [key]
    assert set(leases(every_etcd)) <= set(before)


def test_a_signal_at_any_moment_of_the_start_leaves_nothing(etcd, lock, prefix):
    for _ in range(5):
        starting = lock(etcd, prefix)
        timer = threading.Timer(0.1, starting.process.terminate)
        timer.start()
        code, stderr = starting.ended()
        timer.join()
        assert "Traceback" not in stderr
        assert code in (-signal.SIGTERM, 0, 1)
        until(lambda: keys(etcd, prefix) == [], "nobody in line")


def test_a_killed_holders_lock_is_free_when_its_lease_is_over(etcd, hold, lock, prefix):
    holder, key = hold(etcd, prefix, "--ttl", "1")
    waiter = lock(etcd, prefix)
    until_waiting(etcd, prefix, 2)
    holder.process.kill()
    assert waiter.line() != key


def test_a_holder_whose_lease_is_revoked_ends_with_an_error(etcd, hold, prefix):
    holder, key = hold(etcd, prefix, "--ttl", "2")
    etcd.etcdctl("lease", "revoke", lease_of(key), check=True)
    assert holder.ended() == (1, "Error: session expired\n")


@pytest.mark.parametrize("how", ["lease revoke", "del"])
def test_a_waiter_that_is_put_out_of_the_line_ends_with_an_error(etcd, hold, lock, prefix, how):
    holder, key = hold(etcd, prefix)
    waiter = lock(etcd, prefix, "--ttl", "2")
    other = next(each for each in until_waiting(etcd, prefix, 2) if each != key)
    words = how.split()
    etcd.etcdctl(*words, lease_of(other) if "lease" in words else other, check=True)
    if how == "del":
        assert interrupt(holder) == (0, "")
    assert waiter.ended() == (1, "Error: mutex: session is expired\n")


def test_a_holder_does_not_notice_that_its_key_was_deleted_as_etcdctls_does_not(etcd, hold, prefix):
    holder, key = hold(etcd, prefix)
    etcd.etcdctl("del", key, check=True)
    other, _ = hold(etcd, prefix)
    assert interrupt(holder) == (0, "")
    assert interrupt(other) == (0, "")


def test_a_command_is_ended_with_all_it_started_when_the_lock_is_lost(etcd, lock, prefix):
    script = "echo $ETCD_LOCK_KEY; echo $$; sleep 600; exit 0"
    running = lock(etcd, prefix, "--ttl", "2", "--", "sh", "-c", script)
    key, shell = running.line(), running.line()
    etcd.etcdctl("lease", "revoke", lease_of(key), check=True)
    # What still has its output open would keep it from being read to its end.
    code, errors = running.ended()
    assert code == 1
    assert errors.splitlines() == [
        "Error: session expired",
        "  The lock is lost: the command is ended (SIGTERM, after 5 s SIGKILL).",
    ]
    assert not os.path.exists(f"/proc/{shell}")


def test_a_command_that_ignores_the_request_to_end_is_killed(monkeypatch, tmp_path):
    monkeypatch.setattr(children, "GRACE_SECONDS", 0.2)
    deaf = tmp_path / "deaf"
    os.mkfifo(deaf)
    script = f"trap '' TERM; echo now > {deaf}; exec sleep 600"
    child = children.Child(["sh", "-c", script], os.environ, Streams(os.environ))
    assert deaf.read_text() == "now\n"
    child.end()
    with pytest.raises(CommandFailed, match="signal: killed"):
        child.wait()


def test_a_command_may_run_on_when_the_lock_is_lost_and_its_status_is_ours(etcd, lock, prefix):
    script = "echo $ETCD_LOCK_KEY; sleep 2; exit 3"
    running = lock(
        etcd, prefix, "--ttl", "1", "--keep-running-after-loss", "--", "sh", "-c", script
    )
    etcd.etcdctl("lease", "revoke", lease_of(running.line()), check=True)
    assert running.ended() == (
        3,
        "Warning: session expired: the lock is lost, and the command runs on\n"
        "Error: exit status 3\n",
    )


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_while_the_command_runs_is_the_commands_business(
    etcd, lock, prefix, number, tmp_path
):
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    running = lock(etcd, prefix, "--", "sh", "-c", f"echo begun; read _ < {gate}; exit 5")
    assert running.line() == "begun"
    running.process.send_signal(number)
    gate.write_text("\n")
    assert running.ended() == (5, "Error: exit status 5\n")
    assert keys(etcd, prefix) == []


def test_a_command_runs_with_the_signals_of_any_program(etcd, prefix):
    script = "trap 'echo heard; exit 0' TERM; kill -TERM $$; echo deaf"
    done = run("lock", prefix, "--", "sh", "-c", script, env=etcd.environment)
    assert done.stdout == b"heard\n"


def test_a_lock_leaves_no_lease_where_etcdctls_leaves_one(own_etcd):
    etcd = own_etcd()
    assert run("lock", "name", "true", env=etcd.environment).exit_code == 0
    assert run("lock", "name", "false", env=etcd.environment).exit_code == 1
    assert leases(etcd) == []


def test_a_ttl_that_is_none_means_sixty_seconds(etcd, hold, prefix):
    _, key = hold(etcd, prefix, "--ttl", "0")
    response = etcd.etcdctl("lease", "timetolive", lease_of(key), "-w", "json", check=True).stdout
    assert json.loads(response)["granted-ttl"] == 60


@pytest.mark.parametrize("format", ["json", "jsonl", "yaml", "fields", "--hex"])
def test_the_key_is_printed_in_the_chosen_format(etcd, lock, prefix, format):
    flags = [format] if format == "--hex" else ["-w", format]
    line = lock(etcd, prefix, *flags).line()
    shown = {"json": '{"header":', "fields": '"ClusterID" : ', "--hex": r"\x2f\x74\x65\x73\x74"}
    shown |= {"jsonl": f'{{"key":"{prefix}', "yaml": "---"}
    assert line.startswith(shown[format])


def test_a_lock_without_a_server_ends_by_the_command_timeout():
    env = {"ETCDCTL_ENDPOINTS": "127.0.0.1:1", "ETCDCTL_COMMAND_TIMEOUT": "300ms"}
    done = run("lock", "name", "true", env=env, seconds=10)
    assert done.stderr.startswith("Error: context deadline exceeded\n")
    assert done.exit_code == 1


def test_a_signal_ends_a_lock_whose_server_is_frozen(own_etcd, hold):
    etcd = own_etcd()
    holder, _ = hold(etcd, "name")
    freeze(etcd.members[0])
    code, stderr = interrupt(holder)
    assert code == 1
    assert stderr.startswith("Error: context ")


def test_a_signal_ends_a_lock_whose_server_never_responded(start):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        endpoint = f"127.0.0.1:{mute.getsockname()[1]}"
        env = {"ETCDCTL_ENDPOINTS": endpoint, "ETCDCTL_COMMAND_TIMEOUT": "30s"}
        asking = start(command("lock", "name"), env)
        with mute.accept()[0]:
            assert interrupt(asking) == (1, "Error: context canceled\n")


def test_a_signal_ends_a_waiter_whose_server_is_frozen(own_etcd, hold, lock):
    etcd = own_etcd()
    hold(etcd, "name")
    waiter = lock(etcd, "name")
    until_waiting(etcd, "name", 2)
    freeze(etcd.members[0])
    assert interrupt(waiter) == (1, "Error: context canceled\n")


def test_a_lock_that_is_gone_at_once_is_an_error(etcd, prefix):
    session = Session(Process(Streams(clean_environment(etcd.environment))))
    with (
        LeaseSession(session.connection, 10, Stop()) as lease,
        Lock(lease, prefix.encode()) as held,
    ):
        etcd.etcdctl("del", held.key, check=True)
        with pytest.raises(PyetcdctlError, match="lock lost on init"):
            show_and_hold(session, lease, held)
    session.connection.close()


@pytest.mark.parametrize("server", ["secure_etcd", "auth_etcd"])
def test_a_lock_is_held_over_mutual_tls_and_with_a_password(request, hold, server, prefix):
    etcd = request.getfixturevalue(server)
    holder, key = hold(etcd, prefix, "--ttl", "2")
    with pytest.raises(subprocess.TimeoutExpired):
        holder.process.wait(4)
    assert keys(etcd, prefix) == [key]
    assert interrupt(holder) == (0, "")
    assert keys(etcd, prefix) == []


def test_a_holder_without_a_server_gives_up_when_its_lease_must_be_over(own_etcd, hold):
    etcd = own_etcd()
    holder, _ = hold(etcd, "name", "--ttl", "2")
    etcd.members[0].kill()
    assert holder.ended() == (1, "Error: session expired\n")


def test_a_lock_outlives_its_servers_restart(own_etcd, hold, lock):
    etcd = own_etcd()
    holder, key = hold(etcd, "name")
    waiter = lock(etcd, "name")
    other = next(each for each in until_waiting(etcd, "name", 2) if each != key)
    etcd.members[0].restart()
    assert keys(etcd, "name") == [key, other]
    assert interrupt(holder) == (0, "")
    assert waiter.line() == other


def test_a_lock_outlives_the_leader(three_members, hold, lock, prefix):
    holder, key = hold(three_members, prefix, "--ttl", "5")
    waiter = lock(three_members, prefix)
    until_waiting(three_members, prefix, 2)
    leader = leading_member(three_members)
    leader.kill()
    with pytest.raises(subprocess.TimeoutExpired):
        holder.process.wait(7)
    leader.start()
    leader.wait_until_healthy()
    assert holder.process.poll() is None
    assert key in keys(three_members, prefix)
    assert interrupt(holder) == (0, "")
    assert waiter.line() != key


@pytest.mark.parametrize("leads", [True, False], ids=["leader", "follower"])
def test_a_frozen_member_costs_no_lock(three_members, hold, prefix, leads):
    """A leader of etcd 3.5.1 that thaws may revoke leases that others have renewed: look before."""
    leader = leading_member(three_members)
    member = next(each for each in three_members.members if (each is leader) == leads)
    url = three_members.client_urls[three_members.members.index(member)]
    others = {"ETCDCTL_ENDPOINTS": ",".join(set(three_members.client_urls) - {url})}
    held = [hold(three_members, f"{prefix}{name}", "--ttl", "8") for name in "abcd"]
    freeze(member)
    try:
        for holder, _ in held:
            with pytest.raises(subprocess.TimeoutExpired):
                holder.process.wait(10 if holder is held[0][0] else 0.1)
        for holder, key in held:
            listed = three_members.etcdctl("get", key, "--keys-only", env=others, check=True)
            assert listed.stdout.decode().split() == [key]
            holder.process.send_signal(signal.SIGINT)
        assert [holder.ended() for holder, _ in held] == [(0, "")] * len(held)
    finally:
        thaw(member)


def test_what_is_counted_under_a_lock_is_not_lost_when_leaders_are_killed(
    three_members, prefix, tmp_path
):
    counter = tmp_path / "counter"
    counter.write_text("0\n")
    script = f"read n < {counter}; echo $((n + 1)) > {counter}; echo counted"
    words = [*command("lock", prefix, "--ttl", "10", "--"), "sh", "-c", script]
    env = clean_environment(three_members.environment)
    over = threading.Event()
    counted = []

    def count():
        while not over.is_set() or sum(counted) < 20:
            done = subprocess.run(words, env=env, capture_output=True, check=False, timeout=60)
            counted.append(done.stdout.count(b"counted"))

    workers = [threading.Thread(target=count) for _ in range(2)]
    for worker in workers:
        worker.start()
    try:
        for _ in range(20):
            leader = leading_member(three_members)
            leader.restart()
    finally:
        over.set()
        for worker in workers:
            worker.join()
    assert int(counter.read_text()) == sum(counted)
