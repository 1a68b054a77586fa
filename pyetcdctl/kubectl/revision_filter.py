"""Filter keys by their revisions, which etcdctl requests from the server only since 3.6."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.rpc.range_page import RangePage
from pyetcdctl.rpc.wire import read_varint

if TYPE_CHECKING:
    from pyetcdctl.rpc.key_values import Record

_FILTERS = ("min_mod_revision", "max_mod_revision", "min_create_revision", "max_create_revision")


class RevisionFilter:
    """A request's bounds, applied before its limit; ``more`` if the limit has left keys out."""

    def __init__(self, request: RangeRequest) -> None:
        self._asked = request
        self._left = request.limit if request.limit > 0 else None
        self.more = False

    def unfiltered_request(self) -> RangeRequest:
        """Return the request for all keys that the filter must examine."""
        kept = {
            name: value
            for name, value in self._asked.__dict__.items()
            if name != "limit" and name not in _FILTERS
        }
        return RangeRequest(**kept)

    def part_of(self, page: RangePage) -> RangePage:
        """Return the entries of a page that match."""
        kept = []
        for entry, record in zip(page.parts(1), page.records(), strict=True):
            if self._matches(record):
                if self._left == 0:
                    self.more = True
                    break
                if self._left is not None:
                    self._left -= 1
                kept.append(entry.encoded_entries)
        return RangePage(b"".join(kept))

    def _matches(self, record: Record) -> bool:
        asked = self._asked
        created, modified = _number(record[1]), _number(record[2])
        return _is_within(
            created, asked.min_create_revision, asked.max_create_revision
        ) and _is_within(modified, asked.min_mod_revision, asked.max_mod_revision)


def _is_within(revision: int, least: int, most: int) -> bool:
    return revision >= least and (not most or revision <= most)


def _number(varint: bytes | None) -> int:
    return read_varint(varint, 0)[0] if varint else 0
