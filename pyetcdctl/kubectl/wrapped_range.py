"""The one range of a transaction that only reads, taken out of its wrapping while it arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.rpc.wire import WireError, read_varint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HEADER, _SUCCEEDED, _RESPONSES, _RESPONSE_RANGE = 0x0A, 0x10, 0x1A, 0x0A
_WRAPPING_BYTES = 256
"""More than two headers and the sizes before the first entry take."""


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
    """Return a header with its tag, and the offset behind it; empty where there is none."""
    if at >= len(data) or data[at] != _HEADER:
        return b"", at
    size, start = read_varint(data, at + 1)
    return data[at : start + size], start + size
