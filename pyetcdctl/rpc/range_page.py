"""A part of a range, read straight from the answer's bytes.

An answer may hold a hundred thousand keys; building a message for each would take most of the time
of a listing. Here an answer (etcd API, RangeResponse) only learns where its KeyValues begin, and
each consumer cuts out the fields that it prints. The loops are written for speed, and by hand.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from pyetcdctl.rpc.kv import KeyValue, ResponseHeader
from pyetcdctl.rpc.wire import WireError, append_varint, read_varint, signed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HEADER, _KVS, _MORE, _COUNT = 0x0A, 0x12, 0x18, 0x20
_KEY, _LEASE = 0x0A, 0x30
_CHUNK = 0x0A
_ALL = 1 << 62

_VARINT = rb"[\x80-\xff]*[\x00-\x7f]"
# What stands between a key and its value: three revision numbers, each left out when it is zero.
_REVISIONS = re.compile(
    rb"(?:\x10(%b))?(?:\x18(%b))?(?:\x20(%b))?(\x2a)?" % (_VARINT, _VARINT, _VARINT)
)


def _head(size: int) -> bytes:
    """Return what stands before an entry of that size in a RangeResponse."""
    head = bytearray([_KVS])
    append_varint(head, size)
    return bytes(head)


_SHORT_HEADS = tuple(_head(size) for size in range(0x80))

Record: TypeAlias = tuple[bytes, bytes | None, bytes | None, bytes | None, bytes, bytes | None]
"""Key, create_revision, mod_revision, version, value and lease of a KeyValue; the numbers as the
varints that they are on the wire, None for zero."""


class RangePage:
    """Some entries of a range, in order; ``more`` and ``count`` are RangeResponse's.

    ``header`` is None in all chunks of a RangeStream but the last.
    """

    __slots__ = ("_bodies", "_data", "_end", "_start", "count", "header", "more")

    def __init__(self, data: bytes, start: int = 0) -> None:
        """Read the answer that begins at ``start``. Raises WireError where it is damaged."""
        self._data = data
        self.header: ResponseHeader | None = None
        self.more, self.count = False, 0
        try:
            at = self._read_header(start)
            self._start = at
            self._bodies, self._end = _entries_in(data, at)
            self._read_tail(self._end)
        except IndexError:
            raise WireError("the answer ends inside a field") from None

    @classmethod
    def parse(cls, data: bytes) -> RangePage:
        """Read a RangeResponse."""
        return cls(data)

    @classmethod
    def parse_chunk(cls, data: bytes) -> RangePage:
        """Read a RangeStreamResponse: a RangeResponse, wrapped."""
        if not data or data[0] != _CHUNK:
            raise WireError("a chunk of a range without a range")
        size, start = read_varint(data, 1)
        if start + size != len(data):
            raise WireError("a chunk of a range has another size than it says")
        return cls(data, start)

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
        page._bodies, page._start, at = [], 0, 0
        for entry in entries:
            size = len(entry)
            head = _SHORT_HEADS[size] if size < 0x80 else _head(size)
            at += len(head)
            page._bodies.append(at)
            at += size
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
        return _key_at(self._data, self._bodies[index])

    @property
    def last_key(self) -> bytes:
        """The last entry's key; the page must not be empty."""
        return _key_at(self._data, self._bodies[-1])

    @property
    def encoded_entries(self) -> bytes:
        """The entries as they stand in a RangeResponse, each with its tag and size."""
        return self._data[self._start : self._end]

    @property
    def entries(self) -> list[bytes]:
        """The serialized KeyValues."""
        data, at = self._data, self._start
        found = []
        while at < self._end:
            size, at = read_varint(data, at + 1)
            found.append(data[at : at + size])
            at += size
        return found

    def parts(self, most: int) -> Iterator[RangePage]:
        """Cut a page into pages of at most ``most`` entries; all bytes stay where they are."""
        at = self._start
        while at < self._end:
            part = RangePage.__new__(RangePage)
            part.header, part.more, part.count = self.header, self.more, self.count
            part._data, part._start = self._data, at
            part._bodies, at = _entries_in(self._data, at, most)
            part._end = at
            yield part

    def keys(self) -> list[bytes]:
        """Return the keys."""
        data = self._data
        return [
            data[at + 2 : at + 2 + data[at + 1]] if data[at + 1] < 0x80 else _key_at(data, at)
            for at in self._bodies
        ]

    def keys_and_values(self) -> list[bytes]:
        """Return key, value, key, value..."""
        words: list[bytes] = []
        append = words.append
        for key, _, _, _, value, _ in self.records():
            append(key)
            append(value)
        return words

    def records(self) -> Iterator[Record]:
        """Yield all fields of the entries."""
        return records_at(self._data, self._bodies)

    def _read_header(self, at: int) -> int:
        data = self._data
        if at < len(data) and data[at] == _HEADER:
            size, at = read_varint(data, at + 1)
            self.header = ResponseHeader.decode(data[at : at + size])
            at += size
        return at

    def _read_tail(self, at: int) -> None:
        data = self._data
        while at < len(data):
            tag = data[at]
            number, at = read_varint(data, at + 1)
            if tag == _MORE:
                self.more = bool(number)
            elif tag == _COUNT:
                self.count = signed(number)
            else:
                raise WireError(f"field {tag >> 3} is not one of a range's answer")
        if at > len(data):
            raise WireError("the answer ends inside an entry")


def records_at(data: bytes, bodies: Iterable[int]) -> Iterator[Record]:
    """Yield all fields of the KeyValues that begin at these offsets."""
    revisions = _REVISIONS.match
    length = len(data)
    for body in bodies:
        size, at = data[body + 1], body + 2
        if size > 0x7F:
            size, at = read_varint(data, body + 1)
        end = at + size
        key = data[at:end]
        found = revisions(data, end)
        assert found  # every part of the pattern may be missing
        at, value, lease = found.end(), b"", None
        create, mod, version, has_value = found.groups()
        if has_value:
            size = data[at]
            at += 1
            if size > 0x7F:
                size, at = read_varint(data, at - 1)
            end = at + size
            value = data[at:end]
            at = end
        if at < length and data[at] == _LEASE:
            lease = data[at + 1 : read_varint(data, at + 1)[1]]
        yield key, create, mod, version, value, lease


def entry_of_key(key: bytes) -> bytes:
    """Return the serialized KeyValue that has a key alone."""
    head = bytearray([_KEY])
    append_varint(head, len(key))
    return bytes(head) + key


def key_of(entry: bytes) -> bytes:
    """Return the key of a serialized KeyValue: etcd writes it first."""
    return _key_at(entry, 0)


def key_and_value(entry: bytes) -> tuple[bytes, bytes]:
    """Return key and value of a serialized KeyValue."""
    decoded = KeyValue.decode(entry)
    return decoded.key, decoded.value


def _entries_in(data: bytes, at: int, most: int = _ALL) -> tuple[list[int], int]:
    """Return the offsets of the KeyValues from ``at`` on, and the offset behind the last."""
    bodies: list[int] = []
    append, end = bodies.append, len(data)
    while at < end and data[at] == _KVS and len(bodies) < most:
        size = data[at + 1]
        at += 2
        if size > 0x7F:
            following = data[at]
            if following < 0x80:
                size += (following << 7) - 0x80
                at += 1
            else:
                size, at = read_varint(data, at - 1)
        if data[at] != _KEY:
            raise WireError("an entry does not begin with its key")
        append(at)
        at += size
    if at > end:
        raise WireError("the answer ends inside an entry")
    return bodies, at


def _key_at(data: bytes, body: int) -> bytes:
    size, at = data[body + 1], body + 2
    if size > 0x7F:
        size, at = read_varint(data, body + 1)
    return data[at : at + size]
