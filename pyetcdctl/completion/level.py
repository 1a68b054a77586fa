"""Read one level of the keys without the levels below it.

A server that serves a range counts all of it, whatever the limit: a probe of a window takes as long
as the number of its keys. So windows are adjacent, many in one call, divided where names are likely
to differ; the range after the keys of a probe becomes new windows. They are probed from left to
right, so the results are always complete up to some key.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.keyspace.ranges import NO_END, prefix_end, prefix_range
from pyetcdctl.rpc.kv import RangeRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyetcdctl.keyspace.source import Source
    from pyetcdctl.rpc.range_page import RangePage

_WINDOWS_PER_CALL = 64
_LIKELY_BYTES = b"-./0123456789:ACEGIKMOQSUWYacdefghiklmnoprstuvwz"
_FEW = 8
_MANY = 500
_UNDIVIDED = 2_000
"""The most keys of a window that is read in pages, not divided again."""


class _Window(NamedTuple):
    start: bytes
    end: bytes
    limit: int


class Level:
    """The keys and branches right below ``typed``, which may end within a name."""

    def __init__(self, source: Source, typed: bytes, seconds: float) -> None:
        """``seconds`` bound all calls together."""
        self._source = source
        self._typed = typed
        self._end = monotonic() + seconds

    def candidates(self) -> Iterator[bytes]:
        """Yield each once, in order. Raises the error of a failed call."""
        start, end = prefix_range(self._typed)
        cuts = [self._typed + bytes([byte]) for byte in _LIKELY_BYTES]
        ahead: list[bytes | _Window] = [*_windows(start, end, cuts, _FEW)]
        while ahead:
            first = ahead[0]
            if isinstance(first, _Window):
                ahead = self._looked_at(ahead)
            else:
                yield first
                ahead = ahead[1:]

    def _looked_at(self, ahead: list[bytes | _Window]) -> list[bytes | _Window]:
        """Replace the next windows by the candidates and windows found in them."""
        windows = [item for item in ahead if isinstance(item, _Window)][:_WINDOWS_PER_CALL]
        pages = dict(zip(windows, self._look(windows), strict=True))
        result: list[bytes | _Window] = []
        for item in ahead:
            if isinstance(item, _Window) and item in pages:
                result += self._found(item, pages[item])
            else:
                result.append(item)
        return result

    def _found(self, window: _Window, page: RangePage) -> list[bytes | _Window]:
        keys = page.keys()
        found: list[bytes | _Window] = [*dict.fromkeys(map(self._candidate, keys))]
        unread = page.count - len(keys)
        if keys and unread:
            found += self._behind(self._candidate(keys[-1]), window.end, unread)
        return found

    def _behind(self, candidate: bytes, end: bytes, unread: int) -> list[_Window]:
        """Divide the range after a candidate: its neighbour shares some bytes, then differs."""
        is_branch = candidate.endswith(b"/") and len(candidate) > len(self._typed)
        start = prefix_end(candidate) if is_branch else candidate + b"\0"
        if unread <= _UNDIVIDED:
            return _windows(start, end, (), _MANY)
        shared = [candidate[:length] for length in range(len(self._typed), len(candidate))]
        cuts = [each + bytes([byte]) for each in shared for byte in _LIKELY_BYTES]
        return _windows(start, end, [*cuts, *map(prefix_end, shared)], _FEW)

    def first_from(self, start: bytes) -> bytes | None:
        """Return the first candidate from ``start`` on."""
        _, end = prefix_range(self._typed)
        (page,) = self._look([_Window(start, end, 1)])
        return next(map(self._candidate, page.keys()), None)

    def _candidate(self, key: bytes) -> bytes:
        """Return the key up to its next slash; one that opens the whole key ends nothing."""
        slash = key.find(b"/", max(len(self._typed), 1))
        return key if slash < 0 else key[: slash + 1]

    def _look(self, windows: list[_Window]) -> list[RangePage]:
        requests = [
            RangeRequest(
                key=window.start,
                range_end=window.end,
                limit=window.limit,
                keys_only=True,
                serializable=True,
            )
            for window in windows
        ]
        seconds = max(0.0, self._end - monotonic())
        return self._source.ranges(requests, timeout_seconds=seconds)


def _windows(start: bytes, end: bytes, cuts: Iterable[bytes], limit: int) -> list[_Window]:
    """Divide a range at the cuts in it."""

    def is_before_end(key: bytes) -> bool:
        return end == NO_END or key < end

    if not is_before_end(start):
        return []
    inner = sorted({cut for cut in cuts if start < cut and is_before_end(cut)})
    pairs = zip([start, *inner], [*inner, end], strict=True)
    return [_Window(*pair, limit) for pair in pairs]
