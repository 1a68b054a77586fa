"""A member's database is read beside the running server: consistent, and nothing is touched."""

import os
from contextlib import contextmanager, suppress
from itertools import count
from threading import Event, Thread

import pytest

from pyetcdctl.client.connection import Connection
from pyetcdctl.client.deadline import Deadline
from pyetcdctl.errors import CallFailed
from pyetcdctl.rpc.kv import RANGE, RangeRequest, RangeResponse
from pyetcdctl.rpc.wire import append_varint
from pyetcdctl.settings import ConnectionSettings
from pyetcdctl.storage.files import ReadOnlyFile
from pyetcdctl.storage.live_copy import copy_of, is_written
from tests.benchmarks.data import TXN, _field, _txn
from tests.runner import run_here
from tests.server import running

COPIES = int(os.environ.get("TEST_LIVE_COPIES", "3"))
COMPACT = "/etcdserverpb.KV/Compact"
STILL = [(b"still/%05d" % number, b"x" * 500) for number in range(3_000)]


@pytest.fixture(scope="module")
def busy():
    """A server that commits all the time, to a database of some size."""
    with running(flags=("--backend-batch-interval=10ms",)) as etcd:
        connection = Connection(ConnectionSettings(endpoints=(etcd.address,)))
        for at in range(0, len(STILL), 100):
            call(connection, TXN, _txn(STILL[at : at + 100]))
        yield etcd, connection
        connection.close()


def call(connection, method, request):
    return connection.unary(method, request, deadline=Deadline.after(30), repeatable=True)


def all_keys(connection, revision=0):
    request = RangeRequest(key=b"\0", range_end=b"\0", revision=revision)
    return RangeResponse.decode(call(connection, RANGE, request.encode()))


@contextmanager
def writing(connection, *, compacting):
    """Write twins in one transaction each, delete some, and compact what is old now and then."""
    stopped, failures = Event(), []

    def write():
        try:
            for number in count():
                if stopped.is_set():
                    return
                name, value = b"%03d" % (number % 300), b"%d" % number * 50
                call(connection, TXN, _txn([(b"left/" + name, value), (b"right/" + name, value)]))
                if number % 5 == 0:
                    call(connection, TXN, deletion([b"left/" + name, b"right/" + name]))
                if compacting and number % 100 == 99:
                    header = RangeResponse.decode(
                        call(connection, RANGE, RangeRequest(key=b"x").encode())
                    ).header
                    old = header.revision - 600
                    if old > 0:
                        call(connection, COMPACT, b"\x08" + varint(old))
        except Exception as error:
            failures.append(error)

    thread = Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()
    assert not failures


def deletion(keys):
    return b"".join(bytes(_field(2, _field(3, _field(1, key)))) for key in keys)


def varint(number):
    out = bytearray()
    append_varint(out, number)
    return bytes(out)


def database_of(etcd):
    return str(etcd.members[0].site.data_folder / "member" / "snap" / "db")


def test_a_running_server_is_noticed_by_its_lock(busy, tmp_path):
    etcd, _ = busy
    assert is_written(database_of(etcd))
    (tmp_path / "db").write_bytes(b"")
    assert not is_written(str(tmp_path / "db"))


@pytest.mark.parametrize("compacting", [False, True], ids=["growing", "compacting"])
def test_what_is_read_is_what_the_server_had_at_that_revision(busy, compacting):
    etcd, connection = busy
    compared = 0
    with writing(connection, compacting=compacting):
        for _ in range(COPIES):
            file = run_here("get", "", "--prefix", "-w", "protobuf", "--from", database_of(etcd))
            assert file.exit_code == 0, file.stderr
            assert "a server is writing to" in file.stderr
            stored = RangeResponse.decode(file.stdout)
            with suppress(CallFailed):  # compacted since
                live = all_keys(connection, stored.header.revision)
                assert list(stored.kvs) == list(live.kvs)
                compared += 1
    assert compared


def test_a_copy_is_as_large_as_the_original_and_has_every_bucket(busy):
    etcd, _ = busy
    with ReadOnlyFile(database_of(etcd)) as file, copy_of(file) as copy:
        assert copy.current_size() == file.current_size()
    assert b"started" in run_here("member", "list", "--from", database_of(etcd)).stdout


def test_a_file_that_is_written_without_a_lock_is_not_trusted(busy, monkeypatch):
    etcd, connection = busy
    monkeypatch.setattr("pyetcdctl.storage.opening.is_written", lambda path: False)
    with writing(connection, compacting=False):
        result = run_here("get", "still/", "--prefix", "--from", database_of(etcd))
    assert result.exit_code == 1
    assert "was written to while it was read" in result.stderr
