"""A RangeResponse that arrives in pieces, however large, as pages of whole entries.

What ``etcdctl get -w protobuf`` prints is one message of any size. Only its unfinished last entry
is kept from one piece to the next: memory is bounded by a piece and the largest entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.rpc.kv import ResponseHeader
from pyetcdctl.rpc.range_page import RangePage
from pyetcdctl.rpc.wire import WireError, read_varint, signed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HEADER, _KVS, _MORE, _COUNT = 0x0A, 0x12, 0x18, 0x20
_LONGEST_VARINT = 10
TRUNCATED = "the response ends inside an entry"


class StreamedRange:
    """Parses a RangeResponse; ``header`` is known with the first page, the rest at the end."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._data = b""
        self.header = ResponseHeader()
        self.count = 0
        self.more = False

    def pages(self) -> Iterator[RangePage]:
        """Yield the entries as they arrive. Raises WireError for what is no RangeResponse."""
        self._read_header()
        while self._has(1) and self._data[0] == _KVS:
            end = end_of_whole_entries(self._data)
            if end:
                page, self._data = RangePage(self._data[:end]), self._data[end:]
                yield page
                del page
            elif not self._extend():
                raise WireError(TRUNCATED)
        self._read_tail()

    def _read_header(self) -> None:
        if not self._has(1) or self._data[0] != _HEADER:
            return
        self._has(1 + _LONGEST_VARINT)
        size, start = read_varint(self._data, 1)
        if not self._has(start + size):
            raise WireError("the response ends inside its header")
        self.header = ResponseHeader.decode(self._data[start : start + size])
        self._data = self._data[start + size :]

    def _read_tail(self) -> None:
        while self._extend():
            pass
        data, at = self._data, 0
        while at < len(data):
            tag = data[at]
            number, at = read_varint(data, at + 1)
            if tag == _MORE:
                self.more = bool(number)
            elif tag == _COUNT:
                self.count = signed(number)
            else:
                raise WireError(f"field {tag >> 3} is not one of a range's response")

    def _has(self, size: int) -> bool:
        """Whether so many bytes are there; waits for them."""
        while len(self._data) < size:
            if not self._extend():
                return False
        return True

    def _extend(self) -> bool:
        """Append the next piece; False at the end."""
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self._data = self._data + piece if self._data else piece
        return True


def end_of_whole_entries(data: bytes) -> int:
    """Return the offset behind the last entry that is complete; the first begins at 0."""
    at = whole = 0
    end = len(data)
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
            at += size
            if at > end:
                break
            whole = at
    except (IndexError, WireError):  # the size itself is not complete
        pass
    return whole
