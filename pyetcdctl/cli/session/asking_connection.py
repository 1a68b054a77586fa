"""A connection that asks the user before its first write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client.connection import Connection
from pyetcdctl.client.read_only import is_read

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.client.deadline import Deadline
    from pyetcdctl.client.links import Links
    from pyetcdctl.client.login import Metadata
    from pyetcdctl.client.responses import PendingResponse
    from pyetcdctl.settings import ConnectionSettings


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
        if not is_read(method, request):
            self._before_write()
        return super().unary(
            method, request, deadline=deadline, repeatable=repeatable, metadata=metadata
        )

    def future(
        self, method: str, request: bytes, *, deadline: Deadline, patient: bool = True
    ) -> PendingResponse:
        """Start a call."""
        if not is_read(method, request):
            self._before_write()
        return super().future(method, request, deadline=deadline, patient=patient)

    def _derived(self, settings: ConnectionSettings) -> AskingConnection:
        return AskingConnection(settings, self._before_write, self._links)
