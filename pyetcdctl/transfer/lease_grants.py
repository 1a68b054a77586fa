"""The leases of imported keys: existing ones are used, others granted with the same ID."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client import lease as leases
from pyetcdctl.client.deadline import Deadline
from pyetcdctl.errors import CallFailed, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.transfer.entries import TransferEntry

_EXISTS = "etcdserver: lease already exists"


class LeaseGrants:
    """Grants each missing lease before the first key that is attached to it."""

    def __init__(self, connection: Connection, seconds: Mapping[int, int] | None) -> None:
        """``seconds`` are those of each lease; None: keys get no lease."""
        self._connection = connection
        self._seconds = seconds
        self._alive: set[int] = set()

    def lease_for(self, entry: TransferEntry) -> int:
        """Return the lease to attach to a key, 0 for none."""
        if self._seconds is None or not entry.lease:
            return 0
        if entry.lease not in self._alive:
            self._make_sure(entry.lease, self._seconds.get(entry.lease, 0))
            self._alive.add(entry.lease)
        return entry.lease

    def _make_sure(self, lease: int, seconds: int) -> None:
        if leases.time_to_live(self._connection, lease, self._deadline()).TTL > 0:
            return
        if not seconds:
            raise InvalidInput(
                f"lease {lease:016x} had ended when it was exported, and with it its time to live",
                "Try:  the same without --leases",
            )
        try:
            leases.grant(self._connection, seconds, self._deadline(), lease=lease)
        except CallFailed as error:
            if error.details != _EXISTS:
                raise

    def _deadline(self) -> Deadline:
        return Deadline.after(self._connection.settings.command_timeout)
