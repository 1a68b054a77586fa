"""The live keys at one revision, and ranges of them."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING

from pyetcdctl.keyspace.ranges import NO_END

if TYPE_CHECKING:
    from collections.abc import Iterable


class Keys:
    """Where each key's KeyValue is. All keys are sorted only when a second range is read."""

    def __init__(self, places: dict[bytes, int]) -> None:
        self._places = places
        self._sorted: list[bytes] | None = None
        self._ranges = 0

    def __len__(self) -> int:
        return len(self._places)

    def place(self, key: bytes) -> int | None:
        """Return where a key's KeyValue is, None if the key is absent."""
        return self._places.get(key)

    def place_of(self, key: bytes) -> int:
        """Return the place of a live key's KeyValue."""
        return self._places[key]

    def places(self) -> Iterable[int]:
        """Return where all KeyValues are."""
        return self._places.values()

    def between(self, key: bytes, range_end: bytes) -> list[bytes]:
        """Return the keys of a range (etcd API, RangeRequest) in order."""
        if not range_end:
            return [key] if key in self._places else []
        self._ranges += 1
        if self._sorted is None and self._ranges == 1 and not _has_all(key, range_end):
            return sorted(self._unsorted(key, range_end))
        keys = self._all_sorted()
        return keys[slice(*_bounds(keys, key, range_end))]

    def count(self, key: bytes, range_end: bytes) -> int:
        """Return how many keys a range has."""
        if not range_end:
            return int(key in self._places)
        if self._sorted is None and _has_all(key, range_end):
            return len(self._places)
        self._ranges += 1
        if self._sorted is None and self._ranges == 1:
            return len(self._unsorted(key, range_end))
        start, end = _bounds(self._all_sorted(), key, range_end)
        return end - start

    def put(self, key: bytes, place: int) -> None:
        """Set the place of a key's new KeyValue."""
        if self._sorted is not None and key not in self._places:
            insort(self._sorted, key)
        self._places[key] = place

    def remove(self, key: bytes) -> None:
        """Remove a live key."""
        del self._places[key]
        if self._sorted is not None:
            del self._sorted[bisect_left(self._sorted, key)]

    def _unsorted(self, key: bytes, range_end: bytes) -> list[bytes]:
        if range_end == NO_END:
            return [each for each in self._places if each >= key]
        return [each for each in self._places if key <= each < range_end]

    def _all_sorted(self) -> list[bytes]:
        if self._sorted is None:
            self._sorted = sorted(self._places)
        return self._sorted


def _has_all(key: bytes, range_end: bytes) -> bool:
    return key <= b"\0" and range_end == NO_END


def _bounds(keys: list[bytes], key: bytes, range_end: bytes) -> tuple[int, int]:
    start = bisect_left(keys, key)
    return start, len(keys) if range_end == NO_END else max(start, bisect_left(keys, range_end))
