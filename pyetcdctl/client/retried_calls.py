"""Calls over a route to a cluster: with a login, deadlines and retries.

Requests and responses are bytes. Calls are retried by etcdctl's rules: reads when the server was
unavailable, all when the request was certainly not sent.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from time import sleep
from typing import TYPE_CHECKING

import grpc

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.failover import (
    MAX_ATTEMPTS,
    Route,
    backoff_before,
    doubts_about,
    may_repeat,
    with_early_end,
)
from pyetcdctl.client.login import API_VERSION, Login
from pyetcdctl.client.responses import PendingResponse, checked, messages_of
from pyetcdctl.client.status import (
    CERTIFICATE_ADVICE,
    demands_certificate,
    details_of,
    error_from,
    never_left,
    request_too_large,
)
from pyetcdctl.errors import DeadlineExceeded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.client.exchange import Exchange
    from pyetcdctl.client.login import Metadata
    from pyetcdctl.errors import PyetcdctlError
    from pyetcdctl.settings import ConnectionSettings

AUTHENTICATE = "/etcdserverpb.Auth/Authenticate"
DEFAULT_MAX_REQUEST_BYTES = 2 * 1024 * 1024


class RetriedCalls(ABC):
    """Makes calls over ``_route`` with a login, and retries those that may be repeated."""

    def __init__(self, settings: ConnectionSettings, login: Login) -> None:
        self.settings = settings
        self._login = login

    @property
    @abstractmethod
    def _route(self) -> Route:
        """The route to the endpoints; made on first use."""

    def unary(
        self,
        method: str,
        request: bytes,
        *,
        deadline: Deadline,
        repeatable: bool,
        metadata: Metadata = (),
    ) -> bytes:
        """Make one call. ``repeatable`` ones are retried while the server is unavailable."""
        self.check_request(method, request)
        return self._call(method, request, deadline, repeatable=repeatable, also=metadata)

    def stream(
        self,
        method: str,
        request: bytes,
        *,
        deadline: Deadline,
        patience: float | None = None,
        end: Deadline | None = None,
    ) -> Iterator[bytes]:
        """Make a call with many responses. It is not resumed once the first has come.

        The deadline is for the whole call; with ``patience`` for the first response, after which
        each may take so many seconds more, and ``end`` is when all must have come.
        """
        if end is None:
            end = deadline if patience is None else Deadline.never()
        self.check_request(method, request)
        attempts = 0
        while True:
            call = self._channel(deadline).unary_stream(method)(
                request,
                timeout=end.remaining(),
                metadata=self._metadata(deadline),
                wait_for_ready=attempts > 0,
            )
            started = False
            try:
                for message in messages_of(call, deadline, patience):
                    started = True
                    yield checked(message)
            except TimeoutError:
                raise self.too_late() from None
            except grpc.RpcError as error:
                if started:
                    raise self.translate(error) from error
                attempts += 1
                self._recover(error, deadline, attempts, repeatable=False, is_write=False)
            else:
                return
            finally:
                call.cancel()

    def future(
        self, method: str, request: bytes, *, deadline: Deadline, patient: bool = True
    ) -> PendingResponse:
        """Start a call on the endpoint in use; it is repeated only where a new token helps.

        A patient call waits for a connection until the deadline; others fail without one.
        """
        self.check_request(method, request)
        pending = (
            self._channel(deadline)
            .unary_unary(method)
            .future(
                request,
                timeout=deadline.remaining(),
                metadata=self._metadata(deadline),
                wait_for_ready=patient,
            )
        )
        return PendingResponse(
            pending, lambda error: self._retry_with_new_token(error, method, request, deadline)
        )

    def channel(self, deadline: Deadline | None = None) -> grpc.Channel:
        """Return a channel with a live connection, for callers that bring their own stubs."""
        if deadline is None:
            deadline = Deadline.after(self.settings.command_timeout)
        return self._route.ready_channel(deadline)

    def exchange(self, method: str, deadline: Deadline) -> Exchange:
        """Open a bidirectional stream; waits for a server until the deadline."""
        from pyetcdctl.client.exchange import Exchange

        self.check_request(method, b"")

        channel = self.channel(deadline)
        return Exchange(channel, method, self._metadata(deadline), self.translate)

    def too_late(self) -> DeadlineExceeded:
        """Return the error of a command whose deadline has passed, with its cause if found."""
        return self._route.too_late()

    def metadata(self) -> Metadata:
        """Return the metadata of every call; this logs in if need be."""
        return self._metadata(Deadline.after(self.settings.command_timeout))

    def renews_login(self, error: grpc.RpcError) -> bool:
        """Whether a call failed for its token and may be retried with a new one."""
        deadline = Deadline.after(self.settings.command_timeout)
        return self._login.outlasts(error, deadline)

    def log_in_again(self) -> None:
        """Discard the token, so that the next call logs in again.

        For a stream that is reopened: old servers do not report that its token has expired.
        """
        self._login.forget()

    def check_request(self, method: str, request: bytes) -> None:
        """Raise for a call that must not be sent: a write in a read-only context, or a request that
        is too large, with the error of Go's gRPC.
        """
        if self.settings.read_only:
            from pyetcdctl.client.read_only import check_reads

            check_reads(self.settings.read_only, method, request)
        limit = max(0, self.settings.max_request_bytes) or DEFAULT_MAX_REQUEST_BYTES
        if len(request) > limit:
            raise request_too_large(len(request), limit)

    def translate(self, error: grpc.RpcError) -> PyetcdctlError:
        """Return our error for a failed call; one without a response is explained."""
        failure = error_from(error)
        if isinstance(failure, DeadlineExceeded):
            return self.too_late()
        if demands_certificate(error) and self._route.lacks_certificate:
            return failure.with_advice(*failure.advice, *CERTIFICATE_ADVICE)
        return failure

    def _channel(self, deadline: Deadline) -> grpc.Channel:
        return self._route.channel(deadline, self.settings.max_receive_bytes)

    def _call(
        self,
        method: str,
        request: bytes,
        deadline: Deadline,
        *,
        repeatable: bool,
        login: bool = False,
        also: Metadata = (),
    ) -> bytes:
        attempts = 0
        while True:
            metadata = (API_VERSION,) if login else (*self._metadata(deadline), *also)
            call = self._channel(deadline).unary_unary(method)
            try:
                response: bytes = call(
                    request,
                    timeout=deadline.remaining(),
                    metadata=metadata,
                    wait_for_ready=attempts > 0,
                )
            except grpc.RpcError as error:
                attempts += 1
                self._recover(
                    error, deadline, attempts, repeatable=repeatable, is_write=not repeatable
                )
            else:
                if not login:
                    self._login.accepted()
                return checked(response)

    def _recover(
        self,
        error: grpc.RpcError,
        deadline: Deadline,
        attempts: int,
        *,
        repeatable: bool,
        is_write: bool,
    ) -> None:
        """Back off and return if the call may be retried; else raise our error for its failure."""
        if self._login.outlasts(error, deadline) and attempts < MAX_ATTEMPTS:
            return
        if never_left(error):
            if len(self._route.endpoints) == 1 and attempts == 1:
                self._route.give_up_early(deadline, details_of(error))
        elif not may_repeat(error, len(self._route.endpoints), repeatable) or (
            attempts >= MAX_ATTEMPTS
        ):
            left = deadline.remaining()
            failure = with_early_end(self.translate(error), error, left)
            if is_write:
                doubts = doubts_about(error, len(self._route.endpoints), attempts)
                failure = failure.with_advice(*doubts, *failure.advice)
            raise failure from error
        self._route.leave()
        pause = backoff_before(attempts, len(self._route.endpoints))
        sleep(min(pause, deadline.remaining() or pause))

    def _retry_with_new_token(
        self, error: grpc.RpcError, method: str, request: bytes, deadline: Deadline
    ) -> bytes:
        if self._login.outlasts(error, deadline):
            return self._call(method, request, deadline, repeatable=False)
        raise self.translate(error) from error

    def _metadata(self, deadline: Deadline) -> Metadata:
        return self._login.metadata(deadline, self._authenticate)

    def _authenticate(self, request: bytes, deadline: Deadline) -> bytes:
        seconds = self.settings.dial_timeout
        limit = deadline.within(seconds) if seconds > 0 else deadline
        return self._call(AUTHENTICATE, request, limit, repeatable=True, login=True)
