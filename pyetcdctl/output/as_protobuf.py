"""The ``protobuf`` format: the answer's own bytes, nothing around them."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

from pyetcdctl.output import unsupported
from pyetcdctl.results import AuthResult, ClusterResult, LeaseGone, LeaseLife, LeaseRevoked, Listing
from pyetcdctl.rpc.kv import RangeResponse
from pyetcdctl.rpc.lease import LeaseAnswer
from pyetcdctl.rpc.watch import WatchHead, WatchResponse
from pyetcdctl.rpc.wire import Message

if TYPE_CHECKING:
    from pyetcdctl.output import Sink
    from pyetcdctl.settings import OutputSettings


@singledispatch
def render(result: Any, out: Sink, settings: OutputSettings) -> None:
    """Write the result as one serialized message."""
    raise unsupported("protobuf")


@render.register(Message)
def _message(result: Message, out: Sink, settings: OutputSettings) -> None:
    out.write(result.encode())


@render.register(LeaseAnswer)
def _lease_answer(result: LeaseAnswer, out: Sink, settings: OutputSettings) -> None:
    out.write(result.header.encode())  # all that etcdctl shows of it


@render.register(LeaseLife)
@render.register(LeaseRevoked)
def _about_lease(result: LeaseLife | LeaseRevoked, out: Sink, settings: OutputSettings) -> None:
    render(result.response, out, settings)


@render.register(LeaseGone)
def _lease_gone(result: LeaseGone, out: Sink, settings: OutputSettings) -> None:
    """Say nothing."""


@render.register(Listing)
def _listing(result: Listing, out: Sink, settings: OutputSettings) -> None:
    reading = result.reading
    out.write(RangeResponse(header=reading.header).encode())
    for page in reading.pages():
        out.write(page.encoded_entries)
        out.flush()
    out.write(RangeResponse(more=reading.more, count=reading.count).encode())


@render.register(WatchResponse)
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


@render.register(ClusterResult)
def _cluster(result: ClusterResult, out: Sink, settings: OutputSettings) -> None:
    """A report about several endpoints is no single message."""
    response: Any = getattr(result, "response", None)
    if response is None:
        raise unsupported("protobuf")
    out.write(response.SerializeToString())


@render.register(AuthResult)
def _auth(result: AuthResult, out: Sink, settings: OutputSettings) -> None:
    render(result.response, out, settings)
