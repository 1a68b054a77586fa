"""A gRPC service over the connection, with our errors.

etcd3 turns a few status codes into exceptions that lose the server's words, and lets the others
through as gRPC's. Its methods call their stubs by name, so stubs that raise our errors are the one
place where all of them can be caught.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import grpc

from pyetcdctl.client.status import never_left

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.errors import PyetcdctlError


class SharedChannel:
    """The channel of all services of a client. After its connection is lost, another is made."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._channel: grpc.Channel | None = None
        self._lock = threading.Lock()

    def current(self) -> grpc.Channel:
        """Return the channel in use; the first call and the one after a loss wait for a server."""
        with self._lock:
            if self._channel is None:
                self._channel = self._connection.channel()
            return self._channel

    def metadata(self) -> tuple[tuple[str, str], ...]:
        """Return what goes with every call now."""
        return self._connection.metadata()

    def check(self, service: str, method: str, request: Any) -> None:
        """Raise for a call that is not to be sent."""
        if self._connection.settings.read_only:
            # A stream begins with an iterator of requests.
            encode = getattr(request, "SerializeToString", bytes)
            self._connection.check_request(f"/{service}/{method}", encode())

    def recovers(self, channel: grpc.Channel, error: grpc.RpcError) -> bool:
        """Prepare for the next call after a failure; return whether the same call may be retried.

        A lost server's channel is dropped, a token that is not valid any more is replaced.
        """
        with self._lock:
            if error.code() is grpc.StatusCode.UNAVAILABLE and self._channel is channel:
                self._channel = None
        return never_left(error) or self._connection.renews_login(error)

    def failure(self, error: grpc.RpcError) -> PyetcdctlError:
        """Return our error for a failed call."""
        return self._connection.translate(error)


class Service:
    """Stands in for a generated stub: its methods are the stub's."""

    def __init__(self, stub: type[Any], channel: SharedChannel) -> None:
        self.stub = stub
        self.name = f"etcdserverpb.{stub.__name__.removesuffix('Stub')}"
        self.channel = channel

    def __getattr__(self, method: str) -> Method:
        return Method(self, method)


class Method:
    """Stands in for a method of a generated stub."""

    def __init__(self, service: Service, name: str) -> None:
        self._service = service
        self._name = name

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Make the call; once more where the server certainly did not act on it."""
        channel = self._service.channel
        channel.check(self._service.name, self._name, arguments[0])
        used = channel.current()
        try:
            return self._send(used, arguments, options)
        except grpc.RpcError as error:
            if not channel.recovers(used, error):
                raise channel.failure(error) from error
        try:
            options["metadata"] = channel.metadata()
            return self._send(channel.current(), arguments, options)
        except grpc.RpcError as error:
            raise channel.failure(error) from error

    def _send(
        self, channel: grpc.Channel, arguments: tuple[Any, ...], options: dict[str, Any]
    ) -> Any:
        response = getattr(self._service.stub(channel), self._name)(*arguments, **options)
        if isinstance(response, grpc.Call):
            return ResponseStream(response, lambda error: self._stream_failure(channel, error))
        return response

    def _stream_failure(self, channel: grpc.Channel, error: grpc.RpcError) -> PyetcdctlError:
        self._service.channel.recovers(channel, error)
        return self._service.channel.failure(error)


class ResponseStream:
    """A stream of responses."""

    def __init__(self, stream: Any, failure: Callable[[grpc.RpcError], PyetcdctlError]) -> None:
        self._stream = stream
        self._failure = failure

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        try:
            return next(self._stream)
        except grpc.RpcError as error:
            raise self._failure(error) from error

    def cancel(self) -> None:
        """End the stream from this side."""
        self._stream.cancel()
