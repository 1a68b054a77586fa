"""Keys at TAB, one path segment at a time, as a shell lists folders.

A branch ends with a slash and is passed over with one seek, however many keys it holds. The
candidates are whole or none: a shell types what they have in common, and a missing one would make
it type too much.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client.kv import prefix_end, prefix_range
from pyetcdctl.rpc.kv import RANGE, RangeRequest
from pyetcdctl.rpc.range_page import RangePage, key_of

if TYPE_CHECKING:
    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.deadline import Deadline

MOST_CANDIDATES = 200
_MOST_KEYS_PER_CALL = 128


def key_candidates(connection: Connection, typed: bytes, deadline: Deadline) -> list[str]:
    """Return what ``typed`` may become, in order. Raises what a failed call raises."""
    candidates = _Level(connection, typed, deadline).read()
    texts = (_shell_text(candidate) for candidate in candidates)
    return [text for text in texts if text is not None]


def _shell_text(candidate: bytes) -> str | None:
    """Return the key as text, or None for one that no command line could show unharmed."""
    try:
        text = candidate.decode()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None


def _common_start(one: bytes, other: bytes) -> bytes:
    differing = (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return one[: next(differing, min(len(one), len(other)))]


class _Level:
    """The keys and branches right below what was typed."""

    def __init__(self, connection: Connection, typed: bytes, deadline: Deadline) -> None:
        self._connection = connection
        self._typed = typed
        self._deadline = deadline
        self._found: dict[bytes, None] = {}

    def read(self) -> list[bytes]:
        start, end = prefix_range(self._typed)
        keys_wanted = 1
        while keys := self._keys(start, end, keys_wanted):
            known = len(self._found)
            for key in keys:
                self._found[self._candidate(key)] = None
            if len(self._found) >= MOST_CANDIDATES:
                self._add_what_differs(end)
                break
            start = self._after(next(reversed(self._found)))
            if start == end:
                break
            # Keys side by side come many at a time; where a branch repeats itself, one will do.
            is_all_new = len(self._found) - known == len(keys)
            keys_wanted = min(2 * keys_wanted, _MOST_KEYS_PER_CALL) if is_all_new else 1
        return list(self._found)

    def _candidate(self, key: bytes) -> bytes:
        """Return the key up to its next slash; one that opens the whole key ends nothing."""
        slash = key.find(b"/", max(len(self._typed), 1))
        return key if slash < 0 else key[: slash + 1]

    def _after(self, candidate: bytes) -> bytes:
        is_branch = candidate.endswith(b"/") and len(candidate) > max(len(self._typed), 1)
        return prefix_end(candidate) if is_branch else candidate + b"\0"

    def _add_what_differs(self, end: bytes) -> None:
        """Add one key for each place where one further on parts from all those found."""
        common = _common_start(min(self._found), max(self._found))
        while len(common) > len(self._typed):
            start = prefix_end(common)
            keys = self._keys(start, end, 1)
            if not keys:
                break
            self._found[self._candidate(keys[0])] = None
            common = _common_start(common, keys[0])

    def _keys(self, start: bytes, end: bytes, limit: int) -> list[bytes]:
        request = RangeRequest(
            key=start, range_end=end, limit=limit, keys_only=True, serializable=True
        )
        answer = self._connection.unary(
            RANGE, request.encode(), deadline=self._deadline, repeatable=True
        )
        return [key_of(entry) for entry in RangePage.parse(answer).entries]
