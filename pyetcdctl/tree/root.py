"""The root of a tree, and the division of keys into names."""

from __future__ import annotations

from typing import NamedTuple

from pyetcdctl.keyspace.ranges import FIRST_KEY, NO_END

REGISTRY = b"/registry/"

KeyRange = tuple[bytes, bytes]


class Root(NamedTuple):
    """The tree below ``path``, an empty one for all keys; ``key`` is shown beside it."""

    path: bytes = b""
    key: bytes = b""
    likely: tuple[bytes, ...] = ()
    """Branches that probably exist and are probed first. Others are found, too."""

    @classmethod
    def named(cls, prefix: bytes) -> Root:
        """Read PREFIX as a path: the key of that name, and what is under it."""
        if not prefix or prefix.endswith(b"/"):
            return cls(prefix)
        return cls(prefix + b"/", prefix)

    @property
    def top_level(self) -> int:
        """The level of the outermost nodes: the root is 0 where it is a prefix."""
        return 0 if self.path else 1

    def ranges(self) -> list[KeyRange]:
        """Return the ranges that make up the tree in the order of display: /registry first."""
        start, end = subtree(self.path) if self.path else (FIRST_KEY, NO_END)
        ranges = [(self.key, self.key + b"\0")] if self.key else []
        if REGISTRY.startswith(self.path) and self.path != REGISTRY:
            return [*ranges, subtree(REGISTRY), (start, REGISTRY), (subtree(REGISTRY)[1], end)]
        return [*ranges, (start, end)]

    def cut(self, key: bytes, depth: int) -> tuple[bytes, bool]:
        """Return the node that holds the key ``depth`` levels down, and whether it is a branch."""
        if not key.startswith(self.path):
            return key, False
        at = len(self.path)
        for _ in range(depth):
            at = name_end(key, at)
            if not at:
                return key, False
        return key[:at], True


def name_end(key: bytes, at: int) -> int:
    """Return the offset after the slash that ends the name at ``at``; 0 when no slash follows."""
    return key.find(b"/", at or int(key.startswith(b"/"))) + 1


def subtree(branch: bytes) -> KeyRange:
    """Return the range of a branch's keys."""
    return branch, branch[:-1] + b"0"
