"""Whether the conditions of a transaction hold, as etcd compares them."""

from __future__ import annotations

from operator import eq, gt, lt, ne
from typing import TYPE_CHECKING, Any, NamedTuple

from pyetcdctl.rpc.txn import EQUAL, GREATER, LESS, NOT_EQUAL, VALUE
from pyetcdctl.storage.replay.model import NotKnown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyetcdctl.storage.replay.model import ReplayModel, Version
    from pyetcdctl.storage.wal.transactions import Condition

FIGURES = ("version", "create_revision", "mod_revision", "value", "lease")
"""The names of comparison targets, each at its number."""


class NoVersion(NamedTuple):
    """A key that is not there."""

    create_revision: int = 0
    mod_revision: int = 0
    version: int = 0
    lease: int = 0
    value: bytes = b""


_NO_VERSION = NoVersion()


class ConditionLost(NamedTuple):
    """The condition that does not hold, and the actual figure; None for an absent key's value."""

    condition: Condition
    found: int | bytes | None


def first_lost(model: ReplayModel, conditions: Sequence[Condition]) -> ConditionLost | None:
    """Return the first condition that does not hold. Raises NotKnown where none is known to."""
    unknown = None
    for condition in conditions:
        try:
            lost = _lost(model, condition)
        except NotKnown as error:
            unknown = error
            continue
        if lost:
            return lost
    if unknown:
        raise unknown
    return None


def _lost(model: ReplayModel, condition: Condition) -> ConditionLost | None:
    if not condition.range_end:
        return _compare(condition, model.newest(condition.key))
    versions = [found for _, found in model.newest_range(condition.key, condition.range_end)]
    if not versions:
        return _compare(condition, None)
    return next(filter(None, (_compare(condition, each) for each in versions)), None)


def _compare(condition: Condition, version: Version | None) -> ConditionLost | None:
    """Compare one key's figure. The value of an absent key equals no value."""
    target = condition.target
    if version is None and target == VALUE:
        return ConditionLost(condition, None)
    found: Any = getattr(version or _NO_VERSION, FIGURES[target]) if target < len(FIGURES) else 0
    expected: Any = condition.expected
    holds = _HOLDS.get(condition.result, _always)(found, expected)
    return None if holds else ConditionLost(condition, found)


def _always(found: Any, expected: Any) -> bool:
    return True


_HOLDS: dict[int, Callable[[Any, Any], bool]] = {EQUAL: eq, GREATER: gt, LESS: lt, NOT_EQUAL: ne}
