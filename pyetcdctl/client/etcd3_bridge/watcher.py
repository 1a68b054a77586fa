"""etcd3's watcher, with an end: of its stream, of its thread, and of a watch that etcd cancels."""

from __future__ import annotations

import contextlib
import queue
import threading
from typing import TYPE_CHECKING, Any

from pyetcdctl.client.etcd3_bridge.etcd3_package import (
    Watcher,
    WatchTimedOut,
    deliver,
    requests_from,
)
from pyetcdctl.client.status import COMPACTED, deadline_exceeded
from pyetcdctl.errors import PyetcdctlError, WatchCanceled

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.etcd3_bridge.service import ResponseStream, Service

PENDING_REQUESTS = 10


class EtcdWatcher(Watcher):  # type: ignore[misc]  # etcd3 has no types
    """Several watches over one stream, which a thread reads while there are any.

    The base class opens a new stream whenever one fails, as fast as it can, until the process ends.
    Here a stream that ends ends its watches, each with the reason; the next watch opens another.
    """

    def __init__(self, service: Service, connection: Connection) -> None:
        super().__init__(service, timeout=connection.settings.command_timeout)
        self._connection = connection
        self._stream: ResponseStream | None = None
        self._closed = False

    def add_callback(self, *arguments: Any, **options: Any) -> int:
        """Start a watch and return its id; responses, then one error, go to the callback."""
        try:
            return int(super().add_callback(*arguments, **options))
        except WatchTimedOut:
            raise deadline_exceeded() from None

    def close(self) -> None:
        """End all watches and wait for the thread."""
        self._closed = True
        thread = self._callback_thread
        if self._stream is not None:
            self._stream.cancel()
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _run(self) -> None:
        try:
            self._read_stream(requests_from(self._request_queue))
            self._end(WatchCanceled("watch was canceled (the server ended the stream)"))
        except PyetcdctlError as error:
            self._end(error)

    def _read_stream(self, requests: Any) -> None:
        metadata = self._connection.metadata()
        self._stream = stream = self._watch_stub.Watch(requests, metadata=metadata)
        if self._closed:
            stream.cancel()
        for response in stream:
            self._handle_response(response)

    def _end(self, reason: PyetcdctlError) -> None:
        with self._lock:
            self._refuse_new_watch(reason)
            callbacks = self._callbacks
            self._callbacks: dict[int, Callable[[object], None]] = {}
            # gRPC's sender still waits on the old queue. When that is full, it is not waiting.
            with contextlib.suppress(queue.Full):
                self._request_queue.put_nowait(None)
            self._request_queue: queue.Queue[object] = queue.Queue(PENDING_REQUESTS)
            self._stream = self._callback_thread = None
        for callback in callbacks.values():
            deliver(callback, reason)

    def _refuse_new_watch(self, reason: PyetcdctlError) -> None:
        if self._new_watch:
            self._new_watch.err = reason
            self._new_watch_cond.notify_all()

    def _handle_response(self, response: Any) -> None:
        """End a watch that etcd canceled; the base class leaves it waiting forever."""
        if not response.canceled:
            super()._handle_response(response)
            return
        with self._lock:
            if response.created:
                self._refuse_new_watch(_cancellation(response))
                return
            callback = self._callbacks.pop(response.watch_id, None)
        if callback:
            deliver(callback, _cancellation(response))


def _cancellation(response: Any) -> WatchCanceled:
    reason = COMPACTED if response.compact_revision else response.cancel_reason
    return WatchCanceled(f"watch was canceled ({reason})")
