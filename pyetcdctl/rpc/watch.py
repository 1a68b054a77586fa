"""The messages of etcd's Watch service (etcdserverpb), whose responses are parsed for speed.

Thousands of responses may come in a second, or one with thousands of events (event_batch.py). What
a later release adds is skipped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.rpc.event_batch import EVENT_FIELD, EventBatch, Events
from pyetcdctl.rpc.kv import NO_HEADER, ResponseHeader
from pyetcdctl.rpc.wire import (
    LENGTH,
    VARINT,
    Field,
    Message,
    WireError,
    read_fields,
    read_varint,
    signed,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

WATCH = "/etcdserverpb.Watch/Watch"
NO_WATCH = -1
"""The id in responses that belong to no watch: one that was refused, or to all of a stream."""

_HEADER, _EVENT = 0x0A, EVENT_FIELD << 3 | LENGTH
_HEADER_FIELD, _WATCH_ID, _CREATED, _CANCELED, _COMPACT_REVISION = 1, 2, 3, 4, 5
_CANCEL_REASON, _FRAGMENT = 6, 7


NO_PUT = 0
"""The filter of a watch that leaves out everything but deletions."""


class WatchCreateRequest(Message):
    """What to watch; ``start_revision`` 0 means from now on."""

    key: bytes = b""
    range_end: bytes = b""
    start_revision: int = 0
    progress_notify: bool = False
    filters: Sequence[int] = ()
    prev_kv: bool = False
    fragment: bool = False
    FIELDS = (
        Field(1, "key", "bytes"),
        Field(2, "range_end", "bytes"),
        Field(3, "start_revision", "int64"),
        Field(4, "progress_notify", "bool"),
        Field(5, "filters", "enum", repeated=True),
        Field(6, "prev_kv", "bool"),
        Field(8, "fragment", "bool"),
    )


class WatchProgressRequest(Message):
    """Asks up to which revision all events have been sent."""


class WatchRequest(Message):
    """What a client sends on the stream; exactly one is set."""

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


class WatchResponse:
    """What a server sends on the stream; ``batches`` are several where it came in fragments."""

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
        """The response's header; decoded at each access, because most are never used."""
        return ResponseHeader.decode(self.encoded_header)

    @property
    def is_progress(self) -> bool:
        """Whether it only reports progress: the server's revision."""
        ended = self.canceled or self.compact_revision
        return not (self.batches or self.created or ended) and self.header.revision != 0

    @classmethod
    def parse(cls, data: bytes) -> WatchResponse:
        """Parse a response. Raises WireError where it is damaged."""
        response = cls()
        try:
            response._parse(data)
        except (IndexError, WireError):
            response = cls()
            response._parse_any_order(data)
        if not response.batches:
            ResponseHeader.decode(response.encoded_header)
        return response

    def _parse(self, data: bytes) -> None:
        """Parse a response in the order in which etcd writes it: the events come last."""
        at, end = 0, len(data)
        while at < end:
            tag = data[at]
            if tag == _EVENT:
                self.batches = [EventBatch(data, at)]
                return
            number, at = read_varint(data, at + 1)
            if not _WATCH_ID << 3 <= tag < 0x80 and tag != _HEADER:
                raise WireError("a field of a later release")
            if tag & 7 == VARINT:
                self._take(tag >> 3, number)
            elif tag & 7 == LENGTH and at + number <= end:
                self._take(tag >> 3, data[at : at + number])
                at += number
            else:
                raise WireError("the response ends inside a field")

    def _parse_any_order(self, data: bytes) -> None:
        for number, value in read_fields(data):
            if number != EVENT_FIELD:
                self._take(number, value)
        events = Events.decode(data)
        if events.events:
            self.batches = [EventBatch(events.with_keys().encode(), 0)]

    def _take(self, field: int, value: int | bytes) -> None:
        if isinstance(value, int):
            self._take_number(field, value)
        elif field == _HEADER_FIELD:
            self.encoded_header += value  # which is how protobuf merges a repeated message
        elif field == _CANCEL_REASON:
            self.cancel_reason = value.decode("utf-8", "replace")

    def _take_number(self, field: int, number: int) -> None:
        if field == _WATCH_ID:
            self.watch_id = signed(number)
        elif field == _CREATED:
            self.created = bool(number)
        elif field == _CANCELED:
            self.canceled = bool(number)
        elif field == _COMPACT_REVISION:
            self.compact_revision = signed(number)
        elif field == _FRAGMENT:
            self.fragment = bool(number)
