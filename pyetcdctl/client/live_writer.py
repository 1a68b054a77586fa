"""A running etcd that runs transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.kv import commit

if TYPE_CHECKING:
    from pyetcdctl.client.connection import Connection
    from pyetcdctl.rpc.txn import TxnRequest, TxnResponse


class LiveWriter:
    """Runs transactions on a cluster, each within the command timeout."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def name(self) -> str:
        """The endpoint in use."""
        return self._connection.endpoint

    def commit(self, request: TxnRequest) -> TxnResponse:
        """Run a transaction. Not repeated once it may have reached a server."""
        timeout = self._connection.settings.command_timeout
        return commit(self._connection, request, Deadline.after(timeout))
