"""Bounds of the times of revisions, for commands that show or accept times."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from pyetcdctl.changes.times import Times, renewals_in
from pyetcdctl.errors import PyetcdctlError
from pyetcdctl.keyspace.history import begin_history
from pyetcdctl.keyspace.ranges import prefix_range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.keyspace.history import KeyRevision, PendingHistory
    from pyetcdctl.keyspace.source import Source
    from pyetcdctl.kubernetes.objects import Object


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
        key, end = prefix_range(os.fsencode(f"{registry}/leases/"))
        for source in sources:
            with suppress(PyetcdctlError):
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
