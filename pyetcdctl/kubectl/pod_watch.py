"""A watch by the etcdctl in an etcd pod, with the messages of etcd's API.

One etcdctl runs one watch: its output does not name the watch of a response.
"""

from __future__ import annotations

from collections import deque
from time import sleep
from typing import TYPE_CHECKING

from pyetcdctl.errors import CallFailed, NeedsConnection, ResponseMakesNoSense
from pyetcdctl.kubectl.etcdctl_words import quoted, range_words
from pyetcdctl.kubectl.failures import TRY_DIRECTLY, failure_of
from pyetcdctl.kubectl.streamed_range import StreamedRange
from pyetcdctl.kubectl.watch_frames import WatchFrames
from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.rpc.watch import WatchHead, WatchRequest, WatchResponse
from pyetcdctl.rpc.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from pyetcdctl.kubectl.child import KubectlChild
    from pyetcdctl.kubectl.etcdctl import Etcdctl
    from pyetcdctl.rpc.kv import ResponseHeader
    from pyetcdctl.rpc.watch import WatchCreateRequest

    class Deadline(Protocol):
        """Until when to wait (client/deadline.py)."""

        def remaining(self) -> float | None:
            """Return the seconds that are left; None for no limit."""


SETTLING_SECONDS = END_SECONDS = 0.25
_PROGRESS = b"progress\n"


class PodWatch:
    """``send`` sends a message, iteration receives; any thread may send or close."""

    def __init__(self, etcdctl: Etcdctl) -> None:
        self._etcdctl = etcdctl
        self._child: KubectlChild | None = None
        self._frames = WatchFrames()
        self._waiting: deque[bytes] = deque()
        self._is_serving = False

    def send(self, message: bytes) -> None:
        """Send a request. Raises NeedsConnection for a second watch."""
        request = WatchRequest.decode(message)
        if request.create_request is not None:
            self._create(request.create_request)
        elif self._child is not None:
            self._child.write(_PROGRESS)

    def __iter__(self) -> PodWatch:
        return self

    def __next__(self) -> bytes:
        """Wait for the next response. Raises CallFailed when etcdctl has ended."""
        return self._next(None)

    def first(self, deadline: Deadline, too_late: Callable[[], Exception]) -> bytes:
        """Return the next response; raises ``too_late()`` if none comes by the deadline."""
        try:
            return self._next(deadline.remaining())
        except TimeoutError:
            self.close()
            raise too_late() from None

    def close(self) -> None:
        """End etcdctl by ending its input."""
        if self._child is not None:
            self._child.end_input()

    def _create(self, request: WatchCreateRequest) -> None:
        if self._child is not None:
            raise NeedsConnection("several watches at once need a direct connection", TRY_DIRECTLY)
        header = self._header()
        head = WatchHead(header=header, created=True)
        self._waiting.append(head.encode())
        # Always set, so that changes before etcdctl's watch starts are not lost.
        revision = request.start_revision or header.revision + 1
        self._child = self._etcdctl.started([b"watch", b"-i"])
        self._child.write(_line(request, revision))

    def _header(self) -> ResponseHeader:
        words = range_words(RangeRequest(key=b"health", keys_only=True))
        response = StreamedRange(self._etcdctl.protobuf(words))
        for _ in response.pages():
            pass
        return response.header

    def _next(self, seconds: float | None) -> bytes:
        while not self._waiting:
            if self._child is None:
                raise CallFailed("there is no watch", code="CANCELLED")
            try:
                piece = self._child.piece(END_SECONDS if self._frames.has_end else seconds)
            except TimeoutError:
                if not self._frames.has_end:
                    raise
                return self._frames.rest()
            if not piece:
                raise self._ended(self._child)
            try:
                self._waiting.extend(filter(self._is_settled, self._frames.take(piece)))
            except WireError as error:
                raise ResponseMakesNoSense(error) from error
        return self._waiting.popleft()

    def _is_settled(self, response: bytes) -> bool:
        """Whether a response may be passed on; progress that is reported too early is requested
        again.

        Before 3.5.8 a server reports progress of a watch that it does not serve yet. It has
        registered the watch when etcdctl requests progress, and serves it within 100 ms.
        """
        if self._is_serving or not WatchResponse.parse(response).is_progress:
            return True
        self._is_serving = True
        sleep(SETTLING_SECONDS)
        if self._child is not None:
            self._child.write(_PROGRESS)
        return False

    def _ended(self, child: KubectlChild) -> Exception:
        """Return the error for an etcdctl that has ended; the watch may be resumed with another."""
        code = child.wait()
        self._etcdctl.forget(child)
        failure = failure_of(child.messages, self._etcdctl.pod.full_name)
        if code and isinstance(failure, CallFailed):
            failure.code = "UNAVAILABLE"
        return failure


def _line(request: WatchCreateRequest, revision: int) -> bytes:
    """Return the line of ``watch -i``; it accepts no key that looks like a flag."""
    if request.key.startswith(b"-"):
        raise NeedsConnection("a key that begins with - needs a direct connection", TRY_DIRECTLY)
    words = ["watch", f"--rev={revision}", *(["--prev-kv"] if request.prev_kv else [])]
    words += [quoted(request.key), *([quoted(request.range_end)] if request.range_end else [])]
    return f"{' '.join(words)}\n".encode()
