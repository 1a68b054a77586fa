"""Bounds of the times of revisions, for commands that show or accept times."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from pyetcdctl.changes.times import Times, renewals_in
from pyetcdctl.errors import PyetcdctlError
from pyetcdctl.keyspace.history import BeginsHistory, begin_history
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.keyspace.source import counts
from pyetcdctl.rpc.kv import RangeRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.keyspace.history import KeyRevision, PendingHistory
    from pyetcdctl.keyspace.source import Source
    from pyetcdctl.kubernetes.objects import Object

MANY_LEASES = 100
"""More than this many are not all read from a server, where those of leader election are enough."""


def object_reader(session: Session) -> Callable[[bytes, bytes], Object | None]:
    """Return the function that decrypts and decodes the value of a key."""
    from pyetcdctl.kubernetes.stored_value import Reader

    read = Reader(session.decrypter, session.release)
    return lambda key, value: read(key, value).decoded.object


class LeaseTimes:
    """Bounds of times by the Lease objects of sources, read beside other work.

    A source without Leases, or one that fails, is not an error.
    """

    def __init__(self, sources: Iterable[Source], registry: str) -> None:
        """Start reading."""
        self._pending: list[PendingHistory] = []
        for source in sources:
            with suppress(PyetcdctlError):
                key, end = _enough_leases(source, os.fsencode(f"{registry}/leases/"))
                self._pending.append(begin_history(source, key, end, until_last_living=True))

    def result(self, read: Callable[[bytes, bytes], Object | None]) -> Times:
        """Return the bounds."""
        leases: list[KeyRevision] = []
        for each in self._pending:
            with suppress(PyetcdctlError):
                leases += each.result().revisions
        return Times(renewals_in(leases, read))

    def close(self) -> None:
        """Stop reading."""
        for each in self._pending:
            each.close()


def _enough_leases(source: Source, folder: bytes) -> tuple[bytes, bytes]:
    """Return the range of the Leases to read.

    A server reads all its revisions for every 1,000 that a watch is sent (mvcc/watcher_group.go,
    watchBatchMaxRevs): the Leases of thousands of nodes take long. Those of leader election are
    renewed more often, too.
    """
    every, election = prefix_range(folder), prefix_range(folder + b"kube-system/")
    if not isinstance(source, BeginsHistory):
        return every
    requests = [
        RangeRequest(key=key, range_end=end, count_only=True) for key, end in (every, election)
    ]
    all_leases, of_election = counts(source, requests)
    return election if of_election and all_leases > MANY_LEASES else every
