"""Pages read from bytes, beside what protobuf's own runtime says of them."""

import pytest

from pyetcdctl.rpc.etcdserverpb_pb2 import RangeResponse, RangeStreamResponse
from pyetcdctl.rpc.key_values import key_of
from pyetcdctl.rpc.mvccpb_pb2 import KeyValue
from pyetcdctl.rpc.range_page import RangePage
from pyetcdctl.rpc.wire import WireError

KVS = [
    KeyValue(key=b"a", create_revision=1, mod_revision=2, version=3, value=b"v"),
    KeyValue(key=b"a" * 127, create_revision=127, mod_revision=128, version=129, value=b"w" * 128),
    KeyValue(key=b"b" * 128, create_revision=1 << 40, mod_revision=1 << 62, version=1, lease=7),
    KeyValue(
        key=b"c" * 20_000, create_revision=9, mod_revision=9, version=42, value=b"x" * 3_000_000
    ),
    KeyValue(
        key=b"\x00\xff", create_revision=2**63 - 1, mod_revision=300, version=5, lease=-(2**62)
    ),
    KeyValue(key=b"*", create_revision=42, mod_revision=42, version=42),
    KeyValue(key=b"0", create_revision=48, mod_revision=48, version=48, value=b"0", lease=48),
]
ANSWER = RangeResponse(kvs=KVS, more=True, count=2**40)
ANSWER.header.revision = 12345
DATA = ANSWER.SerializeToString()


def number(varint):
    return sum((byte & 0x7F) << 7 * place for place, byte in enumerate(varint or b""))


def test_a_page_has_header_count_and_more():
    page = RangePage.parse(DATA)

    assert page.header.revision == 12345
    assert (page.count, page.more, len(page)) == (2**40, True, len(KVS))


def test_keys_and_values_are_cut_out():
    page = RangePage.parse(DATA)

    assert RangePage.keys(page) == [kv.key for kv in KVS]
    assert page.keys_and_values() == [word for kv in KVS for word in (kv.key, kv.value)]
    assert (page.key(1), page.last_key) == (KVS[1].key, b"0")


def test_records_carry_every_field():
    read = [
        (key, number(create), number(mod), number(version), value, number(lease))
        for key, create, mod, version, value, lease in RangePage.parse(DATA).records()
    ]

    assert read == [
        (kv.key, kv.create_revision, kv.mod_revision, kv.version, kv.value, kv.lease % 2**64)
        for kv in KVS
    ]


def test_entries_are_the_serialized_key_values():
    entries = RangePage.parse(DATA).entries

    assert [KeyValue.FromString(entry) for entry in entries] == KVS
    assert [key_of(entry) for entry in entries] == [kv.key for kv in KVS]


@pytest.mark.parametrize("most", [1, 2, 3, 7, 8])
def test_the_parts_of_a_page_are_the_page(most):
    page = RangePage.parse(DATA)

    parts = list(page.parts(most))

    assert [key for part in parts for key in RangePage.keys(part)] == [kv.key for kv in KVS]
    assert b"".join(part.encoded_entries for part in parts) == page.encoded_entries
    assert max(len(part) for part in parts) <= most


def test_encoded_entries_are_the_responses_own_bytes():
    assert RangePage.parse(DATA).encoded_entries == RangeResponse(kvs=KVS).SerializeToString()


def test_a_chunk_of_a_stream_is_unwrapped():
    chunk = RangeStreamResponse(range_response=ANSWER).SerializeToString()

    page = RangePage.parse_chunk(chunk)

    assert page.encoded_entries == RangePage.parse(DATA).encoded_entries
    assert page.header.revision == 12345


@pytest.mark.parametrize("data", [b"", b"\x12\x00", b"\x0a\x05\x18\x01"])
def test_what_is_no_chunk_is_refused(data):
    with pytest.raises(WireError):
        RangePage.parse_chunk(data)


def test_an_empty_response_is_an_empty_page():
    page = RangePage.parse(b"")

    assert (len(page), page.header, page.count, page.more) == (0, None, 0, False)
    assert list(page.parts(5)) == []


def test_a_response_cut_off_anywhere_is_never_taken_for_more_than_it_is():
    small = RangeResponse(kvs=KVS[:3], count=3, more=True).SerializeToString()
    whole = RangePage.parse(small)

    for end in range(len(small)):
        try:
            page = RangePage.parse(small[:end])
        except WireError:
            continue
        assert RangePage.keys(page) == RangePage.keys(whole)[: len(page)]
        assert not (page.more and page.count)


@pytest.mark.parametrize(
    "data", [b"\x12\x02\x10\x01", b"\x2a\x02x", b"\x12\x7f\x0a\x01x", b"\x12", b"\0\0"]
)
def test_damaged_responses_are_refused(data):
    with pytest.raises(WireError):
        RangePage.parse(data)
