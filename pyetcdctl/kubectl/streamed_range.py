"""A RangeResponse that arrives in pieces, however large, as pages of whole entries.

What ``etcdctl get -w protobuf`` prints is one message of any size. Only its unfinished last entry
is kept from one piece to the next: memory is bounded by a piece and the largest entry.
The response of a transaction that only reads wraps its one range: the wrapping is taken off first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.rpc.kv import ResponseHeader
from pyetcdctl.rpc.range_page import TRUNCATED, RangePage
from pyetcdctl.rpc.wire import WireError, read_varint, signed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HEADER, _KVS, _MORE, _COUNT = 0x0A, 0x12, 0x18, 0x20
_LONGEST_VARINT = 10
_HEADER, _SUCCEEDED, _RESPONSES, _RESPONSE_RANGE = 0x0A, 0x10, 0x1A, 0x0A
_WRAPPING_BYTES = 256
"""More bytes than two headers and the sizes before the first entry."""


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
            page = self._page()
            if len(page):
                yield page
                del page
            elif not self._extend():
                raise WireError(TRUNCATED)
        self._read_tail()

    def _page(self) -> RangePage:
        """Take the whole entries that have arrived; none if the first is not complete."""
        try:
            page = RangePage.of_beginning(self._data)
        except WireError:
            # Fields in another order than etcd's: parsed when the whole response has arrived.
            while self._extend():
                pass
            page = RangePage(self._data)
            self.count, self.more, self._data = page.count, page.more, b""
            return page
        if len(page):
            self._data = self._data[page.size :]
        return page

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
        """Wait for so many bytes; return whether they have arrived."""
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


def unwrapped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the RangeResponse in a TxnResponse; its header is the transaction's, which has all."""
    source = iter(pieces)
    data = b""
    while len(data) < _WRAPPING_BYTES:
        piece = next(source, None)
        if piece is None:
            break
        data += piece
    try:
        header, at = _header(data, 0)
        at += 2 if data[at] == _SUCCEEDED else 0
        for tag in (_RESPONSES, _RESPONSE_RANGE):
            if data[at] != tag:
                raise WireError("the response is not that of a transaction with one range")
            _, at = read_varint(data, at + 1)
        _, at = _header(data, at)
    except IndexError:
        raise WireError("the response ends before its first entry") from None
    yield header + data[at:]
    yield from source


def _header(data: bytes, at: int) -> tuple[bytes, int]:
    """Return a header with its tag, and the offset after it; empty where there is none."""
    if at >= len(data) or data[at] != _HEADER:
        return b"", at
    size, start = read_varint(data, at + 1)
    return data[at : start + size], start + size
