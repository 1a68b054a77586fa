"""etcd3's client on our connection, against a real server."""

from __future__ import annotations

import threading

import grpc
import pytest

from pyetcdctl.client.connection import Connection
from pyetcdctl.client.etcd3_bridge.client import EtcdClient
from pyetcdctl.client.etcd3_bridge.etcd3_package import WatchTimedOut
from pyetcdctl.errors import CallFailed, DeadlineExceeded, PyetcdctlError, WatchCanceled
from pyetcdctl.rpc import etcdrpc
from pyetcdctl.settings import ConnectionSettings, Credentials
from tests.server import enable_authentication


@pytest.fixture
def connect():
    """A function that makes a client, which ends with the test."""
    ends = []

    def client(*endpoints, **settings):
        connection = Connection(ConnectionSettings(endpoints=endpoints, **settings))
        made = EtcdClient(connection)
        ends.extend([connection.close, made.close])
        return made

    yield client
    for end in reversed(ends):
        end()


@pytest.fixture
def client(etcd, connect):
    return connect(etcd.endpoint)


def changes(client, key, **options):
    """Watch a key; return its events, and what ends the watch."""
    events, cancel = client.watch(key, **options)
    return iter(events), cancel


def test_what_was_put_is_got(client, prefix):
    client.put(prefix + "key", "value")

    value, metadata = client.get(prefix + "key")

    assert value == b"value"
    assert metadata.version == 1


def test_a_client_certificate_opens_the_door(secure_etcd, connect, prefix):
    client = connect(secure_etcd.endpoint, tls=secure_etcd.tls)

    client.put(prefix + "key", "value")

    assert client.get(prefix + "key")[0] == b"value"


def test_a_range_keeps_to_the_limit_and_counts_all(client, prefix):
    for name in "abc":
        client.put(prefix + name, name)

    response = client.get_prefix_response(prefix, limit=2)

    assert [kv.value for kv in response.kvs] == [b"a", b"b"]
    assert response.count == 3


def test_a_count_brings_no_keys(client, prefix):
    client.put(prefix + "key", "value")

    response = client.get_prefix_response(prefix, count_only=True)

    assert (len(response.kvs), response.count) == (0, 1)


def test_an_older_revision_is_read(client, prefix):
    before = client.put(prefix + "key", "before").header.revision
    client.put(prefix + "key", "after")

    response = client.get_prefix_response(prefix, revision=before)

    assert [kv.value for kv in response.kvs] == [b"before"]


def test_a_transaction_replaces_the_value_it_expects(client, prefix):
    client.put(prefix + "key", "before")

    assert client.replace(prefix + "key", "before", "after")
    assert not client.replace(prefix + "key", "before", "again")
    assert client.get(prefix + "key")[0] == b"after"


def test_a_watch_sees_a_put_and_a_delete(client, prefix):
    events, cancel = changes(client, prefix + "key")
    client.put(prefix + "key", "value")
    client.delete(prefix + "key")

    assert [type(next(events)).__name__ for _ in range(2)] == ["PutEvent", "DeleteEvent"]
    cancel()


def test_a_watch_of_what_was_compacted_is_canceled(own_etcd, connect):
    client = connect(own_etcd().endpoint)
    client.put("key", "before")
    client.compact(client.put("key", "after").header.revision)
    events, _ = changes(client, "key", start_revision=1)

    with pytest.raises(WatchCanceled) as failure:
        next(events)

    assert failure.value.message == (
        "watch was canceled (etcdserver: mvcc: required revision has been compacted)"
    )


def test_a_watch_that_is_not_permitted_is_refused(auth_etcd, connect):
    with pytest.raises(WatchCanceled, match=r"permission denied|user name is empty"):
        connect(auth_etcd.endpoint).watch("key")


def test_a_watch_ends_with_its_server_and_the_next_one_finds_the_new(own_etcd, connect, prefix):
    server = own_etcd()
    client = connect(server.endpoint)
    events, _ = changes(client, prefix + "key")
    server.members[0].kill()
    with pytest.raises(PyetcdctlError, match="Unavailable"):
        next(events)

    server.members[0].start()
    events, cancel = changes(client, prefix + "key")
    client.put(prefix + "key", "value")

    assert next(events).value == b"value"
    cancel()


def test_closing_ends_watches_and_their_thread(client, prefix):
    running = set(threading.enumerate())
    events, _ = changes(client, prefix + "key")
    thread = client.watcher._callback_thread
    assert thread in set(threading.enumerate()) - running

    client.close()

    assert not thread.is_alive()
    with pytest.raises(CallFailed, match="context canceled"):
        next(events)


def test_waiting_once_ends_when_its_time_is_over(client, prefix):
    with pytest.raises(WatchTimedOut):
        client.watch_once(prefix + "key", timeout=0.01)


def test_a_lock_is_held_by_one_at_a_time(client, prefix):
    with client.lock(prefix) as lock:
        assert lock.is_acquired()
        assert not client.lock(prefix).acquire(timeout=0.01)


def test_a_lock_is_handed_over_when_it_is_released(client, prefix):
    first, second = client.lock(prefix), client.lock(prefix)
    first.acquire()
    events, cancel = changes(client, first.key)
    waiting = threading.Thread(target=second.acquire)
    waiting.start()

    first.release()
    waiting.join()

    assert [type(next(events)).__name__ for _ in range(2)] == ["DeleteEvent", "PutEvent"]
    assert second.is_acquired()
    cancel()


def test_waiting_in_vain_for_a_lock_leaves_no_lease(client, prefix):
    def leases():
        return len(client.leasestub.LeaseLeases(etcdrpc.LeaseLeasesRequest()).leases)

    with client.lock(prefix):
        before = leases()
        client.lock(prefix).acquire(timeout=0.01)

        assert leases() == before


def test_a_lease_takes_its_keys_with_it(client, prefix):
    lease = client.lease(60)
    client.put(prefix + "key", "value", lease=lease)
    assert list(lease.keys) == [(prefix + "key").encode()]
    assert lease.refresh()[0].TTL == 60

    lease.revoke()

    assert client.get(prefix + "key") == (None, None)


def test_status_names_version_and_leader(client, etcd):
    status = client.status()

    assert status.version == etcd.version
    assert status.leader.id == next(client.members).id


def test_members_are_listed_with_their_urls(client, etcd):
    assert [list(member.client_urls) for member in client.members] == [[etcd.endpoint]]


def test_a_snapshot_is_written_whole(client, tmp_path):
    path = tmp_path / "snapshot"
    with path.open("wb") as file:
        client.snapshot(file)

    assert path.stat().st_size % 512 == 32  # pages, and the hash of them


@pytest.mark.parametrize(
    ("call", "code", "words"),
    [
        (lambda client: client.get(""), "INVALID_ARGUMENT", "key is not provided"),
        (lambda client: client.revoke_lease(1), "NOT_FOUND", "requested lease not found"),
        (lambda client: client.remove_member(1), "NOT_FOUND", "member not found"),
        (
            lambda client: client.compact(1 << 60),
            "OUT_OF_RANGE",
            "mvcc: required revision is a future revision",
        ),
    ],
)
def test_an_error_keeps_the_servers_words(client, call, code, words):
    with pytest.raises(CallFailed) as failure:
        call(client)

    assert failure.value.message == f"etcdserver: {words}"
    assert failure.value.code == code


def test_an_error_in_a_stream_is_ours_too(auth_etcd, connect, tmp_path):
    with (
        (tmp_path / "snapshot").open("wb") as file,
        pytest.raises(CallFailed, match="user name is empty"),
    ):
        connect(auth_etcd.endpoint).snapshot(file)


def test_a_token_that_the_server_forgot_is_replaced(own_etcd, connect):
    server = enable_authentication(own_etcd())
    client = connect(server.endpoint, credentials=Credentials("root", "rootpw"))
    client.put("key", "value")
    token = client.metadata

    same = etcdrpc.AuthUserChangePasswordRequest(name="root", password="rootpw")
    client.authstub.UserChangePassword(same, metadata=token)

    assert client.get("key")[0] == b"value"
    assert client.metadata != token


def test_a_call_goes_to_another_member_when_its_own_is_gone(own_etcd, connect):
    cluster = own_etcd(size=3)
    client = connect(*cluster.client_urls)
    assert len(list(client.members)) == 3
    serving = client.connection.endpoint
    lost = threading.Event()
    client.kvstub.channel.current().subscribe(
        lambda state: lost.set() if state is not grpc.ChannelConnectivity.READY else None
    )

    cluster.members[cluster.client_urls.index(serving)].kill()
    lost.wait()

    assert len(list(client.members)) == 3
    assert client.connection.endpoint != serving


def test_a_server_that_is_not_there_ends_with_the_deadline(connect):
    client = connect("http://127.0.0.1:1", command_timeout=0.1)

    with pytest.raises(DeadlineExceeded, match="context deadline exceeded"):
        client.get("key")
