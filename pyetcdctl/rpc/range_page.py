"""A part of a range, read straight from the response's bytes.

A response may hold a hundred thousand keys; building a message for each would take most of the time
of a listing. Here a response (etcd API, RangeResponse) is only searched for where its KeyValues
begin and end, and each consumer cuts out the fields that it prints. The loops are written for
speed, and by hand; a response with fields of a later release, or in another order, is first
rewritten with the known fields alone.

Invariant: no field reaches beyond the message that it is in. The response is checked as a whole
when it is parsed, the fields of an entry when it is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.rpc.key_values import KEY_TAG, Record, key_at, records_at
from pyetcdctl.rpc.kv import KeyValue, RangeResponse, ResponseHeader
from pyetcdctl.rpc.wire import WireError, append_varint, read_fields, read_varint, signed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HEADER, _KVS, _MORE, _COUNT = 0x0A, 0x12, 0x18, 0x20
_FIRST_BYTE = bytes([_KVS])
TRUNCATED = "the response ends inside an entry"
_CHUNK, _CHUNK_FIELD = 0x0A, 1


def _head(size: int) -> bytes:
    """Return the tag and the size before an entry of that size in a RangeResponse."""
    head = bytearray([_KVS])
    append_varint(head, size)
    return bytes(head)


_SHORT_HEADS = tuple(_head(size) for size in range(0x80))


class RangePage:
    """Some entries of a range, in order; ``more`` and ``count`` are RangeResponse's.

    ``header`` is None in all chunks of a RangeStream but the last.
    """

    __slots__ = (
        "_bodies",
        "_data",
        "_end",
        "_ends",
        "_known_keys",
        "_start",
        "count",
        "header",
        "more",
    )

    _known_keys: list[bytes] | None

    def __init__(self, data: bytes, start: int = 0) -> None:
        """Parse the response that begins at ``start``. Raises WireError where it is damaged."""
        try:
            self._parse(data, start)
        except (IndexError, WireError):
            response = RangeResponse.decode(data[start:])
            if not all(pair.key for pair in response.kvs):
                raise WireError("an entry without a key") from None
            self._parse(response.encode(), 0)

    @classmethod
    def parse(cls, data: bytes) -> RangePage:
        """Parse a RangeResponse."""
        return cls(data)

    @classmethod
    def parse_chunk(cls, data: bytes) -> RangePage:
        """Parse a RangeStreamResponse: a RangeResponse, wrapped."""
        if data and data[0] == _CHUNK:
            size, start = read_varint(data, 1)
            if start + size == len(data):
                return cls(data, start)
        for number, value in read_fields(data):
            if number == _CHUNK_FIELD and isinstance(value, bytes):
                return cls(value)
        raise WireError("a chunk of a range without a range")

    @classmethod
    def of_beginning(cls, data: bytes) -> RangePage:
        """Parse the complete entries at the start of the data.

        ``size`` is then the offset of what follows. Raises WireError for a damaged entry.
        """
        page = cls.__new__(cls)
        page.header, page.count, page.more = None, 0, False
        page._data, page._start, page._known_keys = data, 0, None
        page._bodies, page._ends = _whole_entries(data, 0)
        page._end = page._ends[-1] if page._ends else 0
        return page

    @classmethod
    def of_entries(
        cls,
        entries: Iterable[bytes],
        header: ResponseHeader | None = None,
        *,
        count: int = 0,
        more: bool = False,
    ) -> RangePage:
        """Build a page of serialized KeyValues, each of which begins with its key."""
        page = cls.__new__(cls)
        page.header, page.count, page.more = header, count, more
        parts: list[bytes] = []
        page._bodies, page._ends, page._start, at = [], [], 0, 0
        page._known_keys = None
        for entry in entries:
            size = len(entry)
            head = _SHORT_HEADS[size] if size < 0x80 else _head(size)
            at += len(head)
            page._bodies.append(at)
            at += size
            page._ends.append(at)
            parts += (head, entry)
        page._data, page._end = b"".join(parts), at
        return page

    def __len__(self) -> int:
        return len(self._bodies)

    @property
    def size(self) -> int:
        """The bytes of all entries."""
        return self._end - self._start

    def key(self, index: int) -> bytes:
        """Return one entry's key."""
        return key_at(self._data, self._bodies[index])

    @property
    def last_key(self) -> bytes:
        """The last entry's key; the page must not be empty."""
        return key_at(self._data, self._bodies[-1])

    @property
    def encoded_entries(self) -> bytes:
        """The entries as they are in a RangeResponse, each with its tag and size."""
        return self._data[self._start : self._end]

    @property
    def entries(self) -> list[bytes]:
        """The serialized KeyValues."""
        data = self._data
        return [data[body:end] for body, end in zip(self._bodies, self._ends, strict=True)]

    def parts(self, most: int) -> Iterator[RangePage]:
        """Cut a page into pages of at most ``most`` entries; all bytes stay where they are."""
        start = self._start
        for first in range(0, len(self._bodies), most):
            part = RangePage.__new__(RangePage)
            part.header, part.more, part.count = self.header, self.more, self.count
            part._data, part._start = self._data, start
            part._bodies = self._bodies[first : first + most]
            part._ends = self._ends[first : first + most]
            part._end = start = part._ends[-1]
            part._known_keys = None
            yield part

    def without_values(self) -> RangePage:
        """Return the page as a server sends it in response to a request for keys alone."""
        entries = map(_without_value, self.entries)
        return RangePage.of_entries(entries, self.header, count=self.count, more=self.more)

    def keys(self) -> list[bytes]:
        """Return the keys, as a list that the caller may change."""
        if self._known_keys is None:
            data = self._data
            self._known_keys = [
                data[at + 2 : at + 2 + data[at + 1]] if data[at + 1] < 0x80 else key_at(data, at)
                for at in self._bodies
            ]
        return self._known_keys[:]

    def keys_and_values(self) -> list[bytes]:
        """Return key, value, key, value..."""
        words: list[bytes] = []
        append = words.append
        for key, _, _, _, value, _ in self.records():
            append(key)
            append(value)
        return words

    def records(self) -> Iterator[Record]:
        """Yield all fields of the entries. Raises WireError at one that is damaged."""
        return records_at(self._data, zip(self._bodies, self._ends, strict=True))

    def _parse(self, data: bytes, start: int) -> None:
        self._data = data
        self._known_keys = None
        self.header: ResponseHeader | None = None
        self.more, self.count = False, 0
        at = self._parse_header(start)
        self._start = at
        self._bodies, self._ends = _whole_entries(data, at)
        self._end = self._ends[-1] if self._ends else at
        if data[self._end : self._end + 1] == _FIRST_BYTE:
            raise WireError(TRUNCATED)
        self._parse_tail(self._end)

    def _parse_header(self, at: int) -> int:
        data = self._data
        if at < len(data) and data[at] == _HEADER:
            size, at = read_varint(data, at + 1)
            if at + size > len(data):
                raise WireError("the response ends inside its header")
            self.header = ResponseHeader.decode(data[at : at + size])
            at += size
        return at

    def _parse_tail(self, at: int) -> None:
        data = self._data
        while at < len(data):
            tag = data[at]
            number, at = read_varint(data, at + 1)
            if tag == _MORE:
                self.more = bool(number)
            elif tag == _COUNT:
                self.count = signed(number)
            else:
                raise WireError(f"field {tag >> 3} comes after the entries")


def _whole_entries(data: bytes, at: int) -> tuple[list[int], list[int]]:
    """Return the offsets where the whole KeyValues from ``at`` on begin, and where they end."""
    bodies: list[int] = []
    ends: list[int] = []
    add_body, add_end, end, damage = bodies.append, ends.append, len(data), ""
    try:
        while at < end and data[at] == _KVS:
            size = data[at + 1]
            at += 2
            if size > 0x7F:
                following = data[at]
                if following < 0x80:
                    size += (following << 7) - 0x80
                    at += 1
                else:
                    size, at = read_varint(data, at - 1)
            body = at
            at += size
            if at > end:
                break
            if data[body] != KEY_TAG:
                damage = "an entry does not begin with its key"
                break
            key_size = data[body + 1] + 2
            if key_size > 0x81:
                key_size = sum(read_varint(data, body + 1)) - body
            if key_size > size:
                damage = "a key reaches beyond its entry"
                break
            add_body(body)
            add_end(at)
    except (IndexError, WireError):  # the size of the last entry is not complete
        pass
    if damage:
        raise WireError(damage)
    return bodies, ends


def _without_value(entry: bytes) -> bytes:
    pair = KeyValue.decode(entry)
    pair.value = b""
    return pair.encode()
