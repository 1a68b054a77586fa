"""The index: where each live key's KeyValue is, as of a revision, from one pass through a database.

The bucket's order is that of the revisions, so the last record of a key is its newest one. A place
is one number, offset and size together: a live key takes some 230 bytes of memory.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from operator import add
from typing import TYPE_CHECKING

from pyetcdctl.rpc.key_values import KEY_TAG
from pyetcdctl.rpc.wire import WireError
from pyetcdctl.storage.bolt.pages import damage
from pyetcdctl.storage.mvcc.revisions import REVISION_BYTES, SEPARATOR, key_in, parse_revision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyetcdctl.storage.bolt.leaves import LeafColumns

SIZE_BITS = 32
_SIZE_MASK = (1 << SIZE_BITS) - 1
_FROM_SEPARATOR = 9
"""The distance of a value from the separator in its revision."""
_LONG = 0x80
"""Keys of this size and more have a size of more than one byte before them."""


def place(offset: int, size: int) -> int:
    """Return one number for where a KeyValue is."""
    return offset << SIZE_BITS | size


def offset_and_size(place: int) -> tuple[int, int]:
    """Return the offset and the size in a place."""
    return place >> SIZE_BITS, place & _SIZE_MASK


def index_keys(
    leaves: Iterable[LeafColumns],
    revision: int | None = None,
    on_bytes: Callable[[int], None] = lambda size: None,
) -> dict[bytes, int]:
    """Return the place of each key that was live at a revision, None for the last one.

    ``on_bytes`` is called with how many bytes were read, again and again.
    """
    places: dict[bytes, int] = {}
    before = b""
    for leaf in leaves:
        try:
            before = _check_order(leaf, before)
            is_last = revision is not None and parse_revision(before).main > revision
            if is_last:
                leaf = _up_to(leaf, revision or 0)
            _take(leaf, places)
        except (WireError, IndexError) as error:
            raise damage(leaf.number, leaf.offset, str(error)) from error
        on_bytes(sum(leaf.value_sizes))
        if is_last:
            break
    return places


def _check_order(leaf: LeafColumns, before: bytes) -> bytes:
    """Return the last key of the bucket in a leaf; all in it must be greater than ``before``."""
    data, start = leaf.data, leaf.start
    first = data[start : start + leaf.key_sizes[0]]
    end = start + sum(leaf.key_sizes) + sum(leaf.value_sizes) - leaf.value_sizes[-1]
    last = data[end - leaf.key_sizes[-1] : end]
    if not before < first <= last:
        raise WireError("its revisions are out of order")
    return last


def _up_to(leaf: LeafColumns, revision: int) -> LeafColumns:
    """Return a leaf without newer records."""
    sizes = map(add, leaf.key_sizes, leaf.value_sizes)
    starts = list(accumulate(sizes, initial=leaf.start))[:-1]
    data = leaf.data
    mains = [
        parse_revision(data[at : at + size]).main
        for at, size in zip(starts, leaf.key_sizes, strict=True)
    ]
    count = bisect_right(mains, revision)
    return leaf._replace(key_sizes=leaf.key_sizes[:count], value_sizes=leaf.value_sizes[:count])


def _take(leaf: LeafColumns, places: dict[bytes, int]) -> None:
    """Take the records of a leaf into the index. Raises WireError for an invalid record."""
    key_sizes = leaf.key_sizes
    if not key_sizes:
        return
    if max(key_sizes) == min(key_sizes) == REVISION_BYTES and _take_puts(leaf, places):
        return
    data, at, base = leaf.data, leaf.start, leaf.base
    for key_size, value_size in zip(key_sizes, leaf.value_sizes, strict=True):
        value = at + key_size
        revision = parse_revision(data[at:value])
        at = value + value_size
        key = key_in(data, value, at)
        if revision.is_deletion:
            places.pop(key, None)
        else:
            places[key] = place(base + value, value_size)


def _take_puts(leaf: LeafColumns, places: dict[bytes, int]) -> bool:
    """Take a leaf without deletions, if all its keys are of the usual form."""
    found = usual_keys(leaf)
    if found is None:
        return False
    values, keys = found
    base, sizes = leaf.base, leaf.value_sizes
    places.update(
        zip(
            keys,
            [base + at << SIZE_BITS | size for at, size in zip(values, sizes, strict=True)],
            strict=True,
        )
    )
    return True


def usual_keys(leaf: LeafColumns) -> tuple[list[int], list[bytes]] | None:
    """Return where the values of a leaf without deletions begin, and the keys in them.

    None where a key is not of the usual form: below 128 bytes, first in its value.
    """
    data, sizes = leaf.data, leaf.value_sizes
    values = list(accumulate(map(add, sizes, leaf.key_sizes), initial=leaf.start + REVISION_BYTES))
    values.pop()
    lengths = [data[at + 1] for at in values]
    tags = bytes([data[at] for at in values])
    separators = bytes([data[at - _FROM_SEPARATOR] for at in values])
    longest = max(lengths)
    if longest >= _LONG or longest + 2 > min(sizes):
        return None
    if tags.count(KEY_TAG) != len(tags) or separators.count(SEPARATOR) != len(tags):
        return None
    return values, [data[at + 2 : at + 2 + size] for at, size in zip(values, lengths, strict=True)]
