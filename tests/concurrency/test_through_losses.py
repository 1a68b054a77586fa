"""Watches and locks that outlive what they began with: their tokens, their member."""

from __future__ import annotations

import signal
from contextlib import closing
from threading import Event

import pytest

from pyetcdctl.client.connection import Connection, Deadline
from pyetcdctl.client.kv import put, read
from pyetcdctl.concurrency.watching import Watching
from pyetcdctl.errors import CallFailed
from pyetcdctl.rpc.key_values import key_value
from pyetcdctl.rpc.kv import PutRequest, RangeRequest
from pyetcdctl.rpc.watch import WatchCreateRequest
from pyetcdctl.settings import ConnectionSettings, Credentials
from tests.concurrency.holders import keys, leases, until_waiting
from tests.runner import command
from tests.server import (
    enable_authentication,
    every_programs,
    freeze,
    running_with_tls,
    thaw,
    write_certificates,
)


def token_flags(kind, folder):
    """Return the flags of a server whose tokens live for a moment."""
    if kind == "simple":
        return ["--auth-token-ttl=1"]
    secret = folder / "secret"
    secret.write_bytes(b"0123456789abcdef" * 4)
    return [f"--auth-token=jwt,priv-key={secret},sign-method=HS256,ttl=2s"]


@pytest.fixture(params=every_programs(), ids=lambda programs: programs.version)
def programs(request):
    return request.param


@pytest.fixture(params=["simple", "jwt"])
def forgetful_etcd(request, tmp_path, programs):
    """A server that wants a client certificate and a token, and takes none for long."""
    flags = [*token_flags(request.param, tmp_path), "--bcrypt-cost=4"]
    with running_with_tls(tmp_path, programs=programs, flags=flags) as etcd:
        yield enable_authentication(etcd)


def wait_until_tokens_have_expired(etcd):
    """Use a token now and then until it is refused: those before it are gone by then."""

    def connection(credentials):
        settings = ConnectionSettings(etcd.client_urls, tls=etcd.tls, credentials=credentials)
        return closing(Connection(settings))

    with connection(Credentials("root", "rootpw")) as asking:
        token = dict(asking.metadata())["token"]

    def read_now_and_then(holding):
        while True:
            read(holding, RangeRequest(key=b"k"), Deadline.after(5))
            Event().wait(1.5)  # a simple token lives on from its last use

    refused = pytest.raises(CallFailed, match="invalid auth token")
    with connection(Credentials(token=token)) as holding, refused:
        read_now_and_then(holding)


def test_a_watch_and_a_lock_outlive_their_tokens_over_mutual_tls(forgetful_etcd, start, watch):
    etcd = forgetful_etcd
    etcd.etcdctl("put", "k", "0", check=True)
    watching = watch("k", "--rev", "1", "-w", "json", env=etcd.environment)
    assert watching.events_until(b"0")
    holder = start(command("lock", "name", "--ttl", "2"), etcd.environment)
    held = holder.line()
    waiter = start(command("lock", "name", "--ttl", "2"), etcd.environment)
    until_waiting(etcd, "name", 2)

    wait_until_tokens_have_expired(etcd)
    etcd.etcdctl("put", "k", "1", check=True)
    assert len(watching.events_until(b"1")) == 1
    assert len(keys(etcd, "name")) == 2
    holder.process.send_signal(signal.SIGINT)
    assert holder.ended() == (0, "")
    assert waiter.line() in keys(etcd, "name")

    etcd.members[0].restart()  # the next streams need tokens of their own
    etcd.etcdctl("put", "k", "2", check=True)
    assert len(watching.events_until(b"2")) == 1
    wait_until_tokens_have_expired(etcd)
    waiter.process.send_signal(signal.SIGINT)
    assert waiter.ended() == (0, "")
    assert keys(etcd, "name") == leases(etcd) == []
    assert held


def test_a_watch_whose_member_is_frozen_goes_on_elsewhere_and_misses_nothing(three_members, prefix):
    key = f"{prefix}k".encode()
    settings = ConnectionSettings(endpoints=three_members.client_urls, keepalive_timeout=1.0)
    with closing(Connection(settings)) as writing, closing(Connection(settings)) as connection:
        first = written(writing, key)
        watching = Watching(connection)
        watching.add(WatchCreateRequest(key=key, start_revision=first.mod_revision))
        responses = watching.received()
        versions = versions_of(next(responses))
        asked = three_members.members[three_members.client_urls.index(connection.endpoint)]
        freeze(asked)
        try:
            last = [written(writing, key) for _ in range(3)][-1]
            while versions[-1] < last.version:
                versions += versions_of(next(responses))
        finally:
            thaw(asked)
            watching.close()
    assert versions == list(range(1, last.version + 1))


def written(connection, key):
    """Write a key until that is known to be done; return what then lies there."""
    while True:
        try:
            put(connection, PutRequest(key=key), Deadline.after(2))
        except CallFailed:
            connection.leave_endpoint()
        else:
            return read(connection, RangeRequest(key=key), Deadline.after(30)).kvs[0]


def versions_of(received):
    records = [record for batch in received.response.batches for record in batch.records()]
    return [key_value(record).version for record in records]


def test_a_watch_and_a_lock_read_certificates_that_were_renewed(tmp_path, start, watch):
    with running_with_tls(tmp_path) as etcd:
        watching = watch("k", "--rev", "1", env=etcd.environment)
        holder = start(command("lock", "name", "--ttl", "30"), etcd.environment)
        holder.line()
        etcd.etcdctl("put", "k", "0", check=True)
        assert [watching.line() for _ in range(3)] == ["PUT", "k", "0"]

        write_certificates(tmp_path)  # another authority, in the same files
        etcd.members[0].restart()

        etcd.etcdctl("put", "k", "1", check=True)
        assert [watching.line() for _ in range(3)] == ["PUT", "k", "1"]
        holder.process.send_signal(signal.SIGINT)
        assert holder.ended() == (0, "")
        assert keys(etcd, "name") == []
