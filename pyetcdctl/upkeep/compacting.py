"""Compact to a revision of some age, as the API server does every five minutes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.kv import compact, read
from pyetcdctl.errors import CallFailed, InvalidInput
from pyetcdctl.measuring.dating import revision_before
from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.rpc.txn import CompactionRequest

if TYPE_CHECKING:
    from pyetcdctl.client.connection import Connection
    from pyetcdctl.keyspace.source import Source


def current_revision(connection: Connection, seconds: float) -> int:
    """Return the newest revision."""
    request = RangeRequest(key=b"\0", count_only=True)
    return read(connection, request, Deadline.after(seconds)).header.revision


def revision_to_keep(source: Source, prefix: str, current: int, keep_seconds: float) -> int:
    """Return the newest revision that is this old, dated by Leases. Raises without any."""
    found = revision_before(source, f"{prefix}/".encode(), current, timedelta(seconds=keep_seconds))
    if found is None:
        raise InvalidInput(
            f"nothing tells how old a revision is: there is no Lease below {prefix}/leases/"
        )
    return found


def compact_to(connection: Connection, revision: int, seconds: float) -> bool:
    """Forget everything before a revision and wait until that is done; False if it is already."""
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
