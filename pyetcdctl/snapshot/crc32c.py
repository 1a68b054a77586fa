"""CRC-32C (Castagnoli), which Python lacks, fast enough for gigabytes without a compiled module.

Data is one long polynomial over GF(2), and its CRC the rest of a division by P. Modulo P the power
x**5685 equals x**1362 + x**426 + 1; squared k times, that gives such a relation for every
5685 * 2**k. So the upper half of the data can be added onto the lower with three shifts of a large
integer, again and again, until so little is left that a table serves. CRC-32C is reflected: the
lowest bit of the first byte is the highest power of x.
"""

from __future__ import annotations

_REFLECTED_P = 0x82F63B78
_FOLD, _FOLD_TO = 5685, (1362, 426, 0)
_BLOCK_BYTES = 1 << 16
_INVERTED = 0xFFFFFFFF


def _table() -> tuple[int, ...]:
    table = []
    for rest in range(256):
        for _ in range(8):
            rest = rest >> 1 ^ (_REFLECTED_P if rest & 1 else 0)
        table.append(rest)
    return tuple(table)


_TABLE = _table()


class Crc32c:
    """A CRC that is computed while data comes."""

    def __init__(self) -> None:
        self._rest = _INVERTED
        self._waiting: list[bytes] = []
        self._size = 0

    def update(self, data: bytes) -> None:
        """Take the next bytes."""
        self._waiting.append(data)
        self._size += len(data)
        if self._size >= _BLOCK_BYTES:
            self._take_waiting()

    def value(self) -> int:
        """Return the CRC of everything so far."""
        self._take_waiting()
        return self._rest ^ _INVERTED

    def _take_waiting(self) -> None:
        block = b"".join(self._waiting)
        self._waiting, self._size = [], 0
        self._rest = _remainder(self._rest, block)


def _remainder(rest: int, block: bytes) -> int:
    """Return the rest of (``rest`` before the block's data) * x**32 modulo P."""
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
