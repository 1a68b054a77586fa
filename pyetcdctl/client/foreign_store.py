"""Stores that serve etcd's API and are not etcd, such as kine: which requests they support.

They name no cluster in their headers. They page through a folder: its end as the range end, a
limit, the last key and a NUL as the next start. Some read any other range as a whole folder,
whatever its start; some do not support a NUL as "no range end", ``keys_only`` or ``serializable``,
and refuse transactions that only read. So any other range is cut out of the folder that contains
it.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from pyetcdctl.keyspace.ranges import FIRST_KEY, NO_END, prefix_range
from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.rpc.range_page import RangePage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyetcdctl.rpc.kv import ResponseHeader

ROOT = prefix_range(b"/")
"""The folder of all keys of these stores; some support no other range for all keys."""
AFTER_ALL_TEXT = "\U0010ffff".encode()
"""A range end after every key that is text, as the keys of these stores are."""


def is_etcd(header: ResponseHeader | None) -> bool:
    """Whether a header comes from etcd: it names a cluster."""
    return header is not None and header.cluster_id != 0


def is_folder(request: RangeRequest) -> bool:
    """Whether a range is that of a folder, or of all keys."""
    key, range_end = request.key, request.range_end
    is_all = key == FIRST_KEY and range_end == NO_END
    return is_all or (key.endswith(b"/") and (key, range_end) == prefix_range(key))


def with_known_end(request: RangeRequest) -> RangeRequest:
    """Return a request without an end in a form that these stores support.

    They support a NUL as the range end only together with the first of all keys.
    """
    if request.range_end != NO_END or request.key == FIRST_KEY:
        return request
    return changed(request, range_end=AFTER_ALL_TEXT)


def with_known_options(request: RangeRequest) -> RangeRequest:
    """Return a request for the same keys with options that the oldest of these stores supports."""
    return changed(request, keys_only=False, serializable=False)


def of_all(request: RangeRequest) -> RangeRequest:
    """Return the request for all keys without a NUL as its range end."""
    return changed(request, key=ROOT[0], range_end=ROOT[1])


def changed(request: RangeRequest, **fields: bytes | int | bool) -> RangeRequest:
    """Return a copy of a request with other fields."""
    return RangeRequest(**{**request.__dict__, **fields})


def folder_around(requests: Sequence[RangeRequest]) -> tuple[bytes, bytes]:
    """Return the range of the innermost folder that holds all of these ranges."""
    ends = [request.range_end for request in requests]
    keys = [request.key for request in requests]
    if NO_END in ends or FIRST_KEY in keys:
        return ROOT
    first, last = min(keys), max([*keys, *ends])
    pairs = zip(first, last, strict=False)
    shared = next((at for at, (one, other) in enumerate(pairs) if one != other), len(first))
    return prefix_range(first[: first.rfind(b"/", 0, shared) + 1])


def single_key(request: RangeRequest, page: RangePage) -> RangePage:
    """Return the requested key; for a folder's name some stores return the first key in it."""
    entries = zip(page.keys(), page.entries, strict=True)
    found = [entry for key, entry in entries if key == request.key]
    return RangePage.of_entries(found, page.header, count=len(found))


class Excerpt:
    """A range that is cut out of the pages of its folder."""

    def __init__(self, request: RangeRequest) -> None:
        self._request = request
        self._end = request.range_end
        self._limit = 0 if request.count_only else max(0, request.limit)
        self._read = 0
        self.count = 0
        self.is_over = False

    @property
    def more(self) -> bool:
        """Whether the limit left keys out."""
        return bool(self._limit) and self.count > self._read

    def folder_request(self) -> RangeRequest:
        """Return the request for the rest of the folder after the first key of the range."""
        _, end = folder_around([self._request])
        key = self._request.key
        start = key if key.endswith((b"/", b"\0")) else key + b"\0"
        return changed(self._request, key=start, range_end=end, limit=0, count_only=False)

    def cut(self, page: RangePage) -> RangePage:
        """Return the part of a page that is in the range; the whole range is counted."""
        keys = page.keys()
        first = bisect_left(keys, self._request.key)
        last = len(keys)
        if self._end and self._end != NO_END:
            last = bisect_left(keys, self._end)
            self.is_over = last < len(keys)
        self.count += max(0, last - first)
        wanted = 0 if self._request.count_only else last - first
        if self._limit:
            wanted = min(wanted, self._limit - self._read)
        self._read += wanted
        return RangePage.of_entries(page.entries[first : first + wanted], page.header)


class Folder:
    """The keys of a folder at one revision, to serve any range within it."""

    def __init__(self, key: bytes, range_end: bytes, header: ResponseHeader) -> None:
        self.key, self.range_end, self.header = key, range_end, header
        self._keys: list[bytes] = []
        self._entries: list[bytes] = []

    def add(self, pages: Iterable[RangePage]) -> None:
        """Keep the pages that were read."""
        for page in pages:
            self._keys += page.keys()
            self._entries += page.entries

    def holds(self, request: RangeRequest) -> bool:
        """Whether a range lies within the folder; that of all keys holds every range."""
        end, own = request.range_end, self.range_end
        if (self.key, own) == ROOT:
            return True
        return request.key >= self.key and end != NO_END and end <= own

    def page(self, request: RangeRequest) -> RangePage:
        """Return etcd's response to a request for a part of the folder."""
        first = bisect_left(self._keys, request.key)
        last = len(self._keys)
        if request.range_end != NO_END:
            last = max(first, bisect_left(self._keys, request.range_end))
        shown = last if request.limit <= 0 else min(last, first + request.limit)
        entries = [] if request.count_only else self._entries[first:shown]
        page = RangePage.of_entries(entries, self.header, count=last - first, more=shown < last)
        return page.without_values() if request.keys_only else page
