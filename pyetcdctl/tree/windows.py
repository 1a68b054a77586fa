"""Divide a part of the key space for probing.

A server that serves a range counts all of it, whatever the limit: a probe costs as much as its
window holds, and an empty window costs nearly nothing. So windows are adjacent, many at a time,
divided where names are likely to differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.keyspace.ranges import NO_END
from pyetcdctl.tree.root import REGISTRY, KeyRange, name_end, subtree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyetcdctl.tree.root import Root

KEYS_PER_WINDOW = 100
"""The number of keys that take as long to count as probing an empty window."""
KEYS_PER_ANSWER = 1_000
"""The most keys of a window that is not divided: one probe can read them all."""
_LIKELY_BYTES = b"-./0123456789:AEIMQUZ_abcdefghijklmnopqrstuvwxyz"


def first_windows(start: bytes, end: bytes, root: Root, depth: int) -> list[KeyRange]:
    """Divide an unknown range at likely names; no cut is inside a node."""
    branch = root.path
    if start.endswith(b"/") and root.cut(start + b".", depth)[0] != start:
        branch = start
    cuts = {branch + bytes([byte]) for byte in _LIKELY_BYTES}
    if branch == REGISTRY:
        for place in root.likely:
            cuts.update(subtree(place[: name_end(place, len(branch))]))
            cuts.update(subtree(place))
    return _between(start, end, {cut for cut in cuts if not _is_inside_a_node(cut, root, depth)})


def windows_after(path: bytes, is_branch: bool, end: bytes, keys: int) -> list[KeyRange]:
    """Divide the range after a node and before ``end``, which has at most ``keys`` keys.

    A neighbour shares some first bytes with the node and differs in the next; so the cuts are after
    each length of shared bytes, and among the bytes that may follow it.
    """
    start = subtree(path)[1] if is_branch else path + b"\0"
    if keys <= KEYS_PER_ANSWER:
        return _between(start, end, ())
    lengths = [n for n in range(len(path)) if path[n] < 0xFF and _before(_next(path, n), end)]
    if not is_branch:
        lengths.append(len(path))
    budget = max(1, keys // KEYS_PER_WINDOW)
    lengths = lengths[:: -(-len(lengths) // budget)] if lengths else []
    likely = _LIKELY_BYTES[:: -(-len(_LIKELY_BYTES) * len(lengths) // budget) or 1]
    cuts = {_next(path, length) for length in lengths if length < len(path)}
    for length in lengths:
        above = path[length] + 1 if length < len(path) else 0
        cuts.update(path[:length] + bytes([byte]) for byte in likely if byte > above)
    return _between(start, end, cuts)


def _is_inside_a_node(cut: bytes, root: Root, depth: int) -> bool:
    path, is_branch = root.cut(cut, depth)
    return is_branch and path != cut


def _next(path: bytes, length: int) -> bytes:
    return path[:length] + bytes([path[length] + 1])


def _between(start: bytes, end: bytes, cuts: Iterable[bytes]) -> list[KeyRange]:
    if not _before(start, end):
        return []
    inner = sorted(cut for cut in cuts if start < cut and _before(cut, end))
    return list(zip([start, *inner], [*inner, end], strict=True))


def _before(key: bytes, end: bytes) -> bool:
    return end == NO_END or key < end
