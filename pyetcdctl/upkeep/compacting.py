"""Compact to a revision of some age, as the API server does every five minutes."""

from __future__ import annotations

from datetime import timedelta
from time import sleep
from typing import TYPE_CHECKING

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.kv import compact, read
from pyetcdctl.errors import CallFailed, InvalidInput
from pyetcdctl.measuring.dating import revision_before
from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.rpc.txn import CompactionRequest
from pyetcdctl.upkeep.members import find_members

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.diagnosis.defrag_plan import DefragCandidate
    from pyetcdctl.keyspace.source import Source

_SETTLE_SECONDS, _PAUSE_SECONDS = 30.0, 0.3
_ALIKE, _ALIKE_BYTES = 0.05, 1 << 18


def current_revision(connection: Connection, seconds: float) -> int:
    """Return the newest revision."""
    request = RangeRequest(key=b"\0", count_only=True)
    return read(connection, request, Deadline.after(seconds)).header.revision


def revision_to_keep(source: Source, prefix: str, current: int, keep_seconds: float) -> int:
    """Return the newest revision that is this old, dated by Leases. Raises without any."""
    found = revision_before(source, f"{prefix}/".encode(), current, timedelta(seconds=keep_seconds))
    if found is None:
        raise InvalidInput(
            f"the age of revisions is unknown: there is no Lease below {prefix}/leases/"
        )
    return found


def compact_to(connection: Connection, revision: int, seconds: float) -> bool:
    """Discard key history older than a revision and wait until that is done; False if it was
    before.
    """
    if revision < 1:
        return False
    request = CompactionRequest(revision=revision, physical=True)
    try:
        compact(connection, request, Deadline.after(seconds))
    except CallFailed as error:
        if "has been compacted" in error.details:
            return False
        raise
    return True


def wait_for_free_space(connection: Connection, seconds: float) -> None:
    """Wait until all members have finished a compaction: each does it at its own pace.

    Their bytes in use are then similar and constant. The wait for a member that differs for another
    reason ends after half a minute.
    """
    ends = Deadline.after(_SETTLE_SECONDS)
    before: list[int] = []
    while not ends.expired:
        found = [each.in_use for each in find_members(connection, seconds).members]
        if found == before and max(found) - min(found) <= max(found) * _ALIKE + _ALIKE_BYTES:
            return
        before = found
        sleep(_PAUSE_SECONDS)


def late_members(members: Sequence[DefragCandidate]) -> tuple[DefragCandidate, ...]:
    """Return the members that were defragmented before they had compacted: much larger than the
    smallest.
    """
    voters = [each for each in members if not each.is_learner]
    least = min((each.size for each in voters), default=0)
    return tuple(each for each in voters if each.size > least * 1.5 + _ALIKE_BYTES)
