"""The folders directly inside a folder of keys, found without reading what is in them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pyetcdctl.keyspace.ranges import prefix_end
from pyetcdctl.rpc.kv import RangeRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.keyspace.source import Source

FIRST_CHARACTERS = b"0123456789abcdefghijklmnopqrstuvwxyz"
"""The first bytes of folders of Kubernetes: one call searches a window for each."""


def first_keys(source: Source, ranges: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
    """Return the first key of each range; empty where there is none."""
    if not ranges:
        return []
    pages = source.ranges(
        [RangeRequest(key=key, range_end=end, limit=1, keys_only=True) for key, end in ranges]
    )
    return [page.key(0) if len(page) else b"" for page in pages]


def folders(source: Source, start: bytes, *, most: int, at_once: bool = False) -> list[bytes]:
    """Return the names of the folders below ``start``, which ends in a slash, in order.

    At most ``most`` are searched: another program's keyspace may have millions. ``at_once`` needs
    several calls fewer where there are dozens.
    """
    windows = _windows(start, at_once=at_once)
    names: list[bytes] = []
    while windows and len(names) < most:
        found = first_keys(source, windows)
        further = []
        for (_, end), key in zip(windows, found, strict=True):
            if not key:
                continue
            name, slash, _ = key[len(start) :].partition(b"/")
            if slash and name:
                names.append(name)
            # The first key that is not in this folder: 0 follows the slash.
            further.append((start + name + (b"0" if slash else b"\0"), end))
        windows = [(key, end) for key, end in further if key < end]
    return sorted(names)[:most]


def _windows(start: bytes, *, at_once: bool) -> list[tuple[bytes, bytes]]:
    cuts = [bytes([each]) for each in FIRST_CHARACTERS] if at_once else []
    edges = [start, *(start + each for each in cuts), prefix_end(start)]
    return list(pairwise(edges))
