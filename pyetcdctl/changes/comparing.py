"""Compare the keys of two sources in one pass: memory holds a page of each.

Invariant: both sides come in key order, so a key that one side has passed is missing there.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyetcdctl.rpc.key_values import Record
    from pyetcdctl.rpc.range_page import RangePage


class Kind(Enum):
    """The kind of a difference."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class KeyDifference(NamedTuple):
    """A key that differs: its records (see rpc/key_values.py) on both sides, None where it is
    absent.

    Keys differ by their values: the same value at another revision is not a difference.
    """

    kind: Kind
    key: bytes
    before: Record | None
    after: Record | None


def compare(before: Iterable[RangePage], after: Iterable[RangePage]) -> Iterator[KeyDifference]:
    """Yield what differs, in key order."""
    olds, news = _records(before), _records(after)
    old, new = next(olds, None), next(news, None)
    while old is not None and new is not None:
        if old[0] == new[0]:
            if old[4] != new[4]:
                yield KeyDifference(Kind.CHANGED, old[0], old, new)
            old, new = next(olds, None), next(news, None)
        elif old[0] < new[0]:
            yield KeyDifference(Kind.REMOVED, old[0], old, None)
            old = next(olds, None)
        else:
            yield KeyDifference(Kind.ADDED, new[0], None, new)
            new = next(news, None)
    while old is not None:
        yield KeyDifference(Kind.REMOVED, old[0], old, None)
        old = next(olds, None)
    while new is not None:
        yield KeyDifference(Kind.ADDED, new[0], None, new)
        new = next(news, None)


def _records(pages: Iterable[RangePage]) -> Iterator[Record]:
    for page in pages:
        yield from page.records()
