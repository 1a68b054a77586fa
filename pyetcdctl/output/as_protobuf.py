"""The ``protobuf`` format: the bytes of the response, and nothing else."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

from pyetcdctl.cluster_results import AuthResult, ClusterResult
from pyetcdctl.escaping import terminal_safe
from pyetcdctl.output import is_registered, unsupported
from pyetcdctl.results import LeaseGone, LeaseLife, LeaseRevoked, Listing
from pyetcdctl.rpc.kv import RangeResponse, ResponseHeader
from pyetcdctl.rpc.lease import LeaseResponse
from pyetcdctl.rpc.watch import WatchHead, WatchResponse
from pyetcdctl.rpc.wire import Message, WireError, read_varint

if TYPE_CHECKING:
    from pyetcdctl.output import Sink
    from pyetcdctl.settings import OutputSettings

_HEADER = b"\x0a"  # field 1, of a length


def render(result: Any, out: Sink, settings: OutputSettings) -> None:
    """Write the result as one serialized message; on a terminal its keys and values are escaped."""
    _write(result, _Terminal(out) if settings.terminal else out, settings)


def can_show(kind: type) -> bool:
    """Return whether a result of this type is one message of etcd's API."""
    if issubclass(kind, ClusterResult):
        return "response" in kind.field_names
    return is_registered(_write, kind)


class _Terminal:
    """A sink on a terminal that does not escape the header of a response.

    Programs that run etcdctl in a terminal search for its bytes, and it holds four numbers of the
    server, no text.
    """

    def __init__(self, out: Sink) -> None:
        self._out = out
        self._is_begun = False
        self.flush = out.flush
        self.safe = out.safe

    def write(self, data: bytes) -> None:
        """Write data, escaped but for the header."""
        end = 0 if self._is_begun else _end_of_header(data)
        self._is_begun = True
        self.safe(data[:end] + terminal_safe(data[end:]))


def _end_of_header(data: bytes) -> int:
    """Return the end of a response's header; 0 where it has none."""
    if data[:1] != _HEADER:
        return 0
    try:
        length, start = read_varint(data, 1)
        header = data[start : start + length]
        is_one = ResponseHeader.decode(header).encode() == header
    except WireError:
        return 0
    return start + length if is_one else 0


@singledispatch
def _write(result: Any, out: Sink, settings: OutputSettings) -> None:
    raise unsupported("protobuf")


@_write.register(Message)
def _message(result: Message, out: Sink, settings: OutputSettings) -> None:
    out.write(result.encode())


@_write.register(LeaseResponse)
def _lease_response(result: LeaseResponse, out: Sink, settings: OutputSettings) -> None:
    out.write(result.header.encode())  # all that etcdctl shows of it


@_write.register(LeaseLife)
@_write.register(LeaseRevoked)
def _about_lease(result: LeaseLife | LeaseRevoked, out: Sink, settings: OutputSettings) -> None:
    _write(result.response, out, settings)


@_write.register(LeaseGone)
def _lease_gone(result: LeaseGone, out: Sink, settings: OutputSettings) -> None:
    """Print nothing."""


@_write.register(Listing)
def _listing(result: Listing, out: Sink, settings: OutputSettings) -> None:
    reading = result.reading
    out.write(RangeResponse(header=reading.header).encode())
    for page in reading.pages():
        out.write(page.encoded_entries)
        out.flush()
    out.write(RangeResponse(more=reading.more, count=reading.count).encode())


@_write.register(WatchResponse)
def _watched(result: WatchResponse, out: Sink, settings: OutputSettings) -> None:
    head = WatchHead(
        header=result.header,
        created=result.created,
        canceled=result.canceled,
        compact_revision=result.compact_revision,
    )
    out.write(head.encode())
    for batch in result.batches:
        out.write(batch.encoded)


@_write.register(ClusterResult)
def _cluster(result: ClusterResult, out: Sink, settings: OutputSettings) -> None:
    """Refuse a report about several endpoints: it is not a single message."""
    response: Any = getattr(result, "response", None)
    if response is None:
        raise unsupported("protobuf")
    out.write(response.SerializeToString())


@_write.register(AuthResult)
def _auth(result: AuthResult, out: Sink, settings: OutputSettings) -> None:
    _write(result.response, out, settings)
