"""Sums by group, page by page; memory grows with the number of groups, not of keys."""

from __future__ import annotations

from heapq import heappush, heappushpop
from typing import TYPE_CHECKING

from pyetcdctl.results import Large, Sum

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyetcdctl.rpc.range_page import RangePage
    from pyetcdctl.usage.names import Names

    Parts = Callable[[bytes, bytes], Iterable[tuple[str, int]]]
    """Returns the groups that a value's bytes belong to, from its key and itself."""


MOST_FOLDERS = 20_000


class Largest:
    """The ``most`` largest values, or all from ``least_bytes`` on."""

    def __init__(self, most: int = 0, least_bytes: int = 0) -> None:
        self._most = most
        self._least = least_bytes
        self._heap: list[Large] = []
        self._limit = max(least_bytes, 1) if most or least_bytes else 1 << 62

    def take(self, key: bytes, size: int) -> None:
        """Add one value."""
        if size < self._limit:
            return
        if self._most and len(self._heap) >= self._most:
            heappushpop(self._heap, Large(size, key))
            self._limit = max(self._limit, self._heap[0].size_bytes)
        else:
            heappush(self._heap, Large(size, key))

    def found(self) -> list[Large]:
        """Return them, the largest first."""
        return sorted(self._heap, key=lambda each: (-each.size_bytes, each.key))


class _Folder:
    """The counts of the keys in one folder, all of one group."""

    __slots__ = ("keys", "names", "size")

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.keys = 0
        self.size = 0


class KeyTally:
    """Sums by groups of keys."""

    def __init__(self, names: Names, largest: Largest) -> None:
        self._names = names
        self._largest = largest
        self._folders: dict[bytes, _Folder] = {}
        self._tree = _Tree()
        self.keys = 0
        self.size = 0

    def take(self, page: RangePage) -> None:
        """Add the entries of a page, which has values."""
        folders, look = self._folders, self._largest.take
        size = 0
        for key, _, _, _, value, _ in page.records():
            folder = folders.get(key[: key.rfind(b"/") + 1])
            if folder is None:
                folder = self._new_folder(key)
            folder.keys += 1
            length = len(value)
            folder.size += length
            size += length
            look(key, length)
        self.keys += len(page)
        self.size += size

    def take_sizes(self, sizes: Iterable[tuple[bytes, int]]) -> None:
        """Add keys of which only the sizes of the values are known."""
        folders, look = self._folders, self._largest.take
        for key, size in sizes:
            folder = folders.get(key[: key.rfind(b"/") + 1])
            if folder is None:
                folder = self._new_folder(key)
            folder.keys += 1
            folder.size += size
            self.keys += 1
            self.size += size
            look(key, size)

    def sums(self) -> tuple[Sum, ...]:
        """Return the sums, the largest first."""
        self._fold()
        return self._tree.sums()

    def _fold(self) -> None:
        for folder in self._folders.values():
            self._tree.add(folder.names, folder.keys, folder.size)
        self._folders.clear()

    def _new_folder(self, key: bytes) -> _Folder:
        if len(self._folders) >= MOST_FOLDERS:
            self._fold()
        folder = self._folders[key[: key.rfind(b"/") + 1]] = _Folder(self._names(key))
        return folder


class ValueTally:
    """Sums by groups of values: each value may belong to several."""

    def __init__(self, parts: Parts, largest: Largest) -> None:
        self._parts = parts
        self._largest = largest
        self._tree = _Tree()
        self.keys = 0
        self.size = 0

    def take(self, page: RangePage) -> None:
        """Add the entries of a page."""
        for key, _, _, _, value, _ in page.records():
            parts: dict[str, int] = {}
            for name, size in self._parts(key, value):
                parts[name] = parts.get(name, 0) + size
            for name, size in parts.items():
                self._tree.add((name,), 1, size)
            self.size += len(value)
            self._largest.take(key, len(value))
        self.keys += len(page)

    def sums(self) -> tuple[Sum, ...]:
        """Return the sums, the largest first."""
        return self._tree.sums()


class _Tree:
    """Sums of groups within groups."""

    def __init__(self) -> None:
        self.keys = 0
        self.size = 0
        self.within: dict[str, _Tree] = {}

    def add(self, names: tuple[str, ...], keys: int, size: int) -> None:
        """Add to a group and to all that it is in."""
        self.keys += keys
        self.size += size
        if names:
            inner = self.within.get(names[0])
            if inner is None:
                inner = self.within[names[0]] = _Tree()
            inner.add(names[1:], keys, size)

    def sums(self) -> tuple[Sum, ...]:
        """Return the groups, the largest first."""
        found = (Sum(name, t.keys, t.size, t.sums()) for name, t in self.within.items())
        return tuple(sorted(found, key=lambda each: (-each.size_bytes, -each.keys, each.name)))
