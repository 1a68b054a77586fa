"""Changes of objects: guarded by what was read, in transactions that kine takes, too."""

import pytest

from pyetcdctl.client.connection import Connection
from pyetcdctl.client.kv import LiveWriter
from pyetcdctl.errors import NotWritten
from pyetcdctl.registry.targets import Target
from pyetcdctl.registry.writing import Change, write
from pyetcdctl.rpc.kv import KeyValue, RangeResponse
from pyetcdctl.rpc.txn import EQUAL, MOD
from pyetcdctl.settings import ConnectionSettings


class Recording:
    """A writer that keeps the transactions that go to another one."""

    def __init__(self, inner):
        self._inner = inner
        self.name = inner.name
        self.requests = []

    def commit(self, request):
        self.requests.append(request)
        return self._inner.commit(request)


@pytest.fixture
def writer(etcd):
    connection = Connection(ConnectionSettings(endpoints=etcd.client_urls))
    yield Recording(LiveWriter(connection))
    connection.close()


def entry_of(etcd, key):
    found = etcd.etcdctl("get", key, "-w", "protobuf", check=True).stdout
    return RangeResponse.decode(found).kvs[0]


def test_each_transaction_has_the_shape_that_kine_takes(etcd, writer):
    # kine/pkg/server: isCreate, isUpdate and isDelete look for exactly these.
    target = Target(b"/writing/shape", "it")
    write(writer, Change(target, None, b"1", "created"))
    write(writer, Change(target, entry_of(etcd, "/writing/shape"), b"2", "updated"))
    write(writer, Change(target, entry_of(etcd, "/writing/shape"), None, "deleted"))
    create, update, delete = writer.requests
    for request in writer.requests:
        [guard] = request.compare
        assert (guard.target, guard.result) == (MOD, EQUAL)
        assert len(request.success) == 1
    assert create.compare[0].mod_revision == 0
    assert (create.success[0].request_put.value, list(create.failure)) == (b"1", [])
    assert update.success[0].request_put.value == b"2"
    assert delete.success[0].request_delete_range.key == target.key
    assert update.failure[0].request_range.key == delete.failure[0].request_range.key == target.key
    assert not etcd.etcdctl("get", "/writing/shape").stdout


def test_only_what_was_read_is_changed(etcd, writer):
    target = Target(b"/writing/raced", "configmaps/a/b")
    write(writer, Change(target, None, b"theirs", "created"))
    for before, why in (
        (None, "configmaps/a/b was created by another client meanwhile"),
        (KeyValue(key=target.key, mod_revision=1), "was changed by another client after it was"),
    ):
        with pytest.raises(NotWritten, match=why):
            write(writer, Change(target, before, b"ours", "updated"))
    gone = Target(b"/writing/gone", "it")
    with pytest.raises(NotWritten, match="was deleted by another client"):
        write(writer, Change(gone, KeyValue(key=gone.key, mod_revision=1), b"x", "updated"))
    assert etcd.etcdctl("get", "/writing/raced", "--print-value-only").stdout == b"theirs\n"
