"""Which endpoint serves, which is next, and what may be sent again.

Like etcdctl's balancer: no endpoint is preferred, and one that is down costs nothing while another
lives. A single endpoint has one channel and no further ceremony; several are raced (racing.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client.channels import open_channel
from pyetcdctl.client.endpoints import parse_endpoints

if TYPE_CHECKING:
    from collections.abc import Callable

    import grpc

    from pyetcdctl.client.deadline import Deadline
    from pyetcdctl.client.endpoints import Endpoint
    from pyetcdctl.settings import ConnectionSettings

MAX_ATTEMPTS = 100
BACKOFF_SECONDS = 0.025


def backoff_before(attempt: int, endpoints: int) -> float:
    """Return the pause before an attempt: one each time a quorum has been asked."""
    quorum = endpoints // 2 + 1
    return BACKOFF_SECONDS if attempt and attempt % quorum == 0 else 0.0


class Route:
    """The endpoints in the order to try, and the channel to the one in use."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self.settings = settings
        self.endpoints = _shuffled(parse_endpoints(settings.endpoints))
        self._channel: grpc.Channel | None = None

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint in use, or the one to be tried first."""
        return self.endpoints[0]

    def channel(self, deadline: Deadline) -> grpc.Channel | None:
        """Return a channel for a call; several endpoints are raced. None: none came in time."""
        if self._channel is None:
            if len(self.endpoints) > 1:
                return self.ready_channel(deadline)
            self._channel = open_channel(self.endpoint, self.settings)
        return self._channel

    def ready_channel(
        self, deadline: Deadline, on_failure: Callable[[], None] = lambda: None
    ) -> grpc.Channel | None:
        """Return a channel with a live connection, waiting for one until the deadline.

        ``on_failure`` is called once when every endpoint has failed; it may raise.
        """
        from pyetcdctl.client.racing import Race

        order = list(self.endpoints)
        race = Race([_opener(endpoint, self.settings) for endpoint in order])
        try:
            won = race.winner(deadline, patient=False)
            if won is None and not deadline.expired:
                on_failure()
                won = race.winner(deadline, patient=True)
            if won is not None:
                self._prefer(order[won[0]])
                self._channel = won[1]
        finally:
            race.end()
        return self._channel if won is not None else None

    def leave(self) -> None:
        """Pass over the endpoint in use: it comes last when the next call chooses."""
        if len(self.endpoints) > 1:
            self.endpoints.append(self.endpoints.pop(0))
            self._channel = None

    def close(self) -> None:
        """Drop the channel."""
        channel, self._channel = self._channel, None
        if channel is not None and len(self.endpoints) == 1:
            channel.close()

    def _prefer(self, endpoint: Endpoint) -> None:
        self.endpoints.remove(endpoint)
        self.endpoints.insert(0, endpoint)


def _opener(endpoint: Endpoint, settings: ConnectionSettings) -> Callable[[], grpc.Channel]:
    return lambda: open_channel(endpoint, settings)


def _shuffled(endpoints: list[Endpoint]) -> list[Endpoint]:
    if len(endpoints) > 1:
        from random import shuffle

        shuffle(endpoints)
    return endpoints
