"""Estimate the key that is a number of keys ahead in a range, from the keys just read.

For each page a server counts the whole rest of the requested range, so each page requests a range
that ends soon. Keys are treated as numbers that are spread as evenly after the last page as in it;
they are not, but a wrong guess costs a call, never a key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIGITS = 8
"""How many bytes after the common prefix of two keys measure their distance."""

_LEAPS = (1, 3)
"""How many bytes further to the left a key is incremented after a window without keys."""


class KeyDistance:
    """How far apart keys lie: ``keys`` of them between ``first`` and ``last``."""

    def __init__(self, first: bytes, last: bytes, keys: int) -> None:
        self._width = _common_length(first, last) + _DIGITS
        self._span = max(1, self._number(last) - self._number(first))
        self._keys = keys
        self._leaps: Iterator[bytes] | None = None

    @property
    def is_searching(self) -> bool:
        """Whether windows are empty, and the next keys are being looked for."""
        return self._leaps is not None

    def beyond(self, key: bytes, keys: int) -> bytes | None:
        """Return a key about ``keys`` keys after ``key``; None if there is none."""
        if self._leaps is not None:
            return next((end for end in self._leaps if end > key), None)
        return self._later(key, self._step(keys))

    def look_further(self, start: bytes, keys: int) -> None:
        """Use wider and wider windows, because the one from ``start`` on had no key."""
        if self._leaps is None:
            self._leaps = self._ends_behind(start, self._step(keys))

    def _ends_behind(self, start: bytes, step: int) -> Iterator[bytes]:
        size = (step.bit_length() + 7) // 8
        for leap in _LEAPS:
            end = self._later(start, 256 ** (size + leap))
            if end is not None:
                yield end
        yield from folder_ends(start)

    def _step(self, keys: int) -> int:
        return self._span * keys // self._keys + 1

    def _later(self, key: bytes, step: int) -> bytes | None:
        number = self._number(key) + step
        if number >> (8 * self._width):
            return None
        return number.to_bytes(self._width, "big")

    def _number(self, key: bytes) -> int:
        return int.from_bytes(key[: self._width].ljust(self._width, b"\0"), "big")


def folder_ends(key: bytes) -> Iterator[bytes]:
    """Yield ever later ends for a search from a key on, for keys that are paths, as most are.

    The end of the key's folder; then, in the folder above, names that begin with a later letter.
    """
    folder, _, _ = key.rpartition(b"/")
    while folder:
        yield folder + b"0"  # what follows the slash
        above, slash, name = folder.rpartition(b"/")
        if not slash:
            return
        for step in (1, 2, 4, 8, 16):
            yield above + slash + bytes([min((name or b"\0")[0] + step, 0xFF)])
        folder = above


def _common_length(one: bytes, other: bytes) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))
