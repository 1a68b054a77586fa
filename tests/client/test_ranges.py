"""Ranges larger than a page, on every release at hand."""

from __future__ import annotations

import random
from itertools import accumulate

import pytest

from pyetcdctl.client.connection import Connection
from pyetcdctl.client.ranges import RangeReading
from pyetcdctl.client.response_limits import PAGE_RESPONSE_BYTES
from pyetcdctl.errors import CallFailed, DeadlineExceeded, MethodUnknown, ResponseMakesNoSense
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.rpc import etcdserverpb_pb2 as api
from pyetcdctl.rpc.kv import BY_VALUE, DESCEND, KeyValue, RangeRequest
from pyetcdctl.rpc.range_page import RangePage
from pyetcdctl.settings import ConnectionSettings
from tests.benchmarks.data import send
from tests.server import every_programs, freeze
from tests.stand_in import serving

SECONDS = 5.0
VALUE = b"v" * 100_000
LARGE = {b"/large/%03d" % number: VALUE + b"%d" % number for number in range(300)}


@pytest.fixture(params=every_programs(), ids=lambda programs: programs.version)
def own_large(request, own_etcd):
    """A server for one test with 30 MB of values."""
    server = own_etcd(request.param)
    write_all(server.endpoint, LARGE)
    return server


@pytest.fixture(scope="module")
def large(every_etcd):
    """A server with 30 MB of values: to read."""
    write_all(every_etcd.endpoint, LARGE)
    return every_etcd


def keys_of(reading):
    return [key for page in reading.pages() for key in RangePage.keys(page)]


def write_all(endpoint, values):
    connection = Connection(ConnectionSettings(endpoints=(endpoint,)))
    batch, size = [], 0
    for key, value in values.items():
        batch.append((key, value))
        size += len(key) + len(value)
        if len(batch) == 100 or size > 300_000:
            send(connection, batch).result()
            batch, size = [], 0
    if batch:
        send(connection, batch).result()
    connection.close()


def asking(prefix, **wishes):
    key, range_end = prefix_range(prefix)
    return RangeRequest(key=key, range_end=range_end, **wishes)


def pairs_of(pages):
    """Return keys and values of pages, in order."""
    words = [word for page in pages for word in page.keys_and_values()]
    return list(zip(words[::2], words[1::2], strict=True))


def test_a_large_range_comes_whole_and_in_order_in_several_pages(large, open_connection):
    reading = RangeReading(open_connection(large.endpoint), asking(b"/large/"), SECONDS)

    pages = list(reading.pages())

    assert pairs_of(pages) == list(LARGE.items())
    assert len(pages) > 5
    assert (reading.count, reading.more) == (300, False)


@pytest.mark.parametrize(
    ("limit", "read", "more"),
    [(7, 7, True), (150, 150, True), (300, 300, False), (301, 300, False)],
)
def test_a_limit_counts_all_keys_and_reports_more(large, open_connection, limit, read, more):
    request = asking(b"/large/", limit=limit)

    reading = RangeReading(open_connection(large.endpoint), request, SECONDS)

    assert sum(map(len, reading.pages())) == read
    assert (reading.count, reading.more) == (300, more)


def test_a_limit_below_zero_is_none(large, open_connection):
    request = asking(b"/large/", limit=-1)

    reading = RangeReading(open_connection(large.endpoint), request, SECONDS)

    assert sum(map(len, reading.pages())) == 300


def test_keys_alone_come_without_their_values(large, open_connection):
    request = asking(b"/large/", keys_only=True)

    reading = RangeReading(open_connection(large.endpoint), request, SECONDS)

    assert pairs_of(reading.pages()) == [(key, b"") for key in LARGE]


def test_a_range_without_keys_has_no_page_and_a_header(large, open_connection):
    reading = RangeReading(open_connection(large.endpoint), asking(b"/none/"), SECONDS)

    assert list(reading.pages()) == []
    assert reading.header.revision > 0
    assert (reading.count, reading.more) == (0, False)


def test_a_descending_range_is_sorted_by_the_server(large, open_connection):
    request = asking(b"/large/", sort_order=DESCEND, keys_only=True)

    reading = RangeReading(open_connection(large.endpoint), request, SECONDS)

    assert keys_of(reading) == sorted(LARGE, reverse=True)
    assert reading.count == 300


def test_a_change_in_the_middle_is_not_seen(own_large, open_connection, write):
    connection = open_connection(own_large.endpoint)
    reading = RangeReading(connection, asking(b"/large/"), SECONDS)
    pages = reading.pages()
    first = next(pages)

    write(connection, b"/large/299", b"changed")
    write(connection, b"/large/999", b"new")
    own_large.etcdctl("del", "/large/298", check=True)

    assert pairs_of([first, *pages]) == list(LARGE.items())


def test_a_past_revision_is_read_with_the_header_of_now(own_large, open_connection, write):
    connection = open_connection(own_large.endpoint)
    reading = RangeReading(connection, asking(b"/large/"), SECONDS)
    before = reading.header.revision
    write(connection, b"/large/999", b"new")

    past = RangeReading(connection, asking(b"/large/", revision=before), SECONDS)

    assert pairs_of(past.pages()) == list(LARGE.items())
    assert past.header.revision == before + 1


def test_a_compaction_in_the_middle_is_an_error(own_large, open_connection, write):
    connection = open_connection(own_large.endpoint)
    pages = RangeReading(connection, asking(b"/large/"), SECONDS).pages()
    next(pages)
    for number in range(2):
        write(connection, b"/large/000", b"%d" % number)
    revision = RangeReading(connection, asking(b"/large/", limit=1), SECONDS).header.revision
    own_large.etcdctl("compaction", str(revision), check=True)

    with pytest.raises(CallFailed, match="etcdserver: mvcc: required revision has been compacted"):
        list(pages)


def test_a_server_lost_in_the_middle_is_an_error(own_large, open_connection):
    pages = RangeReading(open_connection(own_large.endpoint), asking(b"/large/"), 1.0).pages()
    next(pages)

    own_large.members[0].kill()

    with pytest.raises(CallFailed):
        list(pages)


def test_a_server_that_falls_silent_in_the_middle_is_an_error(own_large, open_connection):
    pages = RangeReading(open_connection(own_large.endpoint), asking(b"/large/"), 1.0).pages()
    next(pages)

    freeze(own_large.members[0])

    with pytest.raises(DeadlineExceeded):
        list(pages)


def test_a_server_that_comes_back_in_the_middle_goes_on(own_large, open_connection):
    pages = RangeReading(open_connection(own_large.endpoint), asking(b"/large/"), 20.0).pages()
    first = next(pages)

    own_large.members[0].restart()

    assert pairs_of([first, *pages]) == list(LARGE.items())


@pytest.mark.parametrize("programs", every_programs(), ids=lambda programs: programs.version)
def test_a_range_goes_on_through_another_member(programs, own_etcd, open_connection):
    cluster = own_etcd(programs, size=3)
    write_all(cluster.endpoint, LARGE)
    connection = open_connection(*cluster.client_urls)
    reading = RangeReading(connection, asking(b"/large/"), 20.0)
    pages = reading.pages()
    first = next(pages)

    by_id = {member_id(open_connection(url)): url for url in cluster.client_urls}
    in_use = cluster.client_urls.index(by_id[reading.header.member_id])
    cluster.members[in_use].kill()

    assert pairs_of([first, *pages]) == list(LARGE.items())


def member_id(connection):
    return RangeReading(connection, RangeRequest(key=b"k"), SECONDS).header.member_id


def test_endpoints_of_different_clusters_are_never_mixed(own_etcd, open_connection):
    one, other = own_etcd(), own_etcd()
    for server in (one, other):
        write_all(server.endpoint, LARGE)
    reading = RangeReading(
        open_connection(one.endpoint, other.endpoint), asking(b"/large/"), SECONDS
    )
    pages = reading.pages()
    next(pages)

    ids = [cluster_id(open_connection(server.endpoint)) for server in (one, other)]
    (one, other)[ids.index(reading.header.cluster_id)].members[0].kill()

    with pytest.raises(CallFailed, match="different clusters"):
        list(pages)


def cluster_id(connection):
    return RangeReading(connection, RangeRequest(key=b"k"), SECONDS).header.cluster_id


def test_values_that_grow_in_the_middle_come_in_responses_of_bounded_size(
    every_etcd, open_connection, prefix
):
    start = prefix.encode()
    values = {start + b"a%04d" % number: b"small" for number in range(3000)}
    values |= {start + b"b%02d" % number: b"x" * 1_000_000 for number in range(40)}
    write_all(every_etcd.endpoint, values)

    reading = RangeReading(open_connection(every_etcd.endpoint), asking(start), SECONDS)

    read = {}
    for page in reading.pages():
        assert page.size < PAGE_RESPONSE_BYTES
        read.update(pairs_of([page]))
    assert read == values


@pytest.mark.parametrize("programs", every_programs(), ids=lambda programs: programs.version)
def test_a_value_larger_than_any_page_is_read(programs, own_etcd, open_connection, write):
    server = own_etcd(programs, flags=["--max-request-bytes=30000000"])
    connection = open_connection(server.endpoint, max_request_bytes=30_000_000)
    values = {b"/huge/%d" % number: b"%d" % number * 20_000_000 for number in range(2)}
    for key, value in values.items():
        write(connection, key, value)

    reading = RangeReading(connection, asking(b"/huge/"), SECONDS)

    assert dict(pairs_of(reading.pages())) == values


def test_a_receive_limit_of_the_user_holds_for_a_single_value_only(
    every_etcd, open_connection, prefix
):
    start = prefix.encode()
    write_all(every_etcd.endpoint, {start + b"%03d" % number: b"x" * 900 for number in range(300)})
    connection = open_connection(every_etcd.endpoint, max_receive_bytes=2000)

    reading = RangeReading(connection, asking(start), SECONDS)
    assert sum(map(len, reading.pages())) == 300

    connection = open_connection(every_etcd.endpoint, max_receive_bytes=800)
    with pytest.raises(CallFailed, match="grpc: received message larger than max"):
        list(RangeReading(connection, asking(start), SECONDS).pages())


def shapes():
    """Sets of keys that are spread in different ways."""
    chance = random.Random(7)
    yield "decimal", [b"key-%d" % number for number in range(3000)]
    yield "binary", [chance.randbytes(chance.randint(1, 12)) for _ in range(3000)]
    yield "folders", [b"%c/%d/%d" % (97 + n % 20, n % 7, n) for n in range(3000)]
    yield "deep", [b"/".join(b"%d" % (n >> shift) for shift in (9, 6, 3, 0)) for n in range(3000)]
    yield "pairs", [b"%08x-%d" % (n * n * 999, side) for n in range(1500) for side in (1, 2)]
    gaps = (30 if n // 1500 % 2 else 10 for n in range(7500))
    yield "waves", [place.to_bytes(4, "big") for place in accumulate(gaps)]
    yield "doubling", [b"\xff" * number + b"x" for number in range(1500)]


@pytest.mark.parametrize(("name", "keys"), tuple(shapes()), ids=lambda value: str(value)[:8])
def test_keys_are_found_however_they_are_spread(every_etcd, open_connection, prefix, name, keys):
    start = prefix.encode()
    values = {start + key: b"v" * 2000 for key in keys}
    write_all(every_etcd.endpoint, values)

    reading = RangeReading(open_connection(every_etcd.endpoint), asking(start), SECONDS)

    assert keys_of(reading) == sorted(values), name


@pytest.mark.parametrize(
    "programs",
    [programs for programs in every_programs() if programs.release < (3, 7)],
    ids=lambda programs: programs.version,
)
def test_a_server_without_streams_refuses_who_insists(programs, own_etcd, open_connection):
    connection = open_connection(own_etcd(programs).endpoint)

    with pytest.raises(MethodUnknown, match=r"Unimplemented desc = unknown method RangeStream"):
        RangeReading(connection, asking(b"/"), SECONDS, stream=True)


def streaming(*chunks):
    """Return the methods of a server of etcd 3.7 that streams these keys, a list for each chunk."""
    header = api.ResponseHeader(cluster_id=1, member_id=2, revision=9)
    last = api.RangeResponse(header=header, count=sum(map(len, chunks)))
    found = [api.RangeResponse(kvs=[{"key": key} for key in keys]) for keys in chunks]
    stream = [api.RangeStreamResponse(range_response=each) for each in (*found, last)]
    return {
        "/etcdserverpb.KV/Range": lambda *_: last.SerializeToString(),
        "/etcdserverpb.KV/RangeStream": lambda *_: (each.SerializeToString() for each in stream),
    }


@pytest.mark.parametrize(
    ("request_", "chunks"),
    [
        (RangeRequest(key=b"a"), [[b"a"]]),
        (RangeRequest(key=b"none"), []),
        (RangeRequest(key=b"a", range_end=b"z", sort_target=BY_VALUE), [[b"c", b"a"], [b"b"]]),
        (RangeRequest(key=b"\0", range_end=b"\0", sort_target=BY_VALUE), [[b"c", b"a"]]),
        (RangeRequest(key=b"a", range_end=b"z", max_mod_revision=3), [[b"a"], [b"c"]]),
    ],
    ids=["one key", "no key", "sorted", "all, sorted", "filtered"],
)
def test_a_stream_is_read_of_any_range_in_the_order_of_the_server(
    request_, chunks, open_connection
):
    with serving(streaming(*chunks)) as endpoint:
        reading = RangeReading(open_connection(endpoint), request_, SECONDS, stream=True)

        assert keys_of(reading) == [key for keys in chunks for key in keys]
        assert reading.count == sum(map(len, chunks))


@pytest.mark.parametrize(
    "request_",
    [RangeRequest(key=b"a"), RangeRequest(key=b"a", range_end=b"c", sort_target=BY_VALUE)],
    ids=["one key", "sorted"],
)
def test_a_key_that_was_not_asked_for_ends_a_stream(request_, open_connection):
    with serving(streaming([b"d"])) as endpoint:
        connection = open_connection(endpoint)
        with pytest.raises(ResponseMakesNoSense, match="outside the range"):
            RangeReading(connection, request_, SECONDS, stream=True)


def test_what_is_read_has_all_its_fields(every_etcd, open_connection, write, prefix):
    connection = open_connection(every_etcd.endpoint)
    write(connection, prefix.encode(), b"one")
    write(connection, prefix.encode(), b"two")

    [page] = RangeReading(connection, asking(prefix.encode()), SECONDS).pages()

    [found] = [KeyValue.decode(entry) for entry in page.entries]
    assert (found.key, found.value, found.version) == (prefix.encode(), b"two", 2)
    assert found.mod_revision == found.create_revision + 1


def test_a_deadline_that_has_passed_is_reported_before_anything_is_read(
    every_etcd, open_connection
):
    with pytest.raises(DeadlineExceeded):
        RangeReading(open_connection(every_etcd.endpoint), asking(b"/"), 0.0)
