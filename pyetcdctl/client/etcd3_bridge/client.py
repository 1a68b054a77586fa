"""The etcd3 package's client on our connection: for members and their upkeep, and for programs.

Its locks are taken by a watch: the package's own wait until their time is over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyetcdctl.client.cluster import ClusterService
from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.etcd3_bridge.etcd3_package import (
    Etcd3Client,
    Lock,
    Transactions,
    WatchTimedOut,
)
from pyetcdctl.client.etcd3_bridge.service import Service, SharedChannel
from pyetcdctl.client.etcd3_bridge.watcher import EtcdWatcher
from pyetcdctl.client.maintenance import MaintenanceService
from pyetcdctl.rpc import etcdrpc

if TYPE_CHECKING:
    from pyetcdctl.client.connection import Connection

IGNORED_BY_BASE = (
    "limit",
    "revision",
    "count_only",
    "min_mod_revision",
    "max_mod_revision",
    "min_create_revision",
    "max_create_revision",
)


class EtcdClient(Etcd3Client):  # type: ignore[misc]  # etcd3 has no types
    """etcd3's client on a connection of ours.

    ``cluster`` and ``maintenance`` make the calls of these services with etcd's whole messages,
    which the base class's methods of the same purpose shorten.

    Failed calls raise a PyetcdctlError with the server's words. Only the time that ``watch_once``
    is given to wait ends as in the base class, with WatchTimedOut.
    """

    def __init__(self, connection: Connection) -> None:
        """Take over the base class's part, which opens a channel, logs in and makes the stubs.

        Its channel goes to one endpoint, without TLS unless a CA is given, and its token is never
        renewed; the connection knows better.
        """
        self.connection = connection
        self.timeout = connection.settings.command_timeout
        self.call_credentials = None
        channel = SharedChannel(connection)
        self.kvstub = Service(etcdrpc.KVStub, channel)
        self.leasestub = Service(etcdrpc.LeaseStub, channel)
        self.clusterstub = Service(etcdrpc.ClusterStub, channel)
        self.maintenancestub = Service(etcdrpc.MaintenanceStub, channel)
        self.authstub = Service(etcdrpc.AuthStub, channel)
        self.watcher = EtcdWatcher(Service(etcdrpc.WatchStub, channel), connection)
        self.transactions = Transactions()
        self.cluster = ClusterService(connection)
        self.maintenance = MaintenanceService(connection)

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What goes with each call: the token that is valid now."""
        return self.connection.metadata()

    def close(self) -> None:
        """End the watches. The connection stays open, for others may use it."""
        self.watcher.close()

    def lock(self, name: str, ttl: int = 60) -> EtcdLock:
        """Return a lock of that name; it is not taken yet."""
        return EtcdLock(name, ttl=ttl, etcd_client=self)

    def watch_once_response(
        self, key: bytes | str, timeout: float | None = None, **options: Any
    ) -> Any:
        """Return the first response; the base class returns an error as if it were one."""
        response = super().watch_once_response(key, timeout=timeout, **options)
        if isinstance(response, Exception):
            raise response
        return response

    def _build_get_range_request(
        self, key: bytes | str, range_end: bytes | str | None = None, **options: Any
    ) -> etcdrpc.RangeRequest:
        """Fill in the options that the base class takes and forgets."""
        request: etcdrpc.RangeRequest = super()._build_get_range_request(key, range_end, **options)
        for name in IGNORED_BY_BASE:
            if options.get(name) is not None:
                setattr(request, name, options[name])
        return request


class EtcdLock(Lock):  # type: ignore[misc]  # etcd3 has no types
    """A key that one client at a time can create, and that its lease removes if it dies."""

    def acquire(self, timeout: float | None = 10) -> bool:
        """Take the lock, waiting for it up to ``timeout`` seconds, or forever with None.

        The base class gives tenacity a function of a form that it has not taken since its release
        5, leaves a lease behind at each attempt, and misses a release before its watch has begun.
        """
        deadline = Deadline.never() if timeout is None else Deadline.after(timeout)
        while held_at := self._try():
            try:
                self.etcd_client.watch_once(
                    self.key, deadline.remaining(), start_revision=held_at + 1
                )
            except WatchTimedOut:
                return False
        return True

    def _try(self) -> int:
        """Take the lock if it is free and return 0, or the revision at which another holds it."""
        lease = self.etcd_client.lease(self.ttl)
        operations = self.etcd_client.transactions
        taken, responses = self.etcd_client.transaction(
            compare=[operations.create(self.key) == 0],
            success=[operations.put(self.key, self.uuid, lease)],
            failure=[operations.get(self.key)],
        )
        if taken:
            self.lease = lease
            return 0
        lease.revoke()
        [(_, holder)] = responses[0]
        return int(holder.response_header.revision)
