"""Read the keys of a tree from any source, all at the revision of its first response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.errors import ResponseMakesNoSense
from pyetcdctl.keyspace.source import first_page
from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.tree.seeking import ProbedWindow
from pyetcdctl.tree.walk import TreeEntry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.keyspace.source import Source
    from pyetcdctl.rpc.range_page import RangePage
    from pyetcdctl.tree.root import KeyRange, Root


class TreeReading:
    """Reads at ``revision``, 0 for the present one."""

    def __init__(self, source: Source, revision: int = 0, *, serializable: bool = False) -> None:
        self.revision = revision
        self._source = source
        self._serializable = serializable
        self._is_pinned = bool(revision)

    def entries(self, root: Root, *, with_sizes: bool) -> Iterator[TreeEntry]:
        """Yield every key of the tree in the order of display."""
        for key_range in root.ranges():
            yield from self.read(key_range, with_sizes=with_sizes)

    def read(self, key_range: KeyRange, *, with_sizes: bool = False) -> Iterator[TreeEntry]:
        """Yield every key of a range."""
        self._pin_revision(key_range[0])
        request = self._request(key_range, keys_only=not with_sizes)
        for page in self._source.range(request).pages():
            if with_sizes:
                words = page.keys_and_values()
                for key, value in zip(words[::2], words[1::2], strict=True):
                    yield TreeEntry(key, False, 1, len(value))
            else:
                yield from map(TreeEntry, page.keys())

    def count(self, root: Root) -> int:
        """Return how many keys the tree has."""
        windows = [ProbedWindow(start, end, 1, None) for start, end in root.ranges()]
        return sum(page.count for page in self.probe(windows))

    def probe(self, windows: Sequence[ProbedWindow]) -> list[RangePage]:
        """Return the first keys and the count of each window."""
        self._pin_revision(windows[0].start)
        return self._source.ranges(
            [
                self._request((each.start, each.end), keys_only=True, limit=each.limit)
                for each in windows
            ]
        )

    def _pin_revision(self, key: bytes) -> None:
        """Read the present revision, with a key of the tree, which the user may read."""
        if not self._is_pinned:
            header = first_page(self._source, self._request((key, b""), keys_only=True)).header
            if header is None:
                raise ResponseMakesNoSense("it names no revision")
            self.revision = header.revision
            self._is_pinned = True

    def _request(self, key_range: KeyRange, *, keys_only: bool, limit: int = 0) -> RangeRequest:
        return RangeRequest(
            key=key_range[0],
            range_end=key_range[1],
            limit=limit,
            revision=self.revision,
            serializable=self._serializable,
            keys_only=keys_only,
        )
