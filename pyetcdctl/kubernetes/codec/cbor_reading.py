"""CBOR as kube-apiserver stores custom resources in it.

Text is written as untagged byte strings there; bytes have tag 22 and become base64 in JSON.
"""

from __future__ import annotations

import base64
import math
import struct
from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.objects import MAX_DEPTH, number, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.kubernetes.objects import Plain

SELF_DESCRIBED = 55799
UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE = range(8)
INDEFINITE = 31
BREAK = 0xFF
SIMPLES = {20: False, 21: True, 22: None, 23: None}
FLOATS = {25: ("!e", 2), 26: ("!f", 4), 27: ("!d", 8)}
ENCODINGS: dict[int, Callable[[bytes], bytes]] = {
    21: lambda data: base64.urlsafe_b64encode(data).rstrip(b"="),
    22: base64.b64encode,
    23: lambda data: data.hex().upper().encode(),
}


class CborError(ValueError):
    """Bytes that are not CBOR, or CBOR that JSON cannot express."""


def loads(data: bytes) -> tuple[Plain, str | None]:
    """Read one value, map keys sorted as the API's JSON has them.

    Damage is described in one line, and what was read before it is returned.
    """
    parser = Parser(data)
    try:
        plain = parser.value(0)
    except CborError as error:
        return None, f"not all of it is CBOR: {error}"
    if parser.problem:
        return plain, f"not all of it is CBOR: {parser.problem}"
    if parser.at != len(data):
        return plain, f"{len(data) - parser.at} bytes follow the end of the object"
    return plain, None


class Parser:
    """Reads values from ``at`` on; ``encode`` is what the enclosing tags require of bytes.

    Damage inside an array or a map ends the reading; the items before it are kept.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.problem: str | None = None

    def value(self, depth: int, encode: Callable[[bytes], bytes] | None = None) -> Plain:
        """Read the next value."""
        if depth > MAX_DEPTH:
            raise CborError(f"nested deeper than {MAX_DEPTH} levels")
        major, low, argument = self._head()
        if major in (BYTES, TEXT):
            payload = self._string(major, low, argument)
            return text(encode(payload) if encode and major == BYTES else payload)
        if major == MAP:
            return self._map(low, argument, depth, encode)
        if major == ARRAY:
            return self._array(low, argument, depth, encode)
        if major == TAG:
            return self._tagged(argument, depth, encode)
        return self._simple(low, argument) if major == SIMPLE else _integer(major, low, argument)

    def _head(self) -> tuple[int, int, int]:
        first = self._take(1)[0]
        major, low = first >> 5, first & 31
        if low < 24 or major == SIMPLE or low == INDEFINITE:
            return major, low, low
        if low > 27:
            raise CborError(f"an undefined byte 0x{first:02x} at byte {self.at - 1}")
        return major, low, int.from_bytes(self._take(1 << (low - 24)), "big")

    def _take(self, size: int) -> bytes:
        start, self.at = self.at, self.at + size
        if self.at > len(self.data):
            self.at = len(self.data)
            raise CborError(f"cut off: {start + size - len(self.data)} bytes are missing")
        return self.data[start : self.at]

    def _ends(self) -> bool:
        if self.data[self.at : self.at + 1] == bytes([BREAK]):
            self.at += 1
            return True
        return False

    def _string(self, major: int, low: int, size: int) -> bytes:
        if low != INDEFINITE:
            return self._take(size)
        pieces = []
        while not self._ends():
            inner, inner_low, inner_size = self._head()
            if inner != major or inner_low == INDEFINITE:
                raise CborError(f"a string of pieces that do not fit at byte {self.at}")
            pieces.append(self._take(inner_size))
        return b"".join(pieces)

    def _array(
        self, low: int, count: int, depth: int, encode: Callable[[bytes], bytes] | None
    ) -> Plain:
        items: list[Plain] = []
        try:
            while self._goes_on(low, count, len(items)):
                items.append(self.value(depth + 1, encode))
        except CborError as error:
            self.problem = str(error)
        return items

    def _map(
        self, low: int, count: int, depth: int, encode: Callable[[bytes], bytes] | None
    ) -> Plain:
        entries: dict[str, Plain] = {}
        try:
            while self._goes_on(low, count, len(entries)):
                key = self.value(depth + 1)
                if not isinstance(key, str) or key in entries:
                    raise CborError(f"a key that is not text, or is repeated, at byte {self.at}")
                entries[key] = self.value(depth + 1, encode)
        except CborError as error:
            self.problem = str(error)
        return {key: entries[key] for key in sorted(entries)}

    def _goes_on(self, low: int, count: int, read: int) -> bool:
        if self.problem:
            return False
        return not self._ends() if low == INDEFINITE else read < count

    def _tagged(self, tag: int, depth: int, encode: Callable[[bytes], bytes] | None) -> Plain:
        return self.value(depth + 1, ENCODINGS.get(tag, encode))

    def _simple(self, low: int, argument: int) -> Plain:
        if low in FLOATS:
            form, size = FLOATS[low]
            value: float = struct.unpack(form, self._take(size))[0]
            if not math.isfinite(value):
                raise CborError(f"JSON has no {value}")
            return number(value)
        if low not in SIMPLES:
            raise CborError(f"a simple value {argument} without meaning at byte {self.at - 1}")
        return SIMPLES[low]


def _integer(major: int, low: int, argument: int) -> int:
    if low == INDEFINITE or argument >= 1 << 63:
        raise CborError("an integer that does not fit 64 bits")
    return argument if major == UNSIGNED else -1 - argument
