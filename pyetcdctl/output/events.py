"""The events of a watch, in each format. Thousands of events may come in a second: hot loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.output.listing import json_entries
from pyetcdctl.output.quoting import json_string
from pyetcdctl.rpc.event_batch import PUT, EventBatch, event_name
from pyetcdctl.rpc.key_values import key_value
from pyetcdctl.rpc.kv import ResponseHeader
from pyetcdctl.rpc.wire import read_varint, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyetcdctl.rpc.key_values import Record
    from pyetcdctl.rpc.kv import KeyValue
    from pyetcdctl.rpc.watch import WatchResponse

_HEADER_TAGS = {field.number << 3: field.name for field in ResponseHeader.FIELDS}


def plain_events(response: WatchResponse, shown: Callable[[bytes], bytes] | None) -> bytes:
    """Return what the simple format prints; ``shown`` makes keys and values safe."""
    words: list[bytes] = []
    for batch in response.batches:
        if batch.has_previous or shown is not None:
            words += _words_with_previous(batch, shown or bytes)
        else:
            for kind, record in zip(batch.kinds, batch.records(), strict=True):
                words += (event_name(kind).encode(), record[0], record[4])
    words.append(b"")
    return b"\n".join(words)


def json_response(response: WatchResponse) -> bytes:
    """Return the response as one JSON object."""
    events = [entry for batch in response.batches for entry in _json_events(batch)]
    members = (
        b'"Header":%b' % _json_header(response.encoded_header).encode(),
        b'"Events":%b' % (b"[%b]" % b",".join(events) if events else b"null"),
        b'"CompactRevision":%d' % response.compact_revision,
        b'"Canceled":%b' % _json_bool(response.canceled),
        b'"Created":%b' % _json_bool(response.created),
        b'"CancelReason":%b' % json_string(response.cancel_reason).encode(),
    )
    return b"{%b}\n" % b",".join(members)


def records(response: WatchResponse) -> Iterator[tuple[str, Record | None, Record]]:
    """Yield the name of each event, the previous record, and the present one."""
    for batch in response.batches:
        for kind, previous, record in _events(batch):
            yield event_name(kind), previous, record


def key_values(response: WatchResponse) -> Iterator[tuple[str, KeyValue | None, KeyValue]]:
    """Yield the same as messages."""
    for name, previous, record in records(response):
        yield name, None if previous is None else key_value(previous), key_value(record)


def _events(batch: EventBatch) -> Iterator[tuple[int, Record | None, Record]]:
    return zip(batch.kinds, batch.previous(), batch.records(), strict=True)


def _words_with_previous(batch: EventBatch, shown: Callable[[bytes], bytes]) -> Iterator[bytes]:
    for kind, previous, record in _events(batch):
        yield event_name(kind).encode()
        if previous is not None:
            yield shown(previous[0])
            yield shown(previous[4])
        yield shown(record[0])
        yield shown(record[4])


def _json_header(encoded: bytes) -> str:
    """Return a header as JSON; it differs from response to response."""
    members, at = [], 0
    while at < len(encoded):
        name = _HEADER_TAGS.get(encoded[at])
        if name is None:  # a field of a later release
            members = list(ResponseHeader.decode(encoded).__dict__.items())
            break
        number, at = read_varint(encoded, at + 1)
        members.append((name, signed(number) if name == "revision" else number))
    text = ",".join([f'"{name}":{number}' for name, number in members])
    return f"{{{text}}}"


def _json_events(batch: EventBatch) -> list[bytes]:
    entries = json_entries(batch.records())
    if batch.has_previous:
        return list(_json_with_previous(batch, entries))
    return [
        b'{"kv":%b}' % entry if kind == PUT else b'{"type":%d,"kv":%b}' % (kind, entry)
        for kind, entry in zip(batch.kinds, entries, strict=True)
    ]


def _json_with_previous(batch: EventBatch, entries: list[bytes]) -> Iterator[bytes]:
    before = [previous for previous in batch.previous() if previous is not None]
    known = iter(json_entries(before))
    for kind, previous, entry in zip(batch.kinds, batch.previous(), entries, strict=True):
        type_ = b"" if kind == PUT else b'"type":%d,' % kind
        earlier = b"" if previous is None else b',"prev_kv":%b' % next(known)
        yield b'{%b"kv":%b%b}' % (type_, entry, earlier)


def _json_bool(value: bool) -> bytes:
    return b"true" if value else b"false"
