"""Watches and histories through the etcdctl of a pod."""

import json
import signal
import subprocess
import threading

import pytest

from pyetcdctl.kubectl.watch_frames import WatchFrames
from pyetcdctl.rpc.etcdserverpb_pb2 import WatchResponse
from pyetcdctl.rpc.mvccpb_pb2 import Event
from pyetcdctl.rpc.watch import NO_WATCH
from pyetcdctl.rpc.wire import WireError
from tests.kubectl.test_cancelling import is_gone
from tests.runner import SECONDS, clean_environment, command, run_here
from tests.server import write
from tests.waiting import until

VIA = ("--via", "kubectl")


def response(revision, *keys, **fields):
    made = WatchResponse(**fields)
    made.header.revision = revision
    for key in keys:
        made.events.append(Event(kv={"key": key, "value": b"p" * 300, "mod_revision": revision}))
    return made.SerializeToString()


PROGRESS = b"progress notify: 9\n" + response(9)
RESPONSES = [
    response(5, b"a", b"b"),
    response(6, b"p"),
    response(7, canceled=True, compact_revision=3),
]


@pytest.mark.parametrize("size", [1, 2, 7, 100, 10_000])
def test_responses_are_distinguished_whatever_the_pieces(size):
    data = b"".join([RESPONSES[0], PROGRESS, *RESPONSES[1:], PROGRESS, PROGRESS])
    frames = WatchFrames()

    found = [
        WatchResponse.FromString(each)
        for at in range(0, len(data), size)
        for each in frames.take(data[at : at + size])
    ]

    events = [event.kv.key for each in found for event in each.events]
    assert events == [b"a", b"b", b"p"]
    assert [each.header.revision for each in found if each.watch_id == NO_WATCH] == [9, 9, 9]
    assert [each.compact_revision for each in found if each.canceled][-1] == 3


def test_a_header_whose_events_have_not_come_is_not_taken_for_progress():
    header, rest = RESPONSES[0][:4], RESPONSES[0][4:]
    frames = WatchFrames()

    assert list(frames.take(header)) == []
    assert list(frames.take(rest)) == [RESPONSES[0]]


def test_the_end_of_a_watch_is_complete_when_nothing_follows():
    end = response(7, canceled=True)
    frames = WatchFrames()

    assert list(frames.take(end)) == []
    assert frames.has_end
    assert frames.rest() == end
    assert not frames.has_end


@pytest.mark.parametrize("data", [b"NAME:\n", b"\x0a\x02\x18\x05\xff"])
def test_what_is_no_watch_is_refused(data):
    with pytest.raises(WireError):
        list(WatchFrames().take(data))


@pytest.mark.parametrize("deleted", [True, False])
def test_a_history_is_the_one_that_is_read_directly(pod_of, every_etcd, prefix, deleted):
    standin = pod_of(every_etcd)
    for number in range(5):
        every_etcd.etcdctl("put", prefix, f"v{number}")
    if deleted:
        every_etcd.etcdctl("del", prefix)

    through = run_here("history", prefix, *VIA, env=standin.environment)
    direct = run_here("history", prefix, env=every_etcd.environment)

    assert through == direct
    assert through.stdout.count(b"updated") == 4


def test_a_watch_shows_events_until_it_is_interrupted(pod_of, etcd, prefix):
    standin = pod_of(etcd)
    etcd.etcdctl("put", prefix, "before")
    revision = run_here("get", prefix, "-w", "jsonl", env=etcd.environment).stdout
    start = revision.partition(b'"mod_revision":')[2].partition(b",")[0].decode()
    with subprocess.Popen(
        command("watch", prefix, "--rev", start, *VIA),
        env=clean_environment(standin.environment),
        stdout=subprocess.PIPE,
    ) as process:
        first = f"PUT\n{prefix}\nbefore\n".encode()
        assert process.stdout.read(len(first)) == first
        etcd.etcdctl("put", prefix, "after")
        etcd.etcdctl("del", prefix)
        rest = f"PUT\n{prefix}\nafter\nDELETE\n{prefix}\n\n".encode()
        assert process.stdout.read(len(rest)) == rest
        process.send_signal(signal.SIGINT)
        process.wait(SECONDS)

    until(lambda: all(map(is_gone, standin.processes)))


def test_writes_are_counted_through_an_etcdctl_too(pod_of, etcd, prefix):
    standin, has_ended = pod_of(etcd), threading.Event()

    def write_on():
        while not has_ended.is_set():
            write(etcd, [(f"{prefix}a", "1"), (f"{prefix}b", "2")])

    writing = threading.Thread(target=write_on)
    writing.start()
    line = ("top", prefix, "--once", "--for", "1s", "--by", "key", "-w", "json")
    try:
        counted = json.loads(run_here(*line, *VIA, env=standin.environment).stdout)
    finally:
        has_ended.set()
        writing.join()
    assert {each["name"] for each in counted["groups"]} == {f"{prefix}a", f"{prefix}b"}
    one, other = (each["writes"] for each in counted["groups"])
    assert 0 <= one - other <= 1


def test_a_watch_that_was_compacted_ends_as_it_does_directly(pod_of, own_etcd, prefix):
    etcd = own_etcd()  # a shared one would lack its history in the tests that come after
    standin = pod_of(etcd)
    etcd.etcdctl("put", prefix, "v")
    put = etcd.etcdctl("put", prefix, "v", "-w", "json").stdout
    revision = put.partition(b'"revision":')[2].partition(b",")[0].decode()
    etcd.etcdctl("compaction", revision)

    through = run_here("watch", prefix, "--rev", "1", *VIA, env=standin.environment)
    direct = run_here("watch", prefix, "--rev", "1", env=etcd.environment)

    assert (through.stdout, through.exit_code) == (direct.stdout, direct.exit_code) == (b"", 5)
    assert direct.stderr.startswith(through.stderr)  # and names the oldest revision that is kept


def test_what_one_etcdctl_cannot_watch_needs_a_connection(pod_of, etcd):
    standin = pod_of(etcd)

    for words, input in ((["watch", "-i"], b"watch a\nwatch b\n"), (["watch", "--", "-k"], b"")):
        found = run_here(*VIA, *words, env=standin.environment, input=input)
        assert found.exit_code != 0
