"""Results that are not one message of etcd's API, and what printers need to know about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.rpc.kv import ResponseHeader
    from pyetcdctl.rpc.range_page import RangePage


class PagedRange(Protocol):
    """A range that is being read (client/ranges.py): pages are fetched while they are printed."""

    header: ResponseHeader
    count: int
    more: bool

    def pages(self) -> Iterator[RangePage]:
        """Yield every page once; ``more`` is final after the last one."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The answer to ``get``: keys and values as they arrive."""

    reading: PagedRange
    keys_only: bool = False
    values_only: bool = False
