"""Each write is applied once, whatever happens to requests and responses on the way."""

import json
from contextlib import closing
from threading import Event, Thread

import pytest

from pyetcdctl.client.connection import Connection
from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.kv import put, read
from pyetcdctl.client.status import PERHAPS_APPLIED
from pyetcdctl.concurrency.destination import LET_IT_READ, ONE_BY_ONE, Destination
from pyetcdctl.errors import CallFailed
from pyetcdctl.rpc.kv import DeleteRangeRequest, PutRequest, RangeRequest
from pyetcdctl.rpc.txn import RequestOp
from pyetcdctl.settings import ConnectionSettings, Credentials
from tests.concurrency.lossy import LossyWay
from tests.server import Etcd

MARK = b"the value of the write that gets lost"
ROOT = Credentials("root", "rootpw")
SECONDS = 30


def keys_under(etcd, prefix):
    """Return value, version and revision of every key."""
    with closing(Connection(ConnectionSettings(etcd.client_urls, credentials=ROOT))) as connection:
        request = RangeRequest(key=prefix.encode(), range_end=prefix.encode() + b"\xff")
        response = read(connection, request, Deadline.after(SECONDS))
    keys = {
        pair.key.decode().removeprefix(prefix): (pair.value, pair.version, pair.mod_revision)
        for pair in response.kvs
    }
    return keys, response.header.revision


def putting(prefix, name, value=b"v"):
    return RequestOp(request_put=PutRequest(key=f"{prefix}{name}".encode(), value=value))


def deleting(prefix, name):
    return RequestOp(request_delete_range=DeleteRangeRequest(key=f"{prefix}{name}".encode()))


def versions(keys):
    return {version for _, version, _ in keys.values()}


@pytest.fixture
def opened(open_connection):
    """A function that opens a destination behind an endpoint."""

    def make(endpoint, report=print, **settings):
        destination = Destination(open_connection(endpoint, **settings), report)
        destination.open()
        return destination

    return make


@pytest.fixture
def open_connection():
    made = []

    def connect(endpoint, **settings):
        made.append(Connection(ConnectionSettings((endpoint,), **settings)))
        return made[-1]

    yield connect
    for each in made:
        each.close()


@pytest.fixture
def lossy():
    made = []

    def way(etcd, loses):
        made.append(LossyWay(etcd.address, MARK, loses))
        return made[-1]

    yield way
    for each in made:
        each.close()


def cut_when_lost(way, is_there):
    """Cut the line when the request is lost, or when the server shows it applied."""

    def wait():
        assert way.lost.wait(SECONDS)
        while not is_there():
            Event().wait(0.01)
        way.cut()

    cutter = Thread(target=wait)
    cutter.start()
    return cutter


def shows_mark(etcd, prefix):
    return lambda: any(value == MARK for value, _, _ in keys_under(etcd, prefix)[0].values())


def test_a_step_whose_response_is_lost_is_applied_once(every_etcd, opened, lossy, prefix):
    way = lossy(every_etcd, "response")
    every_etcd.etcdctl("put", f"{prefix}gone", "x", check=True)
    destination = opened(way.endpoint)
    cutter = cut_when_lost(way, shows_mark(every_etcd, prefix))
    destination.write([deleting(prefix, "gone"), putting(prefix, "a", MARK), putting(prefix, "b")])
    cutter.join()
    keys, _ = keys_under(every_etcd, prefix)
    assert sorted(keys) == ["a", "b"]
    assert versions(keys) == {1}
    assert len({revision for _, _, revision in keys.values()}) == 1


def test_a_step_that_never_arrived_is_sent_again(every_etcd, opened, lossy, prefix):
    way = lossy(every_etcd, "request")
    destination = opened(way.endpoint)
    cutter = cut_when_lost(way, lambda: True)
    destination.write([putting(prefix, "a", MARK)])
    cutter.join()
    keys, _ = keys_under(every_etcd, prefix)
    assert keys["a"][:2] == (MARK, 1)


def test_a_deletion_that_arrives_late_undoes_no_later_write(own_etcd, opened):
    etcd = own_etcd()
    etcd.etcdctl("put", "/k", "old", check=True)
    with closing(LossyWay(etcd.address, b"/k", "time")) as way:
        destination = opened(way.endpoint)
        cutter = cut_when_lost(way, lambda: True)
        destination.write([deleting("/", "k")])
        destination.write([putting("/", "k", b"new")])
        cutter.join()
        before = applied(etcd)
        way.deliver()
        while applied(etcd) == before:
            Event().wait(0.01)
    assert keys_under(etcd, "/")[0]["k"][:2] == (b"new", 1)


def applied(etcd):
    """Return how many entries of its log the server has applied."""
    (row,) = json.loads(etcd.etcdctl("endpoint", "status", "-w", "json", check=True).stdout)
    return row["Status"]["raftAppliedIndex"]


@pytest.mark.parametrize("loses", ["response", "request"])
def test_of_many_writes_under_way_each_is_applied_once(own_etcd, opened, lossy, prefix, loses):
    etcd = own_etcd()
    way = lossy(etcd, loses)
    destination = opened(way.endpoint)
    _, before = keys_under(etcd, prefix)
    applied = shows_mark(etcd, prefix) if loses == "response" else lambda: True
    cutter = cut_when_lost(way, applied)
    values = [b"v"] * 300
    values[ONE_BY_ONE + 70] = MARK
    puts = (putting(prefix, f"{number:03}", value) for number, value in enumerate(values))
    assert list(destination.write_each(puts)) == list(range(1, 301))
    cutter.join()
    keys, revision = keys_under(etcd, prefix)
    assert [value for value, _, _ in keys.values()] == values
    assert versions(keys) == {1}
    assert revision == before + 300


def test_few_writes_are_applied_in_their_order(etcd, opened, prefix):
    names = ["c", "a", "d", "b"]
    for _ in opened(etcd.endpoint).write_each(putting(prefix, name) for name in names):
        pass
    keys, _ = keys_under(etcd, prefix)
    assert sorted(keys, key=lambda name: keys[name][2]) == names


def test_what_another_client_wrote_meanwhile_is_written_over(etcd, opened, open_connection, prefix):
    destination = opened(etcd.endpoint)
    destination.write([putting(prefix, "a", b"1")])
    other = open_connection(etcd.endpoint)
    put(other, PutRequest(key=f"{prefix}a".encode(), value=b"theirs"), Deadline.after(5))
    destination.write([putting(prefix, "a", b"2"), putting(prefix, "b", b"2")])
    keys, _ = keys_under(etcd, prefix)
    assert {name: value for name, (value, _, _) in keys.items()} == {"a": b"2", "b": b"2"}
    assert keys["a"][1] == 3


def test_a_killed_server_is_waited_for_and_reported_once(own_etcd, opened):
    server = own_etcd()
    reported = []
    destination = opened(server.endpoint, reported.append, command_timeout=0.3)
    server.members[0].kill()
    back = Thread(target=lambda: (wait_for(reported), server.members[0].start()), daemon=True)
    back.start()
    destination.write([putting("/", "a")])
    back.join()
    assert keys_under(server, "/")[0]["a"][:2] == (b"v", 1)
    assert isinstance(reported[0], CallFailed)
    assert reported[1:] == [None]


def wait_for(reported):
    while not reported:
        Event().wait(0.01)


@pytest.fixture(scope="module")
def users(auth_etcd):
    """A server with two users: one may read and write under /w/, one may only write."""
    for name, permission in (("keeper", "readwrite"), ("sender", "write")):
        auth_etcd.etcdctl("user", "add", f"{name}:pw", check=True)
        auth_etcd.etcdctl("role", "add", name, check=True)
        auth_etcd.etcdctl(
            "role", "grant-permission", name, permission, "/w/", "--prefix", check=True
        )
        auth_etcd.etcdctl("user", "grant-role", name, name, check=True)
    return auth_etcd


@pytest.mark.parametrize("name", ["keeper", "sender"])
def test_a_right_to_write_suffices(users, opened, name):
    destination = opened(users.endpoint, credentials=Credentials(name, "pw"))
    destination.write([putting("/w/", f"{name}1"), deleting("/w/", "none")])
    for _ in destination.write_each(putting("/w/", f"{name}{number}") for number in (2, 3)):
        pass
    keys, _ = keys_under(users, "/w/")
    assert {f"{name}1", f"{name}2", f"{name}3"} <= set(keys)


def test_who_may_not_read_does_not_write_twice(users, opened, lossy):
    way = lossy(users, "response")
    destination = opened(way.endpoint, credentials=Credentials("sender", "pw"))
    destination.write([putting("/w/", "first")])
    cutter = cut_when_lost(way, shows_mark(users, "/w/"))
    with pytest.raises(CallFailed) as failure:
        destination.write([putting("/w/", "lost", MARK)])
    cutter.join()
    assert failure.value.advice[-2:] == (PERHAPS_APPLIED, LET_IT_READ)
    assert keys_under(users, "/w/")[0]["lost"][1] == 1


def test_a_right_that_is_missing_is_an_error(users, opened):
    destination = opened(users.endpoint, credentials=Credentials("keeper", "pw"))
    with pytest.raises(CallFailed, match=r"^etcdserver: permission denied"):
        destination.write([putting("/elsewhere/", "a")])


def test_logins_are_renewed_however_often_they_go_stale(own_etcd, opened):
    server = own_etcd()
    server.etcdctl("user", "add", "root:rootpw", check=True)
    server.etcdctl("user", "grant-role", "root", "root", check=True)
    server.etcdctl("auth", "enable", check=True)
    root = Etcd(server.cluster, server.tls, "root:rootpw")
    destination = opened(server.endpoint, credentials=ROOT)
    for number in range(8):
        root.etcdctl("user", "add", f"user{number}:pw", check=True)
        destination.write([putting("/", f"{number}")])
        root.etcdctl("user", "delete", f"user{number}", check=True)
        for _ in destination.write_each([putting("/", f"{number}-each")]):
            pass
    assert len(keys_under(root, "/")[0]) == 16


def test_a_value_that_fits_without_a_guard_is_written(etcd, opened, prefix):
    """The server's limit is for the whole request, in which the guard's key stands once more."""
    key = prefix + "k" * 1000
    largest = largest_put(etcd, key)
    opened(etcd.endpoint).write([putting(key, "", b"y" * (largest - 100))])
    keys, _ = keys_under(etcd, prefix)
    assert [len(value) for value, _, _ in keys.values()] == [largest - 100]


def largest_put(etcd, key):
    """Return the size of the largest value that the server takes."""
    with closing(Connection(ConnectionSettings(etcd.client_urls))) as connection:
        fits, too_large = 1_000_000, 2_000_000
        while too_large - fits > 1:
            size = (fits + too_large) // 2
            try:
                request = PutRequest(key=key.encode(), value=b"x" * size)
                put(connection, request, Deadline.after(SECONDS))
                fits = size
            except CallFailed as error:
                if error.message != "etcdserver: request is too large":
                    raise
                too_large = size
    return fits
