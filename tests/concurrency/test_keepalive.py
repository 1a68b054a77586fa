"""``pyetcdctl lease keep-alive``: renewed in time, through the loss of servers and tokens."""

import json
import signal
import threading
from contextlib import closing
from time import monotonic

import pytest

from pyetcdctl.client.connection import Connection
from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.kv import read
from pyetcdctl.client.lease import grant, time_to_live
from pyetcdctl.client.lease import leases as leases_of
from pyetcdctl.concurrency.keepalive import Life, later_renewals
from pyetcdctl.concurrency.sessions import LeaseSession
from pyetcdctl.concurrency.stopping import Stop
from pyetcdctl.errors import CallFailed
from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.settings import ConnectionSettings, Credentials
from tests.concurrency.holders import leading_member, leases
from tests.runner import command, run
from tests.server import enable_authentication, freeze, thaw
from tests.waiting import SECONDS


@pytest.fixture
def keep_alive(start):
    def start_keep_alive(etcd, lease, *flags):
        return start(command("lease", "keep-alive", lease, *flags), etcd.environment)

    return start_keep_alive


def new_lease(etcd, ttl):
    done = etcd.etcdctl("lease", "grant", str(ttl), "-w", "json", check=True)
    return f"{json.loads(done.stdout)['ID']:016x}"


def test_a_lease_is_renewed_three_times_in_its_life(every_etcd, keep_alive):
    lease = new_lease(every_etcd, 5)
    running = keep_alive(every_etcd, lease)
    for _ in range(4):
        assert running.line() == f"lease {lease} keepalived with TTL(5)"


def test_the_end_of_a_lease_is_reported_and_no_failure(every_etcd, keep_alive):
    lease = new_lease(every_etcd, 5)
    running = keep_alive(every_etcd, lease)
    running.line()
    every_etcd.etcdctl("lease", "revoke", lease, check=True)
    last = running.line()
    while last.endswith("keepalived with TTL(5)"):
        last = running.line()
    assert last == f"lease {lease} expired or revoked."
    assert running.ended() == (0, "")


def test_a_renewal_that_is_refused_is_not_the_end_of_the_lease(etcd, keep_alive):
    tight = ("--max-request-bytes", "9", "--max-recv-bytes", "9")
    code, errors = keep_alive(etcd, new_lease(etcd, 60), *tight).ended()
    assert code == 2
    # Whichever of both limits is met first.
    assert errors.startswith("Error: rpc error: code = ResourceExhausted desc = "), errors


def test_in_json_the_end_of_a_lease_is_not_printed(etcd, keep_alive):
    lease = new_lease(etcd, 5)
    running = keep_alive(etcd, lease, "-w", "json")
    assert json.loads(running.line())["TTL"] == 5
    etcd.etcdctl("lease", "revoke", lease, check=True)
    stdout, _ = running.process.communicate(timeout=SECONDS)
    assert b"expired" not in stdout
    assert running.process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_leaves_the_lease(etcd, keep_alive, number):
    lease = new_lease(etcd, 100)
    running = keep_alive(etcd, lease)
    running.line()
    running.process.send_signal(number)
    assert running.ended() == (-number, "")
    assert int(lease, 16) in leases(etcd)


def test_a_closed_pipe_ends_it_quietly(etcd, keep_alive):
    running = keep_alive(etcd, new_lease(etcd, 5))
    running.line()
    running.process.stdout.close()
    assert running.process.wait(SECONDS) == -signal.SIGPIPE
    assert running.process.stderr.read() == b""


def test_it_goes_on_when_its_server_was_restarted(own_etcd, keep_alive):
    etcd = own_etcd()
    lease = new_lease(etcd, 3)
    running = keep_alive(etcd, lease)
    running.line()
    etcd.members[0].restart()
    for _ in range(3):
        assert running.line() == f"lease {lease} keepalived with TTL(3)"


def test_it_goes_on_when_leaders_are_killed(three_members, keep_alive):
    lease = new_lease(three_members, 6)
    running = keep_alive(three_members, lease)
    running.line()
    for _ in range(3):
        leading_member(three_members).restart()
        assert running.line() == f"lease {lease} keepalived with TTL(6)"


def test_a_lease_is_given_up_when_its_time_is_over_without_a_server(own_etcd, keep_alive):
    etcd = own_etcd()
    lease = new_lease(etcd, 5)
    running = keep_alive(etcd, lease)
    running.line()
    freeze(etcd.members[0])
    last = running.line()
    while last.endswith("keepalived with TTL(5)"):
        last = running.line()
    assert last == f"lease {lease} expired or revoked."


@pytest.mark.parametrize(
    "words", ["keep-alive 12", "keep-alive --once 12", "list", "timetolive 12"]
)
def test_a_call_without_a_server_ends_by_the_command_timeout(words):
    env = {"ETCDCTL_ENDPOINTS": "127.0.0.1:1", "ETCDCTL_COMMAND_TIMEOUT": "300ms"}
    done = run("lease", *words.split(), env=env, seconds=10)
    assert done.stderr.startswith("Error: context deadline exceeded\n")
    assert done.exit_code == 2


def connect(etcd, **settings):
    return closing(Connection(ConnectionSettings(endpoints=etcd.client_urls, **settings)))


def test_a_token_that_expires_between_all_calls_of_a_session_is_renewed(own_etcd):
    etcd = enable_authentication(own_etcd(flags=["--auth-token-ttl=1"]))
    stop = Stop()
    with (
        connect(etcd, credentials=Credentials("root", "rootpw")) as connection,
        LeaseSession(connection, 3, stop) as session,
    ):
        for _ in range(5):
            assert session.call(lambda limit: leases_of(connection, limit)).leases
            assert session.call(lambda limit: read(connection, RangeRequest(key=b"k"), limit))
            assert not stop.wait(2.5)


def test_a_frozen_member_is_passed_over(three_members):
    with connect(three_members) as connection:
        lease = grant(connection, 6, Deadline.after(5)).ID
        life = Life(monotonic(), 6)
        asked = three_members.client_urls.index(connection.endpoint)
        freeze(three_members.members[asked])
        try:
            renewed = later_renewals(connection, lease, life, threading.Event())
            assert next(renewed).ttl == 6
        finally:
            thaw(three_members.members[asked])


def test_a_session_leaves_no_thread_and_no_lease(every_etcd):
    threads = set(threading.enumerate())
    with connect(every_etcd) as connection, LeaseSession(connection, 2, Stop()) as session:
        assert session.lease in leases(every_etcd)
        started = {each.name for each in set(threading.enumerate()) - threads}
        assert started == {"lease", "lease-end"}
    assert set(threading.enumerate()) <= threads
    assert session.lease not in leases(every_etcd)


def test_a_session_keeps_its_lease_beyond_its_time(etcd):
    stop = Stop()
    with connect(etcd) as connection, LeaseSession(connection, 1, stop) as session:
        assert not stop.wait(3)
        assert time_to_live(connection, session.lease, Deadline.after(5)).TTL >= 0


def test_a_session_rings_when_its_lease_is_lost(etcd):
    stop = Stop()
    with connect(etcd) as connection, LeaseSession(connection, 2, stop) as session:
        etcd.etcdctl("lease", "revoke", f"{session.lease:x}", check=True)
        assert stop.wait(SECONDS)
        assert session.is_lost


def test_a_loss_is_noticed_within_the_leases_own_time_while_no_server_responds(own_etcd):
    stop, etcd = Stop(), own_etcd()
    with connect(etcd) as connection, LeaseSession(connection, 2, stop) as session:
        since = monotonic()
        freeze(etcd.members[0])
        try:
            assert stop.wait(SECONDS)
            assert session.is_lost
            assert monotonic() - since < 4  # a call alone may take 5 s
        finally:
            thaw(etcd.members[0])


def test_a_session_that_ends_while_it_looks_for_a_server_ends_silently(own_etcd, monkeypatch):
    failures, stop, etcd = [], Stop(), own_etcd()
    monkeypatch.setattr(threading, "excepthook", failures.append)
    with connect(etcd) as connection, LeaseSession(connection, 6, stop) as session:
        etcd.members[0].stop()
        while not session._renewing._opened_route:  # the first renewal comes after 2 s
            assert not stop.wait(0.1)
        assert not stop.wait(1)
        stop.ring()
    for thread in session._threads:
        thread.join(10)
    assert failures == []


def test_a_session_that_is_stopped_before_it_began_makes_no_lease(etcd):
    stop, before = Stop(), leases(etcd)
    stop.ring()
    with (
        connect(etcd) as connection,
        pytest.raises(CallFailed, match="context canceled"),
        LeaseSession(connection, 5, stop),
    ):
        pass
    assert set(leases(etcd)) <= set(before)
