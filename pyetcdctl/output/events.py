"""What a watch is told, in each format. Thousands of events may come in a second: hot loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.output.listing import json_entries
from pyetcdctl.output.quoting import json_string
from pyetcdctl.rpc.watch import DELETE, EVENT_NAMES, EventBatch, WatchResponse, key_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyetcdctl.rpc.kv import KeyValue
    from pyetcdctl.rpc.range_page import Record

_NAMES = tuple(name.encode() for name in EVENT_NAMES)


def plain_events(response: WatchResponse, shown: Callable[[bytes], bytes] | None) -> bytes:
    """Return what the simple format prints; ``shown`` makes keys and values safe."""
    words: list[bytes] = []
    show = shown or bytes
    for batch in response.batches:
        for kind, previous, record in _events(batch):
            words.append(_NAMES[kind])
            if previous is not None:
                words += (show(previous[0]), show(previous[4]))
            words += (show(record[0]), show(record[4]))
    words.append(b"")
    return b"\n".join(words)


def json_response(response: WatchResponse, header: str) -> bytes:
    """Return the response as one JSON object; its ``header`` is written already."""
    events = [entry for batch in response.batches for entry in _json_events(batch)]
    members = (
        b'"Header":%b' % header.encode(),
        b'"Events":%b' % (b"[%b]" % b",".join(events) if events else b"null"),
        b'"CompactRevision":%d' % response.compact_revision,
        b'"Canceled":%b' % _json_bool(response.canceled),
        b'"Created":%b' % _json_bool(response.created),
        b'"CancelReason":%b' % json_string(response.cancel_reason).encode(),
    )
    return b"{%b}\n" % b",".join(members)


def records(response: WatchResponse) -> Iterator[tuple[str, Record | None, Record]]:
    """Yield the name of each event, what stood there before, and what is there now."""
    for batch in response.batches:
        for kind, previous, record in _events(batch):
            yield EVENT_NAMES[kind], previous, record


def key_values(response: WatchResponse) -> Iterator[tuple[str, KeyValue | None, KeyValue]]:
    """Yield the same as messages."""
    for name, previous, record in records(response):
        yield name, None if previous is None else key_value(previous), key_value(record)


def _events(batch: EventBatch) -> Iterator[tuple[int, Record | None, Record]]:
    return zip(batch.kinds, batch.previous(), batch.records(), strict=True)


def _json_events(batch: EventBatch) -> Iterator[bytes]:
    entries = json_entries(batch.records())
    before = [previous for previous in batch.previous() if previous is not None]
    known = iter(json_entries(before))
    for kind, previous, entry in zip(batch.kinds, batch.previous(), entries, strict=True):
        deleted = b'"type":1,' if kind == DELETE else b""
        earlier = b"" if previous is None else b',"prev_kv":%b' % next(known)
        yield b'{%b"kv":%b%b}' % (deleted, entry, earlier)


def _json_bool(value: bool) -> bytes:
    return b"true" if value else b"false"
