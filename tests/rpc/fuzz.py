"""Damaged responses for the parsers of rpc/, beside protobuf's own: ``python -m tests.rpc.fuzz``.

What protobuf's runtime cannot parse must be refused here, too; what it can parse must be read
alike, or refused. The same seed makes the same responses.
"""

from __future__ import annotations

import argparse
import random
import time
from typing import TYPE_CHECKING, NamedTuple

from google.protobuf.message import DecodeError

from pyetcdctl.rpc import etcdserverpb_pb2 as api
from pyetcdctl.rpc.auth import RoleGetResponse, UserListResponse
from pyetcdctl.rpc.key_values import key_value
from pyetcdctl.rpc.kv import DeleteRangeResponse, PutResponse, RangeResponse
from pyetcdctl.rpc.lease import LeaseGrantResponse, LeasesResponse, LeaseTimeToLiveResponse
from pyetcdctl.rpc.maintenance import SnapshotResponse
from pyetcdctl.rpc.mvccpb_pb2 import Event, KeyValue
from pyetcdctl.rpc.range_page import RangePage
from pyetcdctl.rpc.txn import TxnResponse
from pyetcdctl.rpc.watch import WatchResponse
from pyetcdctl.rpc.wire import Message, WireError, signed

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.protobuf.message import Message as ProtobufMessage

PIECES = (
    b"\x0a",
    b"\x12\x00",
    b"\xff" * 10,
    b"\x5a\x02",
    b"\x10\x80\x01",
    b"\xfa\x01\x01x",
    b"\x0b",
)


def pairs(dice: random.Random) -> list[KeyValue]:
    """Make KeyValues with short and long fields, most of them small."""
    return [
        KeyValue(
            key=b"/k%d" % number * dice.choice((1, 1, 1, 40)),
            create_revision=dice.choice((0, 1, 200, 1 << 62)),
            mod_revision=dice.choice((0, 7, 128, 1 << 40)),
            version=dice.choice((0, 1, 130)),
            value=dice.randbytes(dice.choice((0, 3, 127, 200))),
            lease=dice.choice((0, 0, 5, -(1 << 62))),
        )
        for number in range(dice.randrange(5))
    ]


def header(dice: random.Random) -> api.ResponseHeader:
    """Make a header."""
    return api.ResponseHeader(cluster_id=dice.getrandbits(64), revision=dice.getrandbits(30))


def a_range(dice: random.Random) -> api.RangeResponse:
    """Make a response to a range."""
    kvs = pairs(dice)
    return api.RangeResponse(header=header(dice), kvs=kvs, more=dice.random() < 0.5, count=len(kvs))


def a_watch(dice: random.Random) -> api.WatchResponse:
    """Make a response on a watch's stream."""
    events = [Event(type=dice.choice((0, 1)), kv=each, prev_kv=each) for each in pairs(dice)]
    return api.WatchResponse(
        header=header(dice),
        watch_id=dice.choice((-1, 0, 7)),
        created=dice.random() < 0.2,
        canceled=dice.random() < 0.2,
        compact_revision=dice.choice((0, 0, 900)),
        cancel_reason=dice.choice(("", "etcdserver: no leader")),
        fragment=dice.random() < 0.2,
        events=events,
    )


def a_transaction(dice: random.Random) -> api.TxnResponse:
    """Make a response to a transaction."""
    put = api.ResponseOp(response_put=api.PutResponse(header=header(dice)))
    read = api.ResponseOp(response_range=a_range(dice))
    nested = api.ResponseOp(response_txn=api.TxnResponse(succeeded=True, responses=[put]))
    chosen = [dice.choice((put, read, nested)) for _ in range(dice.randrange(4))]
    return api.TxnResponse(header=header(dice), succeeded=dice.random() < 0.5, responses=chosen)


def damaged(data: bytes, dice: random.Random) -> bytes:
    """Damage some bytes of a message; sometimes none."""
    for _ in range(dice.choice((0, 1, 1, 1, 2, 4))):
        at = dice.randrange(len(data) + 1)
        match dice.randrange(6):
            case 0:
                data = data[:at]
            case 1:
                data = data[:at] + dice.choice(PIECES) + data[at:]
            case 2 | 3 if at < len(data):
                data = data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :]
            case 4:
                data = data[:at] + data[at + dice.randrange(1, 9) :]
            case 5:
                data = data[at:] + data[:at]
    return data


def page_of(data: bytes) -> object:
    """Read a page as the commands do."""
    page = RangePage.parse(data)
    read = [key_value(record) for record in page.records()]
    assert [pair.key for pair in read] == page.keys()
    return [pair.encode() for pair in read], page.more, page.count


def page_by_protobuf(response: api.RangeResponse) -> object:
    """Return the same from protobuf's message."""
    return [_encoded(kv) for kv in response.kvs], response.more, response.count


def events_of(data: bytes) -> object:
    """Read a watch's response as the commands do."""
    response = WatchResponse.parse(data)
    response.header  # noqa: B018 - decodes it
    if "\ufffd" in response.cancel_reason:
        raise WireError("protobuf refuses what is not UTF-8, here it is shown")
    read = [
        (signed(kind), key_value(record).encode(), previous and key_value(previous).encode())
        for batch in response.batches
        for kind, record, previous in zip(
            batch.kinds, batch.records(), batch.previous(), strict=True
        )
    ]
    return read, response.watch_id, response.canceled, response.compact_revision


def events_by_protobuf(response: api.WatchResponse) -> object:
    """Return the same from protobuf's message."""
    read = [
        (
            event.type,
            _encoded(event.kv),
            _encoded(event.prev_kv, event.kv.key) if event.HasField("prev_kv") else None,
        )
        for event in response.events
    ]
    return read, response.watch_id, response.canceled, response.compact_revision


def _encoded(kv: KeyValue, key: bytes = b"") -> bytes:
    """Return a KeyValue's bytes without unknown fields; ``key`` is for one without a key."""
    names = ("create_revision", "mod_revision", "version", "value", "lease")
    fields = {name: getattr(kv, name) for name in names}
    return KeyValue(key=kv.key or key, **fields).SerializeToString()


class Parser(NamedTuple):
    """A parser, protobuf's message of the same kind, and both readings to compare."""

    make: Callable[[random.Random], ProtobufMessage]
    ours: Callable[[bytes], object]
    theirs: Callable[..., object] | None = None


def _plain(kind: type[Message], theirs: type[ProtobufMessage], make: object = None) -> Parser:
    def sample(dice: random.Random) -> ProtobufMessage:
        return theirs(header=header(dice)) if make is None else make(dice)  # type: ignore[operator]

    return Parser(sample, lambda data: kind.decode(data).encode())


PARSERS = (
    *(Parser(a_range, page_of, page_by_protobuf),) * 5,
    *(Parser(a_watch, events_of, events_by_protobuf),) * 5,
    _plain(RangeResponse, api.RangeResponse, a_range),
    *(_plain(TxnResponse, api.TxnResponse, a_transaction),) * 3,
    _plain(PutResponse, api.PutResponse),
    _plain(DeleteRangeResponse, api.DeleteRangeResponse),
    _plain(LeaseGrantResponse, api.LeaseGrantResponse),
    _plain(LeaseTimeToLiveResponse, api.LeaseTimeToLiveResponse),
    _plain(LeasesResponse, api.LeaseLeasesResponse),
    _plain(UserListResponse, api.AuthUserListResponse),
    _plain(RoleGetResponse, api.AuthRoleGetResponse),
    _plain(SnapshotResponse, api.SnapshotResponse),
)


def check(parser: Parser, data: bytes) -> bool:
    """Parse a response both ways; whether ours took it. Raises where the two do not agree."""
    kind = type(parser.make(random.Random(0)))
    try:
        theirs = kind.FromString(data)
    except DecodeError:
        theirs = None
    try:
        ours = parser.ours(data)
    except WireError:
        return False
    if parser.theirs is not None:
        assert theirs is not None, "what protobuf cannot parse was taken"
        assert ours == parser.theirs(theirs), "it was read otherwise than by protobuf"
    return True


def run(count: int, seed: int) -> int:
    """Check so many responses; return how many of them were taken."""
    dice = random.Random(seed)
    taken = 0
    for number in range(count):
        parser = dice.choice(PARSERS)
        data = damaged(parser.make(dice).SerializeToString(), dice)
        try:
            taken += check(parser, data)
        except Exception:
            print(f"seed {seed}, response {number}: {data!r}", flush=True)
            raise
    return taken


def main() -> None:
    """Run as many responses as asked for, and print what came of it."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--count", type=int, default=200_000)
    arguments.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = arguments.parse_args()
    started = time.monotonic()
    taken = run(options.count, options.seed)
    seconds = time.monotonic() - started
    print(f"seed {options.seed}: {options.count} responses, {taken} taken, {seconds:.0f} s")


if __name__ == "__main__":
    main()
