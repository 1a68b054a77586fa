"""The messages of etcd's Watch service (etcdserverpb), whose answers are read for speed.

Thousands of answers may come in a second, or one with thousands of events. As with a range (see
range_page.py), each consumer cuts the fields that it prints out of the answer's bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.rpc.kv import NO_HEADER, KeyValue, ResponseHeader
from pyetcdctl.rpc.range_page import records_at
from pyetcdctl.rpc.wire import Field, Message, WireError, read_varint, signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.rpc.range_page import Record

WATCH = "/etcdserverpb.Watch/Watch"
NO_WATCH = -1
"""The id in answers that belong to no watch: one that was refused, or to all of a stream."""

PUT, DELETE = 0, 1
EVENT_NAMES = ("PUT", "DELETE")

_HEADER, _EVENT, _CANCEL_REASON = 0x0A, 0x5A, 0x32
_WATCH_ID, _CREATED, _CANCELED, _COMPACT_REVISION, _FRAGMENT = 0x10, 0x18, 0x20, 0x28, 0x38
_TYPE, _KV, _PREV_KV, _KEY = 0x08, 0x12, 0x1A, 0x0A


class WatchCreateRequest(Message):
    """What to watch; ``start_revision`` 0 means from now on."""

    key: bytes = b""
    range_end: bytes = b""
    start_revision: int = 0
    progress_notify: bool = False
    prev_kv: bool = False
    fragment: bool = False
    FIELDS = (
        Field(1, "key", "bytes"),
        Field(2, "range_end", "bytes"),
        Field(3, "start_revision", "int64"),
        Field(4, "progress_notify", "bool"),
        Field(6, "prev_kv", "bool"),
        Field(8, "fragment", "bool"),
    )


class WatchProgressRequest(Message):
    """Asks up to which revision everything has been told."""


class WatchRequest(Message):
    """What a client says on the stream; exactly one is set."""

    create_request: WatchCreateRequest | None = None
    progress_request: WatchProgressRequest | None = None
    FIELDS = (
        Field(1, "create_request", "message", WatchCreateRequest),
        Field(3, "progress_request", "message", WatchProgressRequest),
    )


class WatchHead(Message):
    """etcd API, WatchResponse, as much of it as etcdctl writes before the events."""

    header: ResponseHeader = NO_HEADER
    created: bool = False
    canceled: bool = False
    compact_revision: int = 0
    FIELDS = (
        Field(1, "header", "message", ResponseHeader),
        Field(3, "created", "bool"),
        Field(4, "canceled", "bool"),
        Field(5, "compact_revision", "int64"),
    )


class EventBatch:
    """Events as they stand in an answer: only where their KeyValues begin has been looked up.

    ``kinds`` has PUT or DELETE for each event.
    """

    __slots__ = ("_bodies", "_data", "_end", "_previous", "_start", "kinds")

    def __init__(self, data: bytes, start: int) -> None:
        """Read the events from ``start`` to the end. Raises WireError where they are damaged."""
        self._data, self._start = data, start
        self.kinds: list[int] = []
        self._bodies: list[int] = []
        self._previous: list[int] = []
        self._end = self._read(start)

    def __len__(self) -> int:
        return len(self.kinds)

    @property
    def encoded(self) -> bytes:
        """The events as they stand in a WatchResponse, each with its tag and size."""
        return self._data[self._start : self._end]

    @property
    def revisions(self) -> tuple[int, int]:
        """The revisions of the first and the last event, between which the others stand in order.

        Most batches hold one event, whose revision is looked up once.
        """
        first = self._revision(0)
        return first, first if len(self.kinds) == 1 else self._revision(-1)

    def since(self, revision: int) -> EventBatch:
        """Return the events of a revision and after it."""
        at = self._start
        for number in range(len(self._bodies)):
            if self._revision(number) >= revision:
                break
            size, at = read_varint(self._data, at + 1)
            at += size
        return EventBatch(self._data, at)

    def records(self) -> Iterator[Record]:
        """Yield each event's KeyValue."""
        return records_at(self._data, self._bodies)

    @property
    def tells_previous(self) -> bool:
        """Whether it is known of any event what stood at its key before."""
        return any(self._previous)

    def previous(self) -> Iterator[Record | None]:
        """Yield what stood at each event's key before, None where that is not known."""
        known = records_at(self._data, (body for body in self._previous if body))
        return (next(known) if body else None for body in self._previous)

    def _revision(self, number: int) -> int:
        modified = next(records_at(self._data, (self._bodies[number],)))[2]
        return _number(modified)

    def _read(self, at: int) -> int:
        data, end = self._data, len(self._data)
        while at < end and data[at] == _EVENT:
            size, at = data[at + 1], at + 2
            if size > 0x7F:
                size, at = read_varint(data, at - 1)
            event_end = at + size
            kind, body, previous = PUT, 0, 0
            while at < event_end:
                tag, number, at = data[at], data[at + 1], at + 2
                if number > 0x7F:
                    number, at = read_varint(data, at - 1)
                if tag == _TYPE:
                    kind = number
                    continue
                if tag == _KV:
                    body = at
                elif tag == _PREV_KV:
                    previous = at
                at += number
            if not body or at != event_end or data[body] != _KEY:
                raise WireError("an event does not hold a key")
            self.kinds.append(kind)
            self._bodies.append(body)
            self._previous.append(previous)
        if at != end:
            raise WireError("the answer ends inside an event")
        return at


class WatchResponse:
    """What a server says on the stream; ``batches`` are more than one where it was in fragments."""

    __slots__ = (
        "batches",
        "cancel_reason",
        "canceled",
        "compact_revision",
        "created",
        "encoded_header",
        "fragment",
        "watch_id",
    )

    def __init__(self) -> None:
        self.encoded_header = b""
        self.watch_id = 0
        self.created = self.canceled = self.fragment = False
        self.compact_revision = 0
        self.cancel_reason = ""
        self.batches: list[EventBatch] = []

    @property
    def header(self) -> ResponseHeader:
        """Where and when it was said; read anew each time, for most are never looked at."""
        return ResponseHeader.decode(self.encoded_header)

    @property
    def is_progress(self) -> bool:
        """Whether it only tells how far the server has come."""
        ended = self.canceled or self.compact_revision
        return not (self.batches or self.created or ended) and self.header.revision != 0

    @classmethod
    def parse(cls, data: bytes) -> WatchResponse:
        """Read an answer. Raises WireError where it is damaged."""
        answer = cls()
        at, end = 0, len(data)
        try:
            while at < end:
                tag = data[at]
                if tag == _EVENT:
                    answer.batches = [EventBatch(data, at)]
                    break
                number, at = read_varint(data, at + 1)
                if tag in (_HEADER, _CANCEL_REASON):
                    answer._take_bytes(tag, data[at : at + number])
                    at += number
                else:
                    answer._take_number(tag, number)
        except IndexError:
            raise WireError("the answer ends inside a field") from None
        return answer

    def _take_bytes(self, tag: int, body: bytes) -> None:
        if tag == _HEADER:
            self.encoded_header = body
        else:
            self.cancel_reason = body.decode("utf-8", "replace")

    def _take_number(self, tag: int, number: int) -> None:
        if tag == _WATCH_ID:
            self.watch_id = signed(number)
        elif tag == _CREATED:
            self.created = bool(number)
        elif tag == _CANCELED:
            self.canceled = bool(number)
        elif tag == _COMPACT_REVISION:
            self.compact_revision = signed(number)
        elif tag == _FRAGMENT:
            self.fragment = bool(number)
        else:
            raise WireError(f"field {tag >> 3} is not one of a watch's answer")


def key_value(record: Record) -> KeyValue:
    """Return a record as a message of its own."""
    key, create, mod, version, value, lease = record
    return KeyValue(
        key=key,
        create_revision=_number(create),
        mod_revision=_number(mod),
        version=_number(version),
        value=value,
        lease=_number(lease),
    )


def _number(varint: bytes | None) -> int:
    return signed(read_varint(varint, 0)[0]) if varint else 0
