"""The way to a cluster: which endpoint, how secured, as whom, until when.

Requests and answers are bytes. A call is sent again by etcdctl's rules: reads when the server was
unavailable, everything when the request certainly left by no connection.
"""

from __future__ import annotations

from dataclasses import replace
from time import sleep
from typing import TYPE_CHECKING

import grpc

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.failover import MAX_ATTEMPTS, Route, backoff_before
from pyetcdctl.client.status import (
    code_name,
    deadline_exceeded,
    error_from,
    go_text,
    never_left,
)
from pyetcdctl.errors import CallFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.errors import PyetcdctlError
    from pyetcdctl.settings import ConnectionSettings

API_VERSION = ("client-api-version", "3.7")
DEFAULT_MAX_REQUEST_BYTES = 2 * 1024 * 1024

__all__ = ["Answer", "Connection", "Deadline"]


class Connection:
    """The way to a cluster. Nothing is dialled before the first call."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self.settings = settings
        self._opened_route: Route | None = None

    @property
    def endpoint(self) -> str:
        """The endpoint in use, as the user wrote it."""
        return self._route.endpoint.text

    def for_endpoint(self, endpoint: str) -> Connection:
        """Return a connection with the same settings to that endpoint alone."""
        return Connection(replace(self.settings, endpoints=(endpoint,)))

    def unary(self, method: str, request: bytes, *, deadline: Deadline, repeatable: bool) -> bytes:
        """Make one call. ``repeatable`` ones are repeated while the server is unavailable."""
        self._check_size(request)
        attempt = 0
        while True:
            call = self._channel(deadline).unary_unary(method)
            try:
                answer: bytes = call(
                    request, timeout=deadline.remaining(), metadata=self.metadata()
                )
            except grpc.RpcError as error:
                attempt += 1
                self._recover(error, deadline, attempt, repeatable=repeatable)
            else:
                return answer

    def stream(self, method: str, request: bytes, *, deadline: Deadline) -> Iterator[bytes]:
        """Make a call with many answers. It is not resumed once the first has come."""
        self._check_size(request)
        attempt = 0
        while True:
            call = self._channel(deadline).unary_stream(method)(
                request, timeout=deadline.remaining(), metadata=self.metadata()
            )
            started = False
            try:
                for message in call:
                    started = True
                    yield message
            except grpc.RpcError as error:
                if started:
                    raise self.translate(error) from error
                attempt += 1
                self._recover(error, deadline, attempt, repeatable=False)
            else:
                return
            finally:
                call.cancel()

    def future(self, method: str, request: bytes, *, deadline: Deadline) -> Answer:
        """Start a call on the endpoint in use; its result comes later and is not repeated."""
        self._check_size(request)
        call = self._channel(deadline).unary_unary(method)
        pending = call.future(
            request, timeout=deadline.remaining(), metadata=self.metadata(), wait_for_ready=True
        )
        return Answer(self, pending)

    def channel(self, deadline: Deadline | None = None) -> grpc.Channel:
        """Return a channel with a live connection, for callers that bring their own stubs."""
        if deadline is None:
            deadline = Deadline.after(self.settings.command_timeout)
        channel = self._route.ready_channel(deadline)
        if channel is None:
            raise deadline_exceeded()
        return channel

    def metadata(self) -> tuple[tuple[str, str], ...]:
        """Return what goes with every call."""
        return (API_VERSION,)

    def translate(self, error: grpc.RpcError) -> PyetcdctlError:
        """Return our error for a failed call."""
        return error_from(error)

    def close(self) -> None:
        """End the connection; a later call opens a new one."""
        if self._opened_route is not None:
            self._opened_route.close()
            self._opened_route = None

    @property
    def _route(self) -> Route:
        if self._opened_route is None:
            self._opened_route = Route(self.settings)
        return self._opened_route

    def _channel(self, deadline: Deadline) -> grpc.Channel:
        channel = None if deadline.expired else self._route.channel(deadline)
        if channel is None:
            raise deadline_exceeded()
        return channel

    def _recover(
        self, error: grpc.RpcError, deadline: Deadline, attempt: int, *, repeatable: bool
    ) -> None:
        """Return if the call may be made again, or raise what its failure means."""
        if never_left(error):
            if len(self._route.endpoints) == 1 and self._route.ready_channel(deadline) is None:
                raise deadline_exceeded() from error
        elif not (repeatable and code_name(error) == "UNAVAILABLE") or attempt >= MAX_ATTEMPTS:
            raise self.translate(error) from error
        self._route.leave()
        pause = backoff_before(attempt, len(self._route.endpoints))
        sleep(min(pause, deadline.remaining() or pause))

    def _check_size(self, request: bytes) -> None:
        limit = self.settings.max_request_bytes or DEFAULT_MAX_REQUEST_BYTES
        if len(request) > limit:
            details = f"trying to send message larger than max ({len(request)} vs. {limit})"
            raise CallFailed(
                go_text("RESOURCE_EXHAUSTED", details), code="RESOURCE_EXHAUSTED", details=details
            )


class Answer:
    """The answer of a call that is under way."""

    def __init__(self, connection: Connection, pending: grpc.Future) -> None:
        self._connection = connection
        self._pending = pending

    def result(self) -> bytes:
        """Wait for the answer. Raises what the call's failure means."""
        try:
            answer: bytes = self._pending.result()
        except grpc.RpcError as error:
            raise self._connection.translate(error) from error
        return answer

    def cancel(self) -> None:
        """Give the call up."""
        self._pending.cancel()
