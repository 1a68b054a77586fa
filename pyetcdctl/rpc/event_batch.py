"""Events as they are in a watch's response: searched for their KeyValues, not made into objects.

As with a range (range_page.py), each consumer cuts out the fields that it prints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.rpc.key_values import number_of, records_at
from pyetcdctl.rpc.kv import KeyValue
from pyetcdctl.rpc.wire import Field, Message, WireError, read_varint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.rpc.key_values import Record

PUT, DELETE = 0, 1
EVENT_NAMES = ("PUT", "DELETE")

EVENT_FIELD = 11
"""The events' number in a WatchResponse."""
_EVENT, _TYPE, _KV, _PREV_KV, _KEY = EVENT_FIELD << 3 | 2, 0x08, 0x12, 0x1A, 0x0A


def event_name(kind: int) -> str:
    """Return an event's name; one that a later release added has its number, as in etcdctl."""
    return EVENT_NAMES[kind] if 0 <= kind < len(EVENT_NAMES) else str(kind)


class Event(Message):
    """etcd API, mvccpb.Event: parsed whole only where a batch cannot be."""

    type: int = PUT
    kv: KeyValue | None = None
    prev_kv: KeyValue | None = None
    FIELDS = (
        Field(1, "type", "enum"),
        Field(2, "kv", "message", KeyValue),
        Field(3, "prev_kv", "message", KeyValue),
    )


class Events(Message):
    """The part of a WatchResponse that a batch holds."""

    events: Sequence[Event] = ()
    FIELDS = (Field(EVENT_FIELD, "events", "message", Event, repeated=True),)

    def with_keys(self) -> Events:
        """Return the events with the key in each previous KeyValue: kine 0.13 leaves it out."""
        return Events(events=[_with_keys(event) for event in self.events])


def _with_keys(event: Event) -> Event:
    pair, previous = event.kv, event.prev_kv
    if pair is None or previous is None or previous.key:
        return event
    named = KeyValue(**{**previous.__dict__, "key": pair.key})
    return Event(type=event.type, kv=pair, prev_kv=named)


class EventBatch:
    """Events as they are in a response: only where their KeyValues begin and end is known.

    ``kinds`` has PUT or DELETE for each event, or the number of a kind that a later release added.
    """

    __slots__ = ("_bodies", "_data", "_end", "_previous", "_start", "kinds")

    def __init__(self, data: bytes, start: int) -> None:
        """Parse the events from ``start`` to the end, as etcd writes them. Raises WireError."""
        self.kinds: list[int] = []
        self._bodies: list[tuple[int, int]] = []
        self._previous: list[tuple[int, int] | None] = []
        self._data, self._start = data, start
        self._end = self._parse(start)

    def __len__(self) -> int:
        return len(self.kinds)

    @property
    def encoded(self) -> bytes:
        """The events as they are in a WatchResponse, each with its tag and size."""
        return self._data[self._start : self._end]

    @property
    def size(self) -> int:
        """The bytes of all events."""
        return self._end - self._start

    @property
    def revisions(self) -> tuple[int, int]:
        """The revisions of the first and the last event, between which the others are in order.

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
    def has_previous(self) -> bool:
        """Whether any event has a previous value."""
        return any(self._previous)

    def previous(self) -> Iterator[Record | None]:
        """Yield the previous KeyValue of each event, None where that is not known."""
        known = records_at(self._data, (place for place in self._previous if place))
        return (next(known) if place else None for place in self._previous)

    def _revision(self, number: int) -> int:
        modified = next(records_at(self._data, (self._bodies[number],)))[2]
        return number_of(modified)

    def _parse(self, at: int) -> int:
        data, end = self._data, len(self._data)
        while at < end and data[at] == _EVENT:
            size, at = data[at + 1], at + 2
            if size > 0x7F:
                size, at = read_varint(data, at - 1)
            at = self._parse_event(at, at + size)
        if at != end:
            raise WireError("the response ends inside an event")
        return at

    def _parse_event(self, at: int, end: int) -> int:
        data = self._data
        kind, body, previous = PUT, None, None
        while at < end:
            tag, number, at = data[at], data[at + 1], at + 2
            if number > 0x7F:
                number, at = read_varint(data, at - 1)
            if tag == _TYPE:
                kind = number
                continue
            if tag == _KV and body is None:
                body = at, at + number
            elif tag == _PREV_KV and previous is None and data[at] == _KEY:
                previous = at, at + number
            else:
                raise WireError(f"field {tag >> 3} is unknown, or there twice")
            at += number
        if body is None or at != end or data[body[0]] != _KEY:
            raise WireError("an event does not hold a key")
        self.kinds.append(kind)
        self._bodies.append(body)
        self._previous.append(previous)
        return at
