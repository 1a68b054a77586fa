"""Which endpoint serves, which is next, and what may be sent again.

Like etcdctl's balancer: no endpoint is preferred, and one that is down costs nothing while another
lives. A single endpoint has one channel and no further ceremony; several are raced (racing.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client.channels import open_link
from pyetcdctl.client.endpoints import parse_endpoints
from pyetcdctl.client.status import LEARNER, code_name, details_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import grpc

    from pyetcdctl.client.channels import Link
    from pyetcdctl.client.deadline import Deadline
    from pyetcdctl.client.endpoints import Endpoint
    from pyetcdctl.settings import ConnectionSettings

MAX_ATTEMPTS = 100
BACKOFF_SECONDS = 0.025


def backoff_before(attempt: int, endpoints: int) -> float:
    """Return the pause before an attempt: one each time a quorum has been asked."""
    quorum = endpoints // 2 + 1
    return BACKOFF_SECONDS if attempt and attempt % quorum == 0 else 0.0


def may_repeat(error: grpc.RpcError, endpoints: int, repeatable: bool) -> bool:
    """Whether a call may be sent again although it may have arrived."""
    if endpoints > 1 and details_of(error) == LEARNER:
        return True
    return repeatable and code_name(error) == "UNAVAILABLE"


class Route:
    """The endpoints in the order to try, and the link to the one in use."""

    def __init__(self, settings: ConnectionSettings) -> None:
        if settings.tls:
            from pyetcdctl.client.tls import check_files

            check_files(settings.tls)
        self.settings = settings
        self.endpoints = _shuffled(parse_endpoints(settings.endpoints))
        self._link: Link | None = None

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint in use, or the one to be tried first."""
        return self.endpoints[0]

    def channel(
        self, deadline: Deadline, on_failure: Callable[[], None] = lambda: None
    ) -> grpc.Channel | None:
        """Return a channel for a call; several endpoints are raced. None: none came in time."""
        if self._link is None:
            if len(self.endpoints) > 1:
                return self.ready_channel(deadline, on_failure)
            self._link = open_link(self.endpoint, self.settings)
        return self._link.channel

    def ready_channel(
        self, deadline: Deadline, on_failure: Callable[[], None] = lambda: None
    ) -> grpc.Channel | None:
        """Return a channel to an endpoint that answers, waiting for one until the deadline.

        ``on_failure`` is called when every endpoint has failed once; it may raise.
        """
        from pyetcdctl.client.racing import Race

        order = list(self.endpoints)
        race = Race([_opener(endpoint, self.settings) for endpoint in order])
        try:
            won = race.winner(deadline)
            if won is None and not deadline.expired:
                on_failure()
                won = race.winner(deadline, patient=True)
        finally:
            race.end()
        if won is None:
            return None
        self._prefer(order[won.number])
        self._drop()
        self._link = won.link
        return won.link.channel

    def leave(self) -> None:
        """Pass over the endpoint in use: it comes last when the next call chooses."""
        if len(self.endpoints) > 1:
            self.endpoints.append(self.endpoints.pop(0))
            self._drop()

    def close(self) -> None:
        """End the link; a later call opens another."""
        self._drop()

    def _drop(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def _prefer(self, endpoint: Endpoint) -> None:
        self.endpoints.remove(endpoint)
        self.endpoints.insert(0, endpoint)


def _opener(endpoint: Endpoint, settings: ConnectionSettings) -> Callable[[], Link]:
    return lambda: open_link(endpoint, settings)


def _shuffled(endpoints: list[Endpoint]) -> list[Endpoint]:
    if len(endpoints) > 1:
        from random import shuffle

        shuffle(endpoints)
    return endpoints
