"""The keys of a tree from a server, all at the revision that its first answer named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.ranges import RangeReading
from pyetcdctl.errors import AnswerMakesNoSense, CallFailed
from pyetcdctl.rpc.kv import RANGE, RangeRequest
from pyetcdctl.rpc.range_batch import TXN, encode_ranges, parse_ranges
from pyetcdctl.rpc.range_page import RangePage
from pyetcdctl.tree.seeking import Window
from pyetcdctl.tree.walk import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.client.answers import Answer
    from pyetcdctl.client.connection import Connection
    from pyetcdctl.tree.root import KeyRange, Root

WINDOWS_PER_CALL = 64


class TreeReading:
    """Reads at ``revision``, 0 for the present one; ``timeout`` seconds bound each call."""

    def __init__(
        self, connection: Connection, timeout: float, revision: int, serializable: bool
    ) -> None:
        self.revision = revision
        self._connection = connection
        self._timeout = timeout
        self._serializable = serializable

    def entries(self, root: Root, *, with_sizes: bool) -> Iterator[Entry]:
        """Yield every key of the tree in the order of display."""
        for key_range in root.ranges():
            yield from self.read(key_range, with_sizes=with_sizes)

    def read(self, key_range: KeyRange, *, with_sizes: bool = False) -> Iterator[Entry]:
        """Yield every key of a range."""
        self._find_revision(key_range[0])
        request = self._request(key_range, keys_only=not with_sizes)
        for page in RangeReading(self._connection, request, self._timeout).pages():
            if with_sizes:
                words = page.keys_and_values()
                for key, value in zip(words[::2], words[1::2], strict=True):
                    yield Entry(key, False, 1, len(value))
            else:
                yield from map(Entry, page.keys())

    def count(self, root: Root) -> int:
        """Return how many keys the tree has."""
        windows = [Window(start, end, 1, None) for start, end in root.ranges()]
        return sum(page.count for page in self.probe(windows))

    def probe(self, windows: Sequence[Window]) -> list[RangePage]:
        """Return the first keys and the count of each window; a few calls are made at once."""
        self._find_revision(windows[0].start)
        requests = [
            self._request((each.start, each.end), keys_only=True, limit=each.limit)
            for each in windows
        ]
        parts = [
            requests[at : at + WINDOWS_PER_CALL] for at in range(0, len(requests), WINDOWS_PER_CALL)
        ]
        answers = [self._start(part) for part in parts]
        pages: list[RangePage] = []
        for part, answer in zip(parts, answers, strict=True):
            pages += self._pages(part, answer)
        return pages

    def _start(self, part: Sequence[RangeRequest]) -> Answer:
        deadline = Deadline.after(self._timeout)
        return self._connection.future(TXN, encode_ranges(part), deadline=deadline)

    def _pages(self, part: Sequence[RangeRequest], answer: Answer) -> list[RangePage]:
        """Return the answers. What cannot be had with one call (a server that takes few operations
        at once, one that went away) is asked again one by one.
        """
        try:
            return parse_ranges(answer.result())
        except CallFailed as error:
            if error.code not in ("UNAVAILABLE", "INVALID_ARGUMENT"):
                raise
        return [RangePage.parse(self._call(request)) for request in part]

    def _find_revision(self, key: bytes) -> None:
        """Pin the present revision, by a key that may be read if the tree may."""
        if not self.revision:
            header = RangePage.parse(self._call(self._request((key, b""), keys_only=True))).header
            if header is None:
                raise AnswerMakesNoSense("it names no revision")
            self.revision = header.revision

    def _call(self, request: RangeRequest) -> bytes:
        deadline = Deadline.after(self._timeout)
        return self._connection.unary(RANGE, request.encode(), deadline=deadline, repeatable=True)

    def _request(self, key_range: KeyRange, *, keys_only: bool, limit: int = 0) -> RangeRequest:
        return RangeRequest(
            key=key_range[0],
            range_end=key_range[1],
            limit=limit,
            revision=self.revision,
            serializable=self._serializable,
            keys_only=keys_only,
        )
