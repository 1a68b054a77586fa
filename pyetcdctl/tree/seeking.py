"""Read the upper levels of a large tree without reading all its keys.

A probe reads the first few keys of a window and the number of its keys. The nodes of these keys are
found; the last of them may have more keys, so the range after it is divided into new windows, and
the node has the keys that are not in them. Windows are probed in batches from left to right: nodes
are found in key order, and only the windows of the present batch and those to its right are kept.
Where the first probes find a new node every few keys there is little to skip, and all keys are
read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from pyetcdctl.tree.walk import TreeEntry
from pyetcdctl.tree.windows import KEYS_PER_ANSWER, first_windows, windows_after

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.rpc.range_page import RangePage
    from pyetcdctl.tree.root import KeyRange, Root

FEW = 16
"""How many keys a probe requests where more may be: enough for small branches."""
KEYS_PER_NODE = 4
"""With fewer keys, reading is faster than skipping."""
WINDOWS_AT_ONCE = 256
KEYS_AT_ONCE = 32_000


@dataclass(slots=True)
class _Node:
    """Keys in its ``unseen`` windows may turn out to be other nodes'."""

    path: bytes
    is_branch: bool
    keys: int
    unseen: int = 0


class ProbedWindow(NamedTuple):
    """A range to probe; ``owner`` is the node that its keys were counted with until now."""

    start: bytes
    end: bytes
    limit: int
    owner: _Node | None


class Prober(Protocol):
    """Reads windows from the server (tree/reading.py)."""

    def probe(self, windows: Sequence[ProbedWindow]) -> list[RangePage]:
        """Return the first keys and the count of each window, all at one revision."""


Reader = Callable[["KeyRange"], "Iterator[TreeEntry]"]
"""Yields every key of a range at that revision."""


def seek(prober: Prober, root: Root, depth: int, read: Reader | None = None) -> Iterator[TreeEntry]:
    """Yield the keys above ``depth`` and the counted branches at it, in order of display.

    Ranges with little to skip are read by ``read`` where it is given: key by key.
    """
    for key_range in root.ranges():
        yield from _Seeking(prober, root, depth, read).entries(key_range)


class _Seeking:
    """``_ahead`` are the nodes and windows still to come, the next one last."""

    def __init__(self, prober: Prober, root: Root, depth: int, read: Reader | None) -> None:
        self._read = read
        self._prober = prober
        self._root = root
        self._depth = depth
        self._ahead: list[_Node | ProbedWindow] = []
        self._keys = 0
        self._likely_nodes = 0

    def entries(self, key_range: KeyRange) -> Iterator[TreeEntry]:
        ranges = first_windows(*key_range, self._root, self._depth)
        self._ahead = [ProbedWindow(*each, FEW, None) for each in reversed(ranges)]
        self._probe_some()
        if self._read and self._likely_nodes * KEYS_PER_NODE > self._keys:
            yield from self._read(key_range)
            return
        while self._ahead:
            item = self._ahead[-1]
            if isinstance(item, ProbedWindow) or item.unseen:
                self._probe_some()
            else:
                self._ahead.pop()
                yield TreeEntry(item.path, item.is_branch, item.keys)

    def _probe_some(self) -> None:
        """Replace the next windows by the nodes and windows found in them."""
        taken = self._take()
        pages = self._prober.probe([item for item in taken if isinstance(item, ProbedWindow)])
        for item in reversed(taken):
            if isinstance(item, ProbedWindow):
                self._ahead.extend(reversed(self._found(item, pages.pop())))
            else:
                self._ahead.append(item)

    def _take(self) -> list[_Node | ProbedWindow]:
        taken: list[_Node | ProbedWindow] = []
        windows = keys = 0
        while self._ahead and windows < WINDOWS_AT_ONCE and keys < KEYS_AT_ONCE:
            item = self._ahead.pop()
            taken.append(item)
            if isinstance(item, ProbedWindow):
                windows += 1
                keys += item.limit
        return taken

    def _found(self, window: ProbedWindow, page: RangePage) -> list[_Node | ProbedWindow]:
        if window.owner is not None:
            window.owner.keys -= page.count
            window.owner.unseen -= 1
        nodes = self._nodes(page)
        if window.owner is None and nodes:
            self._keys += page.count
            self._likely_nodes += page.count * len(nodes) // len(page)
        unread = page.count - len(page)
        if not unread:
            return [*nodes]
        last = nodes[-1]
        ranges = windows_after(last.path, last.is_branch, window.end, unread)
        last.keys += unread
        last.unseen = len(ranges)
        limit = FEW if unread > KEYS_PER_ANSWER else KEYS_PER_ANSWER
        return [*nodes, *(ProbedWindow(*each, limit, last) for each in ranges)]

    def _nodes(self, page: RangePage) -> list[_Node]:
        nodes: list[_Node] = []
        keys = page.keys()
        for key in keys:
            path, is_branch = self._root.cut(key, self._depth)
            if nodes and nodes[-1].path == path:
                nodes[-1].keys += 1
            else:
                nodes.append(_Node(path, is_branch, 1))
        return nodes
