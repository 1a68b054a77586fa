"""Convert ordered keys to visits of a tree's nodes; only the open branches are kept in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.results import TreeStep, TreeVisit
from pyetcdctl.tree.root import name_end

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyetcdctl.tree.root import Root

ALL_LEVELS = 1 << 62


class TreeEntry(NamedTuple):
    """A key, or a whole branch that was only counted."""

    path: bytes
    is_branch: bool = False
    keys: int = 1
    size: int = 0


@dataclass(slots=True)
class _Branch:
    level: int
    name: bytes
    path: bytes
    keys: int = 0
    size: int = 0


def walk(entries: Iterable[TreeEntry], root: Root, depth: int) -> Iterator[TreeVisit]:
    """Visit the nodes of at most ``depth`` levels below the root."""
    return _Walk(root, depth).visits(entries)


class _Walk:
    """``_open`` are the branches that hold the latest entry, outermost first."""

    def __init__(self, root: Root, depth: int) -> None:
        self._root = root
        self._depth = depth
        self._open: list[_Branch] = []

    def visits(self, entries: Iterable[TreeEntry]) -> Iterator[TreeVisit]:
        for entry in entries:
            path = entry.path
            while self._open and not path.startswith(self._open[-1].path):
                yield self._close()
            yield from self._descend(path)
            level = self._root.top_level
            if self._open:
                branch = self._open[-1]
                branch.keys += entry.keys
                branch.size += entry.size
                level = branch.level + 1
            if level <= self._depth and not entry.is_branch:
                yield TreeVisit(TreeStep.LEAF, level, self._name(path), path, 1, entry.size)
        while self._open:
            yield self._close()

    def _descend(self, path: bytes) -> Iterator[TreeVisit]:
        root = self._root.path
        if root and not self._open and path.startswith(root):
            yield from self._enter(0, root)
        level = self._open[-1].level if self._open else 0
        at = len(self._open[-1].path) if self._open else 0
        while level < self._depth and (self._open or not root):
            at = name_end(path, at)
            if not at:
                return
            level += 1
            yield from self._enter(level, path[:at])

    def _enter(self, level: int, path: bytes) -> Iterator[TreeVisit]:
        branch = _Branch(level, self._name(path), path)
        self._open.append(branch)
        if level < self._depth:
            yield TreeVisit(TreeStep.ENTER, level, branch.name, path, 0)

    def _close(self) -> TreeVisit:
        branch = self._open.pop()
        if self._open:
            self._open[-1].keys += branch.keys
            self._open[-1].size += branch.size
        step = TreeStep.LEAVE if branch.level < self._depth else TreeStep.CLOSED
        return TreeVisit(step, branch.level, branch.name, branch.path, branch.keys, branch.size)

    def _name(self, path: bytes) -> bytes:
        return path[len(self._open[-1].path) :] if self._open else path
