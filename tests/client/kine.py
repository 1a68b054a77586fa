"""Stand-ins for kine, which serves etcd's API over SQL: an old and a newer release of it.

Both name no cluster and refuse transactions that only read, and sorted ranges. The old one takes
any range end for the end of a folder, leaves the start out, and knows neither ``keys_only`` nor
``serializable``; the newer one knows etcd's NUL for no end only together with the first key. They
watch from any revision on, claim a release of etcd, and their KeyValues have no version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc

from pyetcdctl.rpc import etcdserverpb_pb2 as api
from pyetcdctl.rpc.mvccpb_pb2 import Event, KeyValue

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

REVISION = 1000


class Kine:
    """What both releases do; the subclasses know which keys a range has.

    ``events`` are all that ever happened; ``reports_progress`` whether it responds to requests for
    progress, which it leaves out while a watch is behind.
    """

    unknown: tuple[str, ...] = ("sort_order",)

    def __init__(
        self, keys: Sequence[bytes], events: Sequence[Event] = (), *, reports_progress: bool = True
    ) -> None:
        self.keys = sorted(keys)
        self.events = events
        self.reports_progress = reports_progress
        self.requests: list[api.RangeRequest] = []

    def methods(self) -> dict[str, Any]:
        """Return what tests/stand_in.py serves."""
        status = api.StatusResponse(header=api.ResponseHeader(), version="3.6.11")
        return {
            "/etcdserverpb.KV/Range": self._range,
            "/etcdserverpb.KV/Txn": self._txn,
            "/etcdserverpb.Maintenance/Status": lambda *_: status.SerializeToString(),
            "/etcdserverpb.Watch/Watch": self._watch,
        }

    def _range(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        return self.range(api.RangeRequest.FromString(request), context).SerializeToString()

    def _txn(self, request: bytes, context: grpc.ServicerContext) -> None:
        details = "etcdserver: unsupported operations in txn request"
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, details)

    def range(self, request: api.RangeRequest, context: grpc.ServicerContext) -> api.RangeResponse:
        """Respond as kine does: the count is that of the rest, from the start on."""
        self.requests.append(request)
        header = api.ResponseHeader(revision=REVISION)
        self.check(request, context)
        found = self.found(request) if request.range_end else self.single(request.key)
        shown = found[: request.limit] if request.limit else found
        kvs = [] if request.count_only else [self.pair(key, request.keys_only) for key in shown]
        more = len(shown) < len(found)
        return api.RangeResponse(header=header, kvs=kvs, more=more, count=len(found))

    def pair(self, key: bytes, without_value: bool) -> KeyValue:
        """Return a key with a value."""
        value = b"" if without_value else b"value of " + key
        return KeyValue(key=key, value=value, create_revision=1, mod_revision=2, version=1)

    def _watch(self, requests: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        for request in map(api.WatchRequest.FromString, requests):
            header = api.ResponseHeader(revision=REVISION)
            if request.HasField("create_request"):
                yield api.WatchResponse(header=header, created=True).SerializeToString()
                found = self.watched(request.create_request)
                if found:
                    yield api.WatchResponse(header=header, events=found).SerializeToString()
            elif self.reports_progress:
                yield api.WatchResponse(header=header, watch_id=-1).SerializeToString()

    def watched(self, wanted: api.WatchCreateRequest) -> list[Event]:
        """Return the events that a watch is to have at once."""
        end = wanted.range_end or wanted.key + b"\0"
        return [
            each
            for each in self.events
            if wanted.key <= each.kv.key < end and each.kv.mod_revision >= wanted.start_revision
        ]

    def check(self, request: api.RangeRequest, context: grpc.ServicerContext) -> None:
        """Refuse what is not implemented."""
        for name in self.unknown:
            if getattr(request, name):
                context.abort(grpc.StatusCode.UNIMPLEMENTED, f"{name} is not implemented by kine")

    def found(self, request: api.RangeRequest) -> list[bytes]:
        """Return the keys of a range."""
        raise NotImplementedError

    def single(self, key: bytes) -> list[bytes]:
        """Return the key, if it is there."""
        return [key] if key in self.keys else []


class OldKine(Kine):
    """Before its range rewrite."""

    unknown = (*Kine.unknown, "keys_only", "serializable")

    def found(self, request: api.RangeRequest) -> list[bytes]:
        end = request.range_end
        folder = end[:-1] + bytes([(end[-1] - 1) % 256])
        folder = folder if folder.endswith(b"/") else folder + b"/"
        start = request.key.rstrip(b"\0")
        return [key for key in self.keys if key.startswith(folder) and key > start]

    def single(self, key: bytes) -> list[bytes]:
        if key.endswith(b"/"):
            return [each for each in self.keys if each.startswith(key)][:1]
        return super().single(key)


class NewKine(Kine):
    """After its range rewrite."""

    def found(self, request: api.RangeRequest) -> list[bytes]:
        start, end = request.key, request.range_end
        if (start, end) == (b"\0", b"\0"):
            return list(self.keys)
        return [key for key in self.keys if start <= key < end]
