"""Watches on a real server, and after its loss."""

import socket
import threading
from collections import deque
from contextlib import closing

import pytest

from pyetcdctl.client.connection import Connection
from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.kv import commit, compact, put
from pyetcdctl.concurrency.watching import Watching
from pyetcdctl.errors import CallFailed, DeadlineExceeded, InvalidInput
from pyetcdctl.rpc.kv import PUT, PutRequest
from pyetcdctl.rpc.txn import CompactionRequest, RequestOp, TxnRequest
from pyetcdctl.rpc.watch import WatchCreateRequest
from pyetcdctl.rpc.wire import read_varint
from pyetcdctl.settings import ConnectionSettings
from tests.concurrency.gate import Gate
from tests.concurrency.holders import leading_member
from tests.server import freeze, thaw

MANY = 200


@pytest.fixture
def connect():
    made = []

    def open_connection(etcd, **settings):
        made.append(Connection(ConnectionSettings(**{"endpoints": etcd.client_urls, **settings})))
        return made[-1]

    yield open_connection
    for connection in made:
        connection.close()


def write(connection, key, value):
    """Write a key until it is known to be written; return the revision."""
    while True:
        try:
            request = PutRequest(key=key, value=value)
            return put(connection, request, Deadline.after(10)).header.revision
        except CallFailed as error:
            if error.code not in ("UNAVAILABLE", "DEADLINE_EXCEEDED"):
                raise


def under(prefix, **fields):
    return WatchCreateRequest(key=prefix.encode(), range_end=prefix.encode() + b"\xff", **fields)


def records(received):
    return [record for batch in received.response.batches for record in batch.records()]


def values_until(watching, last):
    values = []
    for received in watching.received():
        values += [record[4] for record in records(received)]
        if last in values:
            return values
    return values


def test_a_transaction_is_received_in_one_piece(every_etcd, connect, prefix):
    connection = connect(every_etcd)
    puts = [PutRequest(key=f"{prefix}{n}".encode(), value=b"%d" % n) for n in range(9)]
    with closing(Watching(connect(every_etcd))) as watching:
        revision = write(connection, b"start", b"")
        watching.add(under(prefix, start_revision=revision))
        operations = [RequestOp(request_put=each) for each in puts]
        commit(connection, TxnRequest(success=operations), Deadline.after(5))
        received = next(watching.received())
    assert [record[4] for record in records(received)] == [b"%d" % n for n in range(9)]


def test_fragments_are_put_together(every_etcd, connect, prefix):
    connection = connect(every_etcd)
    large = b"x" * 1_000_000
    first = write(connection, f"{prefix}0".encode(), large)
    for number in range(1, 5):
        write(connection, f"{prefix}{number}".encode(), large)
    with closing(Watching(connect(every_etcd))) as watching:
        watching.add(under(prefix, start_revision=first, fragment=True))
        received = next(watching.received())
    assert len(received.response.batches) > 1
    assert [record[0][-1:] for record in records(received)] == [b"0", b"1", b"2", b"3", b"4"]


def test_events_since_a_revision_are_the_later_ones(every_etcd, connect, prefix):
    connection = connect(every_etcd)
    first, *_ = [write(connection, f"{prefix}{n}".encode(), b"x" * 100 * n) for n in range(5)]
    with closing(Watching(connect(every_etcd))) as watching:
        watching.add(under(prefix, start_revision=first, prev_kv=True))
        (batch,) = next(watching.received()).response.batches
    assert batch.revisions == (first, first + 4)
    for skipped in range(5):
        later = batch.since(first + skipped)
        assert list(later.records()) == list(batch.records())[skipped:]
        assert batch.encoded.endswith(later.encoded)


def test_several_watches_share_a_stream_and_each_receives_its_own(every_etcd, connect, prefix):
    connection = connect(every_etcd)
    revision = write(connection, f"{prefix}a/1".encode(), b"a")
    write(connection, f"{prefix}b/1".encode(), b"b")
    got = {}
    with closing(Watching(connect(every_etcd))) as watching:
        first = watching.add(under(f"{prefix}a/", start_revision=revision))
        second = watching.add(under(f"{prefix}b/", start_revision=revision))
        for received in watching.received():
            got[received.number] = records(received)[0][4]
            if len(got) == 2:
                break
    assert got == {first: b"a", second: b"b"}


def test_a_watch_added_from_another_thread_starts_the_stream(etcd, connect, prefix):
    revision = write(connect(etcd), f"{prefix}k".encode(), b"late")
    with closing(Watching(connect(etcd))) as watching:
        request = under(prefix, start_revision=revision)
        threading.Timer(0.1, watching.add, [request]).start()
        assert values_until(watching, b"late") == [b"late"]


def test_progress_is_reported_to_every_watch(every_etcd, connect, prefix):
    revision = write(connect(every_etcd), b"elsewhere", b"")
    with closing(Watching(connect(every_etcd))) as watching:
        watching.add(under(prefix))
        watching.add(under(f"{prefix}more"))
        watching.add(under("elsewhere", start_revision=revision))
        responses = watching.received()
        assert records(next(responses))
        watching.request_progress()
        numbers = set()
        for received in responses:
            assert received.response.is_progress
            assert received.response.header.revision >= revision
            numbers.add(received.number)
            if len(numbers) == 3:
                break
    assert numbers == {0, 1, 2}


def test_a_closed_watching_ends_its_reader(etcd, connect, prefix):
    watching = Watching(connect(etcd))
    watching.add(under(prefix))
    threading.Timer(0.2, watching.close).start()
    assert list(watching.received()) == []


def test_a_reader_raises_what_the_watching_was_closed_with(etcd, connect, prefix):
    watching = Watching(connect(etcd))
    watching.add(under(prefix))
    threading.Timer(0.2, watching.close, [InvalidInput("the end")]).start()
    with pytest.raises(InvalidInput):
        next(watching.received())


def test_no_thread_outlives_a_closed_watching(etcd, connect, prefix):
    connection = connect(etcd)
    before = set(threading.enumerate())
    watching = Watching(connection)
    watching.add(under(prefix))
    threading.Timer(0.2, watching.close).start()
    assert list(watching.received()) == []
    connection.close()
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive(), thread.name


@pytest.mark.parametrize(("end", "size"), [("stop", 1), ("kill", 3)])
def test_a_restarted_server_loses_no_event_and_doubles_none(own_etcd, connect, end, size):
    """A single member of etcd 3.5.1 forgets, when killed, what it has acknowledged."""
    etcd = own_etcd(size=size)
    writer = connect(etcd)
    watching = Watching(connect(etcd))
    watching.add(under("k", start_revision=1))

    def write_many():
        for number in range(MANY):
            if number in (MANY // 3, MANY // 2):
                getattr(etcd.members[0], end)()
                etcd.members[0].start()
            write(writer, b"k%d" % number, b"%d" % number)

    writes = threading.Thread(target=write_many)
    writes.start()
    values = values_until(watching, b"%d" % (MANY - 1))
    writes.join()
    watching.close()
    assert without_repeats(values) == [b"%d" % number for number in range(MANY)]
    assert len(values) == last_revision(writer) - 1


def without_repeats(values):
    """A write whose response was lost was retried, and is two events with one value."""
    return list(dict.fromkeys(values))


def last_revision(connection):
    return write(connection, b"outside", b"") - 1


def test_killed_members_lose_no_event_and_double_none(own_etcd, connect):
    etcd = own_etcd(size=3)
    writer = connect(etcd)
    connection = connect(etcd)
    watching = Watching(connection)
    watching.add(under("k", start_revision=1))
    responses = watching.received()
    revisions, number = [], 0
    for _ in range(3):
        for _ in range(20):
            write(writer, b"k", b"%d" % number)
            number += 1
        while len(revisions) < number:
            revisions += revisions_of(next(responses))
        served_by = etcd.client_urls.index(connection.endpoint)
        etcd.members[served_by].kill()
        write(writer, b"k", b"while it is away")
        number += 1
        while len(revisions) < number:
            revisions += revisions_of(next(responses))
        etcd.members[served_by].start()
        etcd.members[served_by].wait_until_healthy()
    last = last_revision(writer)
    while revisions[-1] < last:
        revisions += revisions_of(next(responses))
    watching.close()
    assert revisions == list(range(2, last + 1))


def revisions_of(received):
    return [read_varint(record[2], 0)[0] for record in records(received)]


LATER = 6_000
"""A leader keeps 5,000 writes for those that are behind; who lacks more gets a snapshot."""


def test_a_member_that_catches_up_by_a_snapshot_sends_no_old_events(own_etcd, connect):
    """Early releases then restart, also where no client asked: a mirror would double events."""
    interval = "--experimental-watch-progress-notify-interval=50ms"
    etcd = own_etcd(size=3, flags=["--snapshot-count=100", interval])
    leader = leading_member(etcd)
    slow, other = (number for number in range(3) if etcd.members[number] is not leader)
    behind = connect(etcd, endpoints=(etcd.client_urls[slow],), keepalive_timeout=600.0)
    writer = connect(etcd, endpoints=(etcd.client_urls[other],))
    reported = {0: [], 1: []}
    with closing(Watching(behind)) as watching:
        watching.add(under("k", start_revision=2))
        watching.add(under("k", start_revision=LATER, progress_notify=True))
        responses = watching.received()
        for number in range(10):
            write(writer, b"k", b"%d" % number)
            reported[0] += revisions_of(next(responses))
        freeze(etcd.members[slow])
        write_until(writer, LATER - 200)
        thaw(etcd.members[slow])
        for revision, watches in ((LATER - 100, {0}), (LATER + 100, {0, 1})):
            write_until(writer, revision)
            while not all(revision in reported[number] for number in watches):
                reply = next(responses)
                reported[reply.number] += revisions_of(reply)
    assert reported == {0: list(range(2, LATER + 101)), 1: list(range(LATER, LATER + 101))}


def write_until(connection, revision):
    """Write the key, many times at once, until the cluster is at a revision."""
    request = PutRequest(key=b"k").encode()
    missing = revision - write(connection, b"k", b"")
    under_way = deque()
    for _ in range(missing):
        under_way.append(connection.future(PUT, request, deadline=Deadline.after(60)))
        if len(under_way) > 64:
            under_way.popleft().result()
    for reply in under_way:
        reply.result()


def test_a_compaction_while_the_way_was_cut_ends_the_watch(own_etcd, connect):
    etcd = own_etcd()
    writer = connect(etcd)
    gate = Gate(etcd.address)
    connection = Connection(ConnectionSettings(endpoints=(gate.endpoint,)))
    with closing(connection), closing(Watching(connection)) as watching:
        watching.add(under("k", start_revision=1))
        responses = watching.received()
        write(writer, b"k", b"1")
        assert records(next(responses))
        gate.shut()
        for number in range(5):
            revision = write(writer, b"k", b"%d" % number)
        compact(writer, CompactionRequest(revision=revision), Deadline.after(5))
        gate.open()
        received = next(responses)
        gate.shut()
    assert received.reason == "etcdserver: mvcc: required revision has been compacted"
    assert received.response.compact_revision == revision


def test_a_watch_from_now_on_goes_on_from_there_when_the_way_was_cut(own_etcd, connect):
    etcd = own_etcd()
    writer = connect(etcd)
    gate = Gate(etcd.address)
    connection = Connection(ConnectionSettings(endpoints=(gate.endpoint,)))
    write(writer, b"k", b"before the watch")
    with closing(connection), closing(Watching(connection)) as watching:
        watching.add(under("k"))
        watching.add(under("marker"))
        responses = watching.received()
        threading.Timer(0.5, write, (writer, b"marker", b"")).start()
        assert next(responses).number == 1
        gate.shut()
        revision = write(writer, b"k", b"while nobody listened")
        gate.open()
        received = next(responses)
        gate.shut()
    assert [record[4] for record in records(received)] == [b"while nobody listened"]
    assert revisions_of(received) == [revision]


def test_a_silent_server_ends_the_start_by_the_command_timeout(connect):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"127.0.0.1:{silent.getsockname()[1]}"
        settings = ConnectionSettings(endpoints=(endpoint,), command_timeout=0.5)
        watching = Watching(Connection(settings))
        watching.add(under("k"))
        with pytest.raises(DeadlineExceeded):
            next(watching.received())


def test_a_close_while_the_stream_is_being_opened_ends_it(etcd, connect, prefix):
    """As the handler of a signal closes, that comes between two steps of the thread that opens."""

    class Closing(Connection):
        def exchange(self, *args):
            exchange = super().exchange(*args)
            send = exchange.send

            def send_and_close(message):
                send(message)
                watching.close()

            exchange.send = send_and_close
            return exchange

    alarm = threading.Timer(30, lambda: watching.close(CallFailed("it went on")))
    with (
        closing(Closing(connect(etcd).settings)) as connection,
        closing(Watching(connection)) as watching,
    ):
        watching.add(under(prefix))
        alarm.start()
        assert list(watching.received()) == []
    alarm.cancel()
