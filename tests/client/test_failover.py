"""Several endpoints: which one serves when others do not."""

import socket
import threading
import time
from contextlib import contextmanager

import grpc
import pytest

from pyetcdctl.client.connection import Connection, Deadline
from pyetcdctl.client.failover import backoff_before, doubts_about, may_repeat
from pyetcdctl.client.status import PERHAPS_APPLIED
from pyetcdctl.errors import CallFailed, DeadlineExceeded
from pyetcdctl.settings import ConnectionSettings
from tests.runner import run
from tests.server import freeze

VISIBLE_SECONDS = 0.6
RANGE = "/etcdserverpb.KV/Range"


@contextmanager
def one_shot_server(requests):
    """Speak just enough HTTP/2 to receive a request; note it, hang up, and go on listening."""
    settings = bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
    acknowledged = bytes((0, 0, 0, 4, 1, 0, 0, 0, 0))
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                with peer:
                    peer.sendall(settings + acknowledged)
                    received = b""
                    while b"/etcdserverpb.KV/Put" not in received:
                        data = peer.recv(4096)
                        if not data:
                            break
                        received += data
                    else:
                        requests.append(received)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def timed_read(read, connection):
    """Read with a connection; return the seconds that it took."""
    started = time.monotonic()
    read(connection, b"nothing")
    return time.monotonic() - started


def test_the_endpoint_is_chosen_at_random(three_members, open_connection, read):
    chosen = set()
    for _ in range(40):
        connection = open_connection(*three_members.client_urls)
        read(connection, b"nothing")
        chosen.add(connection.endpoint)
        connection.close()

    assert chosen == set(three_members.client_urls)


@pytest.mark.parametrize("kind", ["free_port", "mute_port", "black_hole_port"])
def test_a_dead_or_silent_endpoint_is_passed_over(etcd, request, open_connection, read, kind):
    dead = f"http://127.0.0.1:{request.getfixturevalue(kind)}"

    for _ in range(6):
        connection = open_connection(dead, etcd.endpoint)
        assert timed_read(read, connection) < VISIBLE_SECONDS
        assert connection.endpoint == etcd.endpoint


def test_a_killed_member_costs_nothing(own_etcd, open_connection, read, write):
    cluster = own_etcd(size=3)
    cluster.members[0].kill()

    for _ in range(5):
        connection = open_connection(*cluster.client_urls)
        assert timed_read(read, connection) < VISIBLE_SECONDS + 1
        write(connection, b"key", b"value")


def test_a_frozen_member_costs_nothing(own_etcd, open_connection, read):
    cluster = own_etcd(size=3)
    freeze(cluster.members[0])

    for _ in range(5):
        connection = open_connection(*cluster.client_urls)
        read(connection, b"nothing")
        assert connection.endpoint != cluster.client_urls[0]


def test_reads_and_writes_go_on_when_the_member_in_use_dies(own_etcd, open_connection, read, write):
    cluster = own_etcd(size=3)
    connection = open_connection(*cluster.client_urls)
    write(connection, b"key", b"before")
    in_use = cluster.client_urls.index(connection.endpoint)

    cluster.members[in_use].kill()

    assert read(connection, b"key", seconds=10) == b"before"
    write(connection, b"key", b"after", seconds=10)
    assert read(connection, b"key") == b"after"
    assert connection.endpoint != cluster.client_urls[in_use]


def test_a_stream_starts_on_another_member_when_the_one_in_use_has_died(
    own_etcd, open_connection, read
):
    cluster = own_etcd(size=3)
    connection = open_connection(*cluster.client_urls)
    read(connection, b"nothing")
    in_use = cluster.client_urls.index(connection.endpoint)
    cluster.members[in_use].kill()
    read(connection, b"nothing", seconds=10)

    stream = connection.stream(RANGE, b"\x0a\x01a", deadline=Deadline.after(5))

    assert len(list(stream)) == 1


def test_a_write_that_may_have_arrived_is_not_repeated(open_connection, write):
    """A server that takes the request and hangs up: the write's fate is unknown."""
    requests = []
    with one_shot_server(requests) as port, pytest.raises(CallFailed, match="code = Unavailable"):
        write(open_connection(f"127.0.0.1:{port}"), b"key", b"value")

    assert len(requests) == 1


def test_all_endpoints_down_is_reported_for_each(open_connection, read, free_port, mute_port):
    connection = open_connection(f"127.0.0.1:{free_port}", f"127.0.0.1:{mute_port}")
    started = time.monotonic()

    with pytest.raises(DeadlineExceeded) as caught:
        read(connection, b"a", seconds=0.6)

    assert time.monotonic() - started < 4
    reported = sorted(line.partition(" ")[2] for line in caught.value.advice)
    assert reported[0].startswith("accepted the connection and then sent nothing")
    assert reported[1] == "refused the connection: no server listens there."


def test_only_some_of_many_dead_endpoints_are_reported(open_connection, read):
    connection = open_connection(*(f"127.0.0.1:{port}" for port in range(1, 8)))

    with pytest.raises(DeadlineExceeded) as caught:
        read(connection, b"a", seconds=0.3)

    assert len(caught.value.advice) == 4
    assert caught.value.advice[3] == "4 more endpoints do not respond either."


def test_a_server_of_several_that_comes_back_serves_a_waiting_call(
    own_etcd, open_connection, read, free_port
):
    server = own_etcd()
    server.members[0].kill()
    server.members[0].start()

    connection = open_connection(f"127.0.0.1:{free_port}", server.address)

    assert read(connection, b"nothing", seconds=60) is None


def test_the_same_endpoint_twice_counts_once(etcd):
    connection = Connection(ConnectionSettings(endpoints=(etcd.address, etcd.address)))

    assert len(connection._route.endpoints) == 1


@pytest.mark.parametrize(
    ("attempt", "endpoints", "paused"),
    [(0, 1, False), (1, 1, True), (1, 3, False), (2, 3, True), (3, 3, False), (4, 3, True)],
)
def test_a_pause_follows_each_asked_quorum(attempt, endpoints, paused):
    assert bool(backoff_before(attempt, endpoints)) is paused


class Failure(grpc.RpcError):
    """How a call ended."""

    def __init__(self, code, details):
        self._code, self._details = code, details

    def code(self):
        return self._code

    def details(self):
        return self._details


@pytest.mark.parametrize(
    ("code", "details", "endpoints", "attempts", "in_doubt"),
    [
        ("UNAVAILABLE", "Socket closed", 1, 1, True),
        ("UNAVAILABLE", "etcdserver: request timed out", 1, 1, True),
        ("UNAVAILABLE", "etcdserver: unhealthy cluster", 1, 1, False),
        ("UNAVAILABLE", "etcdserver: rpc not supported for learner", 1, 1, False),
        ("UNKNOWN", "context deadline exceeded", 1, 1, True),
        ("UNKNOWN", "context deadline exceeded", 1, 2, True),
        ("DEADLINE_EXCEEDED", "Deadline Exceeded", 1, 1, True),
        ("DEADLINE_EXCEEDED", "Deadline Exceeded", 3, 2, True),
        ("DEADLINE_EXCEEDED", "Deadline Exceeded", 1, 2, False),
        ("PERMISSION_DENIED", "etcdserver: permission denied", 1, 1, False),
    ],
)
def test_a_failed_write_is_in_doubt(code, details, endpoints, attempts, in_doubt):
    failure = Failure(getattr(grpc.StatusCode, code), details)
    assert doubts_about(failure, endpoints, attempts) == ((PERHAPS_APPLIED,) if in_doubt else ())


@pytest.mark.parametrize("code", ["UNAVAILABLE", "DEADLINE_EXCEEDED"])
def test_a_write_that_a_member_gives_up_is_not_sent_again_and_a_read_is(code):
    failure = Failure(getattr(grpc.StatusCode, code), "context deadline exceeded")
    assert may_repeat(failure, endpoints=1, repeatable=True)
    assert not may_repeat(failure, endpoints=1, repeatable=False)


def test_a_cluster_without_a_quorum_is_reported(own_etcd, open_connection, read):
    cluster = own_etcd(size=3)
    for member in cluster.members[1:]:
        member.kill()

    with pytest.raises(DeadlineExceeded) as caught:
        read(open_connection(*cluster.client_urls), b"a", seconds=1)

    reported = sorted(line.partition(" ")[2] for line in caught.value.advice[:3])
    assert reported[0].startswith("can be reached, but did not respond to the call in time")
    assert "refused the connection" in reported[1]
    assert caught.value.advice[-1] == "Try:  endpoint status, or a longer --command-timeout"


def test_two_of_five_members_may_die_and_three_may_not(own_etcd, open_connection, read, write):
    cluster = own_etcd(size=5)
    connection = open_connection(*cluster.client_urls)
    write(connection, b"key", b"0", seconds=20)
    for number in (1, 2):
        cluster.members[cluster.client_urls.index(connection.endpoint)].kill()
        assert read(connection, b"key", seconds=30) == b"%d" % (number - 1)
        write(connection, b"key", b"%d" % number, seconds=20)

    cluster.members[cluster.client_urls.index(connection.endpoint)].kill()
    with pytest.raises(DeadlineExceeded):
        read(connection, b"key", seconds=1)
    words = ("get", "key", "--print-value-only", "--consistency", "s")
    done = run(*words, env=cluster.environment)
    assert (done.stdout, done.stderr) == (b"2\n", "")
