"""A RangeResponse that arrives in pieces of any size, beside the whole of it."""

import pytest

from pyetcdctl.kubectl.streamed_range import StreamedRange, unwrapped
from pyetcdctl.rpc.etcdserverpb_pb2 import RangeResponse, ResponseOp, TxnResponse
from pyetcdctl.rpc.mvccpb_pb2 import KeyValue
from pyetcdctl.rpc.range_page import RangePage
from pyetcdctl.rpc.wire import WireError

KVS = [
    KeyValue(key=b"a", create_revision=1, mod_revision=2, version=3, value=b"v"),
    KeyValue(key=b"b" * 200, mod_revision=1 << 60, value=b"w" * 20_000, lease=-5),
    KeyValue(key=b"c", mod_revision=9),
]
RESPONSE = RangeResponse(kvs=KVS, more=True, count=2**40)
RESPONSE.header.cluster_id, RESPONSE.header.revision = 2**63 + 1, 12345
DATA = RESPONSE.SerializeToString()


def in_pieces(data, size):
    return (data[at : at + size] for at in range(0, len(data), size))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 4096, len(DATA) - 1, len(DATA)])
def test_pieces_of_any_size_are_the_whole(size):
    streamed = StreamedRange(in_pieces(DATA, size))

    entries = b"".join(page.encoded_entries for page in streamed.pages())

    assert entries == RangePage.parse(DATA).encoded_entries
    assert (streamed.header.revision, streamed.count, streamed.more) == (12345, 2**40, True)


def test_entries_are_there_before_the_rest_has_come():
    arrived = []

    def pieces():
        for piece in in_pieces(DATA, 300):
            arrived.append(piece)
            yield piece

    first = next(StreamedRange(pieces()).pages())

    assert first.keys() == [b"a"]
    assert len(arrived) == 1


@pytest.mark.parametrize("end", range(1, 320, 7))
def test_a_response_that_is_cut_off_is_never_taken_for_more_than_it_is(end):
    small = RangeResponse(kvs=KVS[:1] * 3, count=3, header=RESPONSE.header).SerializeToString()
    streamed = StreamedRange(in_pieces(small[:end], 5))
    try:
        read = sum(len(page) for page in streamed.pages())
    except WireError:
        return

    assert streamed.count == (3 if end >= len(small) else 0)
    assert read == (3 if end >= len(small) else read)


def test_an_entry_with_its_fields_in_another_order_is_read():
    entry = b"\x20\x03" + KVS[0].SerializeToString(deterministic=True).replace(b"\x20\x03", b"")
    data = b"".join(b"\x12" + bytes([len(each)]) + each for each in (b"\x0a\x01a", entry))

    streamed = StreamedRange(in_pieces(data + b"\x20\x02", 3))
    pages = list(streamed.pages())

    assert [key for page in pages for key, *_ in page.records()] == [b"a", b"a"]
    assert streamed.count == 2


def test_the_end_of_whole_entries_is_found_at_every_cut():
    data = RangeResponse(kvs=KVS[:1] * 3).SerializeToString()
    one = len(data) // 3

    assert [RangePage.of_beginning(data[:cut]).size for cut in range(len(data) + 1)] == [
        cut // one * one for cut in range(len(data) + 1)
    ]


@pytest.mark.parametrize("size", [1, 5, 1000, 100_000])
@pytest.mark.parametrize("succeeded", [True, False])
def test_the_range_of_a_transaction_has_the_transactions_header(size, succeeded):
    inner = RangeResponse(kvs=KVS, count=3)
    inner.header.revision = 12345
    whole = TxnResponse(
        header=RESPONSE.header, succeeded=succeeded, responses=[ResponseOp(response_range=inner)]
    ).SerializeToString()

    streamed = StreamedRange(unwrapped(in_pieces(whole, size)))
    keys = [key for page in streamed.pages() for key in page.keys()]  # noqa: SIM118

    assert keys == [kv.key for kv in KVS]
    assert (streamed.header.cluster_id, streamed.count) == (2**63 + 1, 3)


@pytest.mark.parametrize("data", [b"", b"OK\n", b"\x0a\x02\x18\x01", b"\x0a\x02\x18\x01\x1a"])
def test_what_is_no_transaction_with_a_range_is_refused(data):
    with pytest.raises(WireError):
        list(unwrapped([data]))


def test_text_instead_of_protobuf_is_refused():
    with pytest.raises(WireError):
        list(StreamedRange([b"NAME:\n  get - Gets the key"]).pages())
