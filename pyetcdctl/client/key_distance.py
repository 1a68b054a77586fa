"""Guesses where in a range so and so many keys further on lies, from the keys just read.

A server counts all that is left of a range for every page of it, so pages ask for a range that ends
soon. Keys are taken for numbers that are spread as evenly behind the last page as they were in it;
they are not, but a wrong guess costs a call, never a key.
"""

from __future__ import annotations

_DIGITS = 8
"""How many bytes behind the common prefix of two keys tell how far apart they are."""

WIDENING = 256
"""By how much a guess grows after a part of the range without any key."""


class KeyDistance:
    """How far apart the keys of a page lie: ``keys`` of them between ``first`` and ``last``."""

    def __init__(self, first: bytes, last: bytes, keys: int) -> None:
        self._width = _common_length(first, last) + _DIGITS
        self._span = max(1, self._number(last) - self._number(first))
        self._keys = keys

    def widen(self) -> None:
        """Take the keys to be much further apart, because there were none."""
        self._span *= WIDENING

    def beyond(self, key: bytes, keys: int) -> bytes | None:
        """Return a key about ``keys`` keys behind ``key``; None if no key lies there."""
        number = self._number(key) + self._span * keys // self._keys + 1
        if number >> (8 * self._width):
            return None
        return number.to_bytes(self._width, "big")

    def _number(self, key: bytes) -> int:
        return int.from_bytes(key[: self._width].ljust(self._width, b"\0"), "big")


def _common_length(one: bytes, other: bytes) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))
