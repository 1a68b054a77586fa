"""Split the output of ``etcdctl watch -i -w protobuf`` into the responses of a watch.

They follow one another without their sizes. Each begins with its header, and no other field of a
response has that form. A response that only reports progress is a header alone, after a line of
text; so a header without that line is incomplete until something follows it. The end of a watch may
be followed by a revision or not: it is complete when nothing follows for a while.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.rpc.event_batch import EVENT_FIELD
from pyetcdctl.rpc.wire import LENGTH, VARINT, WireError, append_varint, read_varint

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER, _CANCELED = 0x0A, 0x20
_EVENT = EVENT_FIELD << 3 | LENGTH
_WATCH_ID = 0x10
_TEXT = b"progress notify: "
_NO_WATCH = -1


class WatchFrames:
    """Splits bytes into responses; those that report progress belong to no watch."""

    def __init__(self) -> None:
        self._data = b""
        self._is_progress = False
        self.has_end = False
        """Whether the end of a watch was read and a revision may still follow it."""

    def take(self, piece: bytes) -> Iterator[bytes]:
        """Yield the complete responses so far. Raises WireError for bytes that are not of a watch.

        Events that arrive later than others of their response are a response of their own, as when
        a server sends one in fragments.
        """
        self._data += piece
        start = at = last = 0
        while (end := self._end_of_next(at)) is not None:
            is_text = self._data[at] == _TEXT[0]
            if at > start and (is_text or self._data[at] == _HEADER):
                yield from self._response(start, at)
                start = at
            if is_text:
                self._is_progress = True
                start = end
            at, last = end, at
        self.has_end = at > start and self._data[last] == _CANCELED
        if at > start and not self.has_end and not self._is_header_alone(start, at):
            yield from self._response(start, at)
            start = at
        self._data = self._data[start:]

    def rest(self) -> bytes:
        """Return the end of a watch after which nothing was received."""
        self.has_end = False
        rest, self._data = self._data, b""
        return rest

    def _is_header_alone(self, start: int, end: int) -> bool:
        """Whether events must follow, because no line announces the header as progress."""
        is_header = self._data[start] == _HEADER and self._end_of_next(start) == end
        return is_header and not self._is_progress

    def _response(self, start: int, end: int) -> Iterator[bytes]:
        response = self._data[start:end]
        if self._is_progress:
            addition = bytearray([_WATCH_ID])
            append_varint(addition, _NO_WATCH)
            response += addition
        self._is_progress = False
        yield response

    def _end_of_next(self, at: int) -> int | None:
        """Return the offset after a field or a line of text; None if it is not complete."""
        data = self._data
        if at >= len(data):
            return None
        tag = data[at]
        if tag == _TEXT[0]:
            end = data.find(b"\n", at)
            return end + 1 if end >= 0 else None
        if tag & 7 not in (VARINT, LENGTH) or tag > _EVENT:
            raise WireError("what etcdctl printed is not the response of a watch")
        try:
            number, behind = read_varint(data, at + 1)
        except WireError:
            return None
        end = behind + (number if tag & 7 == LENGTH else 0)
        return end if end <= len(data) else None
