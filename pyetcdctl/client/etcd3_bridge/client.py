"""The etcd3 package's client on our connection: for members and their upkeep, and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyetcdctl.client.cluster import ClusterService
from pyetcdctl.client.etcd3_bridge.base import Etcd3Client, Transactions
from pyetcdctl.client.etcd3_bridge.lock import EtcdLock
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
