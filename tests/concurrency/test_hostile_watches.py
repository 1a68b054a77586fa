"""Watches on servers that send what etcd does not, and on proxies without a server behind them."""

from __future__ import annotations

import threading
from contextlib import closing
from itertools import pairwise
from time import monotonic

import pytest

from pyetcdctl.client.connection import Connection
from pyetcdctl.concurrency import one_watch
from pyetcdctl.concurrency.watching import Watching
from pyetcdctl.errors import PyetcdctlError
from pyetcdctl.rpc import etcdserverpb_pb2 as api
from pyetcdctl.rpc.mvccpb_pb2 import Event, KeyValue
from pyetcdctl.rpc.watch import WATCH, WatchCreateRequest
from pyetcdctl.settings import ConnectionSettings
from tests.concurrency.gate import Gate
from tests.http2 import responding
from tests.stand_in import serving

HEADER = api.ResponseHeader(cluster_id=7, member_id=7, revision=5)
CREATED = api.WatchResponse(header=HEADER, created=True).SerializeToString()


def event(revision, value=b"v", **fields):
    kv = KeyValue(key=b"k", mod_revision=revision, value=value)
    response = api.WatchResponse(header=HEADER, events=[Event(kv=kv)], **fields)
    return response.SerializeToString()


def sending(*responses, holds=False):
    """Return a Watch method that sends these and ends the stream, or holds it."""

    def watch(requests, context):
        next(requests)
        yield from responses
        while holds and context.is_active():
            next(requests, None)

    return {WATCH: watch}


def outcome(methods, reported=lambda failure: None, most=10):
    """Return what a watch receives, and the error that ended it."""
    seen = []
    with (
        serving(methods) as endpoint,
        closing(Connection(ConnectionSettings(endpoints=(endpoint,)))) as connection,
        closing(Watching(connection, reported)) as watching,
    ):
        watching.add(WatchCreateRequest(key=b"k"))
        try:
            for each in watching.received():
                seen.append(each)
                if each.reason or len(seen) == most:
                    break
        except PyetcdctlError as error:
            return seen, error
    return seen, None


@pytest.mark.parametrize(
    "damage",
    [
        b"\xff\xff\xff",
        b"\x5a\x02\x08",
        b"\x5a\x04\x12\x02\x10\x01",
        event(6)[:-1],
        event(6) + b"\x0b",
    ],
)
def test_a_response_that_cannot_be_read_ends_the_watch(damage):
    seen, error = outcome(sending(CREATED, event(6), damage, holds=True), most=2)

    assert error is None or "makes no sense" in error.message
    assert [each.reason for each in seen][:1] == [""]
    assert error or "makes no sense" in seen[1].reason


def test_a_watch_that_was_not_asked_for_ends_the_watches():
    seen, _ = outcome(sending(CREATED, CREATED, holds=True))

    assert "makes no sense" in seen[0].reason


def test_fragments_without_an_end_are_bounded(monkeypatch):
    monkeypatch.setattr(one_watch, "MOST_FRAGMENT_BYTES", 10_000)
    fragments = [event(6 + number, b"x" * 1000, fragment=True) for number in range(20)]

    seen, _ = outcome(sending(CREATED, *fragments, holds=True))

    assert "fragments" in seen[0].reason


def test_a_server_that_ends_each_stream_at_once_is_reported_and_asked_less_and_less():
    opened, reports = [], []

    def watch(requests, context):
        opened.append(monotonic())
        next(requests)
        yield CREATED
        if len(opened) == 8:
            yield event(6)

    seen, _ = outcome({WATCH: watch}, reports.append, most=1)

    assert [each.response.batches[0].revisions for each in seen] == [(6, 6)]
    pauses = [later - earlier for earlier, later in pairwise(opened)]
    assert pauses[-1] > 10 * pauses[0]
    assert [failure is not None for failure in reports] == [True, False]


def test_events_of_a_later_release_have_a_number_for_their_kind():
    kv = KeyValue(key=b"k", mod_revision=6)
    response = api.WatchResponse(header=HEADER, events=[Event(kv=kv)]).SerializeToString()
    later = response.replace(b"\x5a\x07\x12\x05", b"\x5a\x09\x08\x02\x12\x05")

    seen, _ = outcome(sending(CREATED, later, holds=True), most=1)

    assert seen[0].response.batches[0].kinds == [2]


def test_a_watch_outlives_a_proxy_that_finds_no_server(etcd, prefix):
    reports, gate = [], Gate(etcd.address)
    key = prefix.encode()

    def reported(failure):
        reports.append(failure)
        if failure is not None:
            gate.lead_to(etcd.address)
            etcd.etcdctl("put", key, "later", check=True)

    with (
        responding({":status": "404"}) as broken,
        closing(Connection(ConnectionSettings(endpoints=(gate.endpoint,)))) as connection,
        closing(Watching(connection, reported)) as watching,
    ):
        watching.add(WatchCreateRequest(key=key))
        updates = watching.received()
        threading.Timer(0.3, gate.lead_to, [broken]).start()
        [batch] = next(updates).response.batches

    assert [record[4] for record in batch.records()] == [b"later"]
    assert "HTTP status 404" in reports[0].advice[0]
    gate.shut()
