"""Requests from the words and flags of get, put and del, for these commands and for ``txn``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.cli.flags.values import is_serializable, lease_id, raw
from pyetcdctl.errors import BadFeature, UsageError
from pyetcdctl.keyspace.ranges import from_key_range, prefix_range
from pyetcdctl.output.quoting import go_quoted
from pyetcdctl.rpc.kv import (
    ASCEND,
    BY_CREATE,
    BY_KEY,
    BY_MOD,
    BY_VALUE,
    BY_VERSION,
    DESCEND,
    NO_ORDER,
    DeleteRangeRequest,
    PutRequest,
    RangeRequest,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyetcdctl.cli.session.streams import Messages

_ORDERS = {"": NO_ORDER, "ASCEND": ASCEND, "DESCEND": DESCEND}
_TARGETS = {
    "": BY_KEY,
    "CREATE": BY_CREATE,
    "KEY": BY_KEY,
    "MODIFY": BY_MOD,
    "VALUE": BY_VALUE,
    "VERSION": BY_VERSION,
}
_NEEDS_VALUE = "put command needs 1 argument and input from stdin or 2 arguments"
_SECONDS_TO_THINK = 2


class RangeOptions(NamedTuple):
    """The flags of ``get`` that shape its request."""

    consistency: str = "l"
    count_only: bool = False
    from_key: bool = False
    keys_only: bool = False
    limit: int = 0
    max_create_rev: int = 0
    max_mod_rev: int = 0
    min_create_rev: int = 0
    min_mod_rev: int = 0
    order: str = ""
    prefix: bool = False
    rev: int = 0
    sort_by: str = ""


class PutOptions(NamedTuple):
    """The flags of ``put``."""

    ignore_lease: bool = False
    ignore_value: bool = False
    lease: str = "0"
    prev_kv: bool = False


class DeleteOptions(NamedTuple):
    """The flags of ``del`` that shape its request."""

    from_key: bool = False
    prefix: bool = False
    prev_kv: bool = False


def range_request(keys: Sequence[str], flags: RangeOptions) -> RangeRequest:
    """Return the request of ``get``; errors are raised in etcdctl's order."""
    if not keys:
        raise UsageError(
            "get command needs one argument as key and an optional argument as range_end"
        )
    _exclude_from_key(flags.prefix, flags.from_key)
    if flags.keys_only and flags.count_only:
        raise UsageError(
            "`--keys-only` and `--count-only` cannot be set at the same time, choose one"
        )
    serializable = is_serializable(flags.consistency)
    key, range_end = _range(keys, flags.prefix, flags.from_key)
    return RangeRequest(
        key=key,
        range_end=range_end,
        limit=flags.limit,
        revision=max(flags.rev, 0),
        serializable=serializable,
        keys_only=flags.keys_only,
        count_only=flags.count_only,
        **_sorting(flags.order, flags.sort_by),
        **_filters("Create", flags.min_create_rev, flags.max_create_rev),
        **_filters("Mod", flags.min_mod_rev, flags.max_mod_rev),
    )


def put_request(words: Sequence[str], flags: PutOptions, read: Callable[[], bytes]) -> PutRequest:
    """Return the request of ``put``; ``read`` returns the value where the words have none."""
    if not words:
        raise UsageError(_NEEDS_VALUE)
    if flags.ignore_value and len(words) > 1:
        raise UsageError("put command needs only 1 argument when 'ignore-value' is set")
    value = b"" if flags.ignore_value else raw(words[1]) if len(words) > 1 else read()
    if not value and len(words) == 1 and not flags.ignore_value:
        raise UsageError(_NEEDS_VALUE)
    return PutRequest(
        key=raw(words[0]),
        value=value,
        lease=lease_id(flags.lease),
        prev_kv=flags.prev_kv,
        ignore_value=flags.ignore_value,
        ignore_lease=flags.ignore_lease,
    )


def delete_request(keys: Sequence[str], flags: DeleteOptions) -> DeleteRangeRequest:
    """Return the request of ``del``."""
    if len(keys) not in (1, 2):
        raise UsageError(
            "del command needs one argument as key and an optional argument as range_end"
        )
    _exclude_from_key(flags.prefix, flags.from_key)
    key, range_end = _range(keys, flags.prefix, flags.from_key)
    return DeleteRangeRequest(key=key, range_end=range_end, prev_kv=flags.prev_kv)


def leave_time_to_think(messages: Messages, request: DeleteRangeRequest) -> None:
    """Warn that a range will be deleted, and wait two seconds for Ctrl-C."""
    key, range_end = go_quoted(request.key), go_quoted(request.range_end)
    messages.line(
        f"Warning: Keys between {key} and {range_end} will be deleted. "
        f"Please interrupt the command within next {_SECONDS_TO_THINK} seconds to cancel. "
        "You can provide `--range` flag to avoid the delay."
    )
    time.sleep(_SECONDS_TO_THINK)


def _exclude_from_key(prefix: bool, from_key: bool) -> None:
    if prefix and from_key:
        raise UsageError("`--prefix` and `--from-key` cannot be set at the same time, choose one")


def _range(keys: Sequence[str], prefix: bool, from_key: bool) -> tuple[bytes, bytes]:
    key = raw(keys[0])
    if len(keys) > 1:
        if prefix or from_key:
            raise UsageError(
                "too many arguments, only accept one argument "
                "when `--prefix` or `--from-key` is set"
            )
        return key, raw(keys[1])
    if prefix:
        return prefix_range(key)
    return from_key_range(key) if from_key else (key, b"")


def _sorting(order: str, sort_by: str) -> dict[str, int]:
    if order.upper() not in _ORDERS:
        raise BadFeature(f"bad sort order {order}")
    if sort_by.upper() not in _TARGETS:
        raise BadFeature(f"bad sort target {sort_by}")
    sort_order, sort_target = _ORDERS[order.upper()], _TARGETS[sort_by.upper()]
    # Keys are in ascending order anyway; with this order set the server would sort them again.
    if sort_order == ASCEND and sort_target == BY_KEY:
        sort_order = NO_ORDER
    return {"sort_order": sort_order, "sort_target": sort_target}


def _filters(kind: str, least: int, most: int) -> dict[str, int]:
    if most > 0 and least > most:
        raise BadFeature(f"getMin{kind}Rev(={least}) > getMax{kind}Rev(={most})")
    name = kind.lower()
    return {f"min_{name}_revision": max(least, 0), f"max_{name}_revision": max(most, 0)}
