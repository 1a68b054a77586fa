"""Checks of responses to a RangeRequest: one that contradicts the request raises."""

from __future__ import annotations

from itertools import islice
from operator import lt
from typing import TYPE_CHECKING

from pyetcdctl.keyspace.ranges import NO_END
from pyetcdctl.rpc.kv import BY_KEY, NO_ORDER
from pyetcdctl.rpc.wire import WireError

if TYPE_CHECKING:
    from pyetcdctl.rpc.kv import RangeRequest
    from pyetcdctl.rpc.range_page import RangePage


def is_in_key_order(request: RangeRequest) -> bool:
    """Whether the keys come one after the other, none left out."""
    return not (is_sorted(request) or is_filtered(request))


def is_sorted(request: RangeRequest) -> bool:
    """Whether the keys come in an order of their own; a target without an order is enough."""
    return request.sort_order != NO_ORDER or request.sort_target != BY_KEY


def is_filtered(request: RangeRequest) -> bool:
    """Whether keys are left out by their revisions."""
    return bool(
        request.min_mod_revision
        or request.max_mod_revision
        or request.min_create_revision
        or request.max_create_revision
    )


def check_order(page: RangePage, start: bytes, range_end: bytes) -> None:
    """Raise WireError unless the keys of a page go forward and lie inside the range."""
    keys = page.keys()
    if not all(map(lt, keys, islice(keys, 1, None))):
        raise WireError("the keys are not in order")
    _check_bounds(keys[0], keys[-1], start, range_end)


def check_bounds(page: RangePage, request: RangeRequest) -> None:
    """Raise WireError unless the keys of a page, in any order, lie inside the range."""
    keys = page.keys()
    if keys:
        _check_bounds(min(keys), max(keys), request.key, request.range_end or request.key + b"\0")


def _check_bounds(first: bytes, last: bytes, start: bytes, range_end: bytes) -> None:
    if first < start or (range_end != NO_END and last >= range_end):
        raise WireError("a key lies outside the range that was asked for")


def check_page(page: RangePage, request: RangeRequest) -> None:
    """Raise WireError unless a page can be the whole response to a request."""
    keys = page.keys()
    if keys and is_in_key_order(request):
        check_order(page, request.key, request.range_end or request.key + b"\0")
    else:
        check_bounds(page, request)
    if len(set(keys)) < len(keys) or 0 < request.limit < len(keys):
        raise WireError("it holds a key twice, or more keys than were asked for")
    # What is filtered out is counted, too.
    is_whole = not (request.count_only or is_filtered(request))
    if not keys and is_whole and (page.more or page.count):
        raise WireError(f"it counts {page.count} keys and holds none")
