"""A small, seeded run of the fuzzer, and what it found."""

import pytest

from pyetcdctl.rpc.etcdserverpb_pb2 import RangeResponse
from pyetcdctl.rpc.event_batch import event_name
from pyetcdctl.rpc.mvccpb_pb2 import KeyValue
from pyetcdctl.rpc.range_batch import parse_ranges
from pyetcdctl.rpc.range_page import RangePage
from pyetcdctl.rpc.txn import TxnResponse
from pyetcdctl.rpc.watch import WatchResponse
from pyetcdctl.rpc.wire import WireError
from tests.rpc.fuzz import run

LATER_FIELDS = (
    b"\xfa\x01\x02xy",
    b"\xf8\x01\x07",
    b"\x39" + b"8" * 8,
    b"\x7d4444",
    b"\x7b\x08\x01\x7c",
)
"""Field 31 with a length, as a number, field 7 of eight bytes, field 15 of four, and a group."""
ENTRIES = [
    KeyValue(key=b"a", create_revision=1, mod_revision=2, version=1, value=b"one"),
    KeyValue(key=b"b", create_revision=1, mod_revision=3, version=2, value=b"two", lease=9),
]


def field(number, body):
    assert len(body) < 0x80
    return bytes([number << 3 | 2, len(body)]) + body


@pytest.mark.parametrize("seed", range(4))
def test_damaged_responses_are_read_as_protobuf_reads_them_or_refused(seed):
    assert run(2500, seed) > 500


@pytest.mark.parametrize("later", LATER_FIELDS)
@pytest.mark.parametrize("place", range(5))
def test_a_field_of_a_later_release_is_skipped_in_a_range(later, place):
    entries = [field(2, each.SerializeToString() + later) for each in ENTRIES]
    parts = [field(1, b"\x18\x05" + later), *entries, b"\x20\x02"]
    parts.insert(place, later)

    page = RangePage.parse(b"".join(parts))

    assert page.keys_and_values() == [b"a", b"one", b"b", b"two"]
    assert [record[5] for record in page.records()] == [None, b"\x09"]
    assert (page.header.revision, page.count) == (5, 2)


@pytest.mark.parametrize("later", LATER_FIELDS)
@pytest.mark.parametrize("place", range(4))
def test_a_field_of_a_later_release_is_skipped_in_a_watch(later, place):
    events = [later + field(2, each.SerializeToString()) for each in ENTRIES]
    parts = [field(1, b"\x18\x05"), b"\x10\x07", *(field(11, event) for event in events)]
    parts.insert(place, later)

    response = WatchResponse.parse(b"".join(parts))

    [batch] = response.batches
    assert [record[4] for record in batch.records()] == [b"one", b"two"]
    assert (response.watch_id, response.header.revision) == (7, 5)


def test_fields_are_read_in_any_order():
    entry = b"\x2a\x01v" + b"\x18\x07" + b"\x0a\x01k"

    page = RangePage.parse(b"\x20\x01" + field(2, entry) + field(1, b"\x18\x05"))
    [record] = page.records()

    assert (record[0], record[2], record[4], page.count) == (b"k", b"\x07", b"v", 1)


def test_a_kind_of_event_that_a_later_release_added_has_its_number():
    event = b"\x08\x02" + field(2, b"\x0a\x01k")

    [batch] = WatchResponse.parse(field(11, event)).batches

    assert [event_name(kind) for kind in batch.kinds] == ["2"]


@pytest.mark.parametrize(
    "entry",
    [
        b"\x0a\x09key",  # the key reaches into the next entry
        b"\x0a\x01k\x2a\x40v",  # the value does
        b"\x0a\x01k\x10\xff",  # a number does
        b"\x0a\x01k\x0a\x01l",  # two keys
    ],
)
def test_a_field_that_reaches_beyond_its_entry_shows_no_bytes_of_its_neighbour(entry):
    data = field(2, entry) + field(2, b"\x0a\x07another\x2a\x06secret")

    with pytest.raises(WireError):
        list(RangePage.parse(data).records())


def test_messages_nested_without_end_are_refused():
    data = b""
    for _ in range(200):
        data = (
            b"\x1a"
            + varint(len(data) + 2 + len(varint(len(data))))
            + b"\x22"
            + varint(len(data))
            + data
        )

    with pytest.raises(WireError):
        TxnResponse.decode(data)


def varint(number):
    return bytes([number & 0x7F | 0x80, number >> 7]) if number > 0x7F else bytes([number])


def test_a_transaction_with_too_few_responses_is_refused():
    one = field(3, field(1, b""))

    assert len(parse_ranges(one, 1)) == 1
    with pytest.raises(WireError):
        parse_ranges(one, 2)


def test_a_page_without_its_values_is_what_a_server_sends_for_keys_alone():
    page = RangePage.parse(RangeResponse(kvs=ENTRIES, count=2).SerializeToString())

    alone = page.without_values()

    assert alone.keys_and_values() == [b"a", b"", b"b", b""]
    assert [record[5] for record in alone.records()] == [None, b"\x09"]
    assert alone.count == 2
