"""CRC-32C (Castagnoli), which Python lacks, fast enough for gigabytes without a compiled module.

Data is one long polynomial over GF(2), and its CRC the remainder of a division by P. Modulo P the
power x**5685 equals x**1362 + x**426 + 1; squared k times, that gives such a relation for every
5685 * 2**k. A chunk has exactly that many bits: the remainder before it, which would have to be
multiplied by that power, is multiplied by the three lower ones instead, with shifts of a large
integer. The last chunk is halved in the same way, until it is short enough for a table. CRC-32C is
reflected: the lowest bit of the first byte is the highest power of x.
"""

from __future__ import annotations

_REFLECTED_P = 0x82F63B78
_FOLD, _FOLD_TO = 5685, (1362, 426, 0)
_INVERTED = 0xFFFFFFFF

_SQUARINGS = 5
_CHUNK_BYTES = (_FOLD << _SQUARINGS) // 8
_HIGH, _LOW = (power << _SQUARINGS for power in _FOLD_TO[:2])
_OVERFLOW = (1 << _HIGH) - 1
_OVERFLOW_SHIFT = 8 * _CHUNK_BYTES - 2 * _HIGH
_TAKEN_AT_ONCE = 3 * _CHUNK_BYTES


def _table() -> tuple[int, ...]:
    table = []
    for rest in range(256):
        for _ in range(8):
            rest = rest >> 1 ^ (_REFLECTED_P if rest & 1 else 0)
        table.append(rest)
    return tuple(table)


_TABLE = _table()


class Crc32c:
    """A CRC that is computed incrementally; ``start`` is the CRC of the data before it."""

    def __init__(self, start: int = 0) -> None:
        self._rest = start ^ _INVERTED
        """The remainder so far; a whole chunk's polynomial once a chunk was taken."""
        self._has_chunk = False
        self._waiting: list[bytes] = []
        self._size = 0

    def update(self, data: bytes) -> None:
        """Take the next bytes."""
        self._waiting.append(data)
        self._size += len(data)
        if self._size >= _TAKEN_AT_ONCE:
            self._take_chunks()

    def value(self) -> int:
        """Return the CRC of everything so far."""
        waiting = b"".join(self._waiting)
        if not self._has_chunk:
            return _remainder(self._rest, waiting) ^ _INVERTED
        return _remainder(0, self._rest.to_bytes(_CHUNK_BYTES, "little") + waiting) ^ _INVERTED

    def _take_chunks(self) -> None:
        data, rest = b"".join(self._waiting), self._rest
        end = len(data) - len(data) % _CHUNK_BYTES
        for at in range(0, end, _CHUNK_BYTES):
            chunk = int.from_bytes(data[at : at + _CHUNK_BYTES], "little")
            rest = (_raised(rest) if self._has_chunk else rest) ^ chunk
            self._has_chunk = True
        self._rest = rest
        self._waiting, self._size = [data[end:]], len(data) - end


def _raised(rest: int) -> int:
    """Multiply a chunk's polynomial by x to the number of its bits, modulo P.

    The product with the three powers is longer by the highest of them; those bits are multiplied
    once more.
    """
    overflow = rest & _OVERFLOW
    overflow = (overflow ^ overflow << _HIGH - _LOW) & _OVERFLOW
    again = overflow ^ overflow << _HIGH - _LOW ^ overflow << _HIGH
    return rest ^ rest >> _LOW ^ rest >> _HIGH ^ again << _OVERFLOW_SHIFT


def _remainder(rest: int, block: bytes) -> int:
    """Return the remainder of (``rest`` before the block's data) * x**32 modulo P."""
    if len(block) * 8 > 2 * _FOLD:
        block = _folded(int.from_bytes(block, "little") ^ rest, len(block) * 8)
        rest = 0
    table = _TABLE
    for byte in block:
        rest = table[(rest ^ byte) & 0xFF] ^ rest >> 8
    return rest


def _folded(value: int, bits: int) -> bytes:
    """Return a short polynomial that is congruent to the long one of so many bits."""
    squarings = (bits // _FOLD).bit_length() - 1
    while squarings >= 0:
        low = _FOLD << squarings
        high = bits - low
        if high < 8:  # rounded up to whole bytes, it would not become shorter
            squarings -= 1
            continue
        bits = -(-max(low, high + (_FOLD_TO[0] << squarings)) // 8) * 8
        upper = value & (1 << high) - 1
        value = value >> high << bits - low
        for power in _FOLD_TO:
            value ^= upper << bits - high - (power << squarings)
    return value.to_bytes(bits // 8, "little")
