"""A member's database as a stream of pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client.status import KNOWN, go_text
from pyetcdctl.errors import CallFailed, DeadlineExceeded, PyetcdctlError, SnapshotFailed
from pyetcdctl.rpc.maintenance import SNAPSHOT, SnapshotRequest, SnapshotResponse
from pyetcdctl.rpc.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.deadline import Deadline


def snapshot_pieces(
    connection: Connection, start: Deadline, stall: float, end: Deadline
) -> Iterator[SnapshotResponse]:
    """Yield the pieces: the first comes by ``start``, each other within ``stall`` seconds.

    ``end`` bounds the whole stream. Raises SnapshotFailed for every failure except errors in the
    settings (certificate files that cannot be read).
    """
    pieces = _Pieces(connection, stall, end)
    request = SnapshotRequest().encode()
    messages = connection.stream(SNAPSHOT, request, deadline=start, patience=stall, end=end)
    try:
        for message in messages:
            yield pieces.take(message)
    except (CallFailed, WireError) as error:
        raise pieces.failure(error) from error


class _Pieces:
    """The bytes received so far, which a failure's message names."""

    def __init__(self, connection: Connection, stall: float, end: Deadline) -> None:
        self._connection = connection
        self._stall = stall
        self._end = end
        self._size = 0
        self._version = ""

    def take(self, message: bytes) -> SnapshotResponse:
        """Read a message. Raises WireError."""
        piece = SnapshotResponse.decode(message)
        self._version = piece.version or self._version
        self._size += len(piece.blob)
        return piece

    def failure(self, error: CallFailed | WireError) -> SnapshotFailed:
        """Return the error: no data was received, no more data, or less than all."""
        advice = error.advice if isinstance(error, PyetcdctlError) else ()
        if not self._size:
            return SnapshotFailed(_in_full(error), *advice)
        if isinstance(error, DeadlineExceeded) and not self._end.expired:
            return SnapshotFailed(
                f"could not write snapshot: no data for {self._stall:g} s",
                f"{self._connection.endpoint} sent nothing more after {self._size:,} bytes.",
                "Try:  another member, or a longer --stall-timeout",
            )
        return SnapshotFailed(f"could not write snapshot: {error}", *advice)


def _in_full(error: CallFailed | WireError) -> str:
    """Write an error as etcdctl does here: the server's words with the status that they came by."""
    if isinstance(error, CallFailed) and error.message in KNOWN:
        return go_text(error.code, error.details)
    return str(error)
