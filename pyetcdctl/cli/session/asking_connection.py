"""A connection that asks the user before its first write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client.connection import Connection
from pyetcdctl.rpc.kv import RANGE
from pyetcdctl.rpc.lease import GRANT, REVOKE
from pyetcdctl.rpc.txn import TXN, TxnRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.client.deadline import Deadline
    from pyetcdctl.client.links import Links
    from pyetcdctl.client.login import Metadata
    from pyetcdctl.client.responses import PendingResponse
    from pyetcdctl.settings import ConnectionSettings

_MOVE_LEADER, _ALARM = (f"/etcdserverpb.Maintenance/{name}" for name in ("MoveLeader", "Alarm"))
_DEACTIVATE = b"\x08\x02"
"""How an AlarmRequest begins that disarms."""


class AskingConnection(Connection):
    """Calls ``before_write`` ahead of every call that changes something."""

    def __init__(
        self,
        settings: ConnectionSettings,
        before_write: Callable[[], None],
        links: Links | None = None,
    ) -> None:
        super().__init__(settings, look_up=False, links=links)
        self._before_write = before_write

    def unary(
        self,
        method: str,
        request: bytes,
        *,
        deadline: Deadline,
        repeatable: bool,
        metadata: Metadata = (),
    ) -> bytes:
        """Make one call; the time that the user takes to reply counts."""
        if _changes(method, request, repeatable=repeatable):
            self._before_write()
        return super().unary(
            method, request, deadline=deadline, repeatable=repeatable, metadata=metadata
        )

    def future(
        self, method: str, request: bytes, *, deadline: Deadline, patient: bool = True
    ) -> PendingResponse:
        """Start a call."""
        if _changes(method, request, repeatable=False):
            self._before_write()
        return super().future(method, request, deadline=deadline, patient=patient)

    def _derived(self, settings: ConnectionSettings) -> AskingConnection:
        return AskingConnection(settings, self._before_write, self._links)


def _changes(method: str, request: bytes, *, repeatable: bool) -> bool:
    if method == TXN:
        decoded = TxnRequest.decode(request)
        return any(each.request_range is None for each in (*decoded.success, *decoded.failure))
    if method == RANGE:  # pages are read ahead in a way that repeats no call
        return False
    if method == _ALARM:
        return request.startswith(_DEACTIVATE)
    return not repeatable or method in (_MOVE_LEADER, GRANT, REVOKE)
