"""The ``fields`` format: one ``"Name" : value`` a line, as etcdctl names the fields."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

from pyetcdctl.cluster_results import AuthResult, ClusterResult
from pyetcdctl.escaping import terminal_safe
from pyetcdctl.file_results import SnapshotStatus
from pyetcdctl.output import is_registered, unsupported
from pyetcdctl.output.quoting import go_quoted
from pyetcdctl.results import LeaseGone, LeaseLife, LeaseRevoked, Listing
from pyetcdctl.rpc.kv import (
    DeleteRangeResponse,
    KeyValue,
    PutResponse,
    RangeResponse,
    ResponseHeader,
)
from pyetcdctl.rpc.lease import LeaseGrantResponse, LeaseKeepAliveResponse, LeasesResponse
from pyetcdctl.rpc.txn import TxnResponse
from pyetcdctl.rpc.watch import WatchResponse

if TYPE_CHECKING:
    from pyetcdctl.output import Sink
    from pyetcdctl.settings import OutputSettings


@singledispatch
def render(result: Any, out: Sink, settings: OutputSettings) -> None:
    """Write the result field by field."""
    raise unsupported("fields")


def can_show(kind: type) -> bool:
    """Return whether the format shows results of this type."""
    if issubclass(kind, ClusterResult):
        from pyetcdctl.output.cluster_fields import fields_of as cluster_fields

        return is_registered(cluster_fields, kind)
    if issubclass(kind, AuthResult):
        from pyetcdctl.output.auth import fields_of as auth_fields

        return is_registered(auth_fields, kind)
    return is_registered(render, kind)


@render.register(Listing)
def _listing(result: Listing, out: Sink, settings: OutputSettings) -> None:
    out.write(header_lines(result.reading.header, settings).encode())
    for page in result.reading.pages():
        for entry in page.entries:
            out.write(kv_lines(KeyValue.decode(entry), settings).encode())
        out.flush()
    out.write(_totals(result.reading.more, result.reading.count).encode())


@render.register(RangeResponse)
def _range(result: RangeResponse, out: Sink, settings: OutputSettings) -> None:
    out.write(header_lines(result.header, settings).encode())
    for kv in result.kvs:
        out.write(kv_lines(kv, settings).encode())
    out.write(_totals(result.more, result.count).encode())


@render.register(PutResponse)
def _put(result: PutResponse, out: Sink, settings: OutputSettings) -> None:
    out.write(header_lines(result.header, settings).encode())
    if result.prev_kv is not None:
        out.write(kv_lines(result.prev_kv, settings, "Prev").encode())


@render.register(DeleteRangeResponse)
def _deleted(result: DeleteRangeResponse, out: Sink, settings: OutputSettings) -> None:
    out.write(header_lines(result.header, settings).encode())
    out.write(f'"Deleted" : {result.deleted}\n'.encode())
    for kv in result.prev_kvs:
        out.write(kv_lines(kv, settings, "Prev").encode())


@render.register(TxnResponse)
def _txn(result: TxnResponse, out: Sink, settings: OutputSettings) -> None:
    out.write(header_lines(result.header, settings).encode())
    out.write(b'"Succeeded" : %b\n' % (b"true" if result.succeeded else b"false"))
    for response in result.responses:
        render(response.response, out, settings)


@render.register(LeaseGrantResponse)
@render.register(LeaseKeepAliveResponse)
def _lease(
    result: LeaseGrantResponse | LeaseKeepAliveResponse, out: Sink, settings: OutputSettings
) -> None:
    header = header_lines(result.header, settings)
    out.write(f'{header}{_lease_line(result.ID, settings)}"TTL" : {result.TTL}\n'.encode())


@render.register(LeaseRevoked)
def _lease_revoked(result: LeaseRevoked, out: Sink, settings: OutputSettings) -> None:
    out.write(header_lines(result.response.header, settings).encode())


@render.register(LeaseLife)
def _lease_life(result: LeaseLife, out: Sink, settings: OutputSettings) -> None:
    life = result.response
    out.write(header_lines(life.header, settings).encode())
    out.write(_lease_line(life.ID, settings).encode())
    out.write(f'"TTL" : {life.TTL}\n"GrantedTTL" : {life.grantedTTL}\n'.encode())
    for key in life.keys or ():
        out.write(f'"Key" : {go_quoted(key)}\n'.encode())


@render.register(LeasesResponse)
def _leases(result: LeasesResponse, out: Sink, settings: OutputSettings) -> None:
    out.write(header_lines(result.header, settings).encode())
    for each in result.leases:
        out.write(_lease_line(each.id, settings).encode())


@render.register(LeaseGone)
def _lease_gone(result: LeaseGone, out: Sink, settings: OutputSettings) -> None:
    """Print nothing."""


@render.register(WatchResponse)
def _watched(result: WatchResponse, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.events import key_values

    out.write(header_lines(result.header, settings).encode())
    for name, before, now in key_values(result):
        previous = "" if before is None else kv_lines(before, settings, "Prev")
        out.write(f'"Type" : {name}\n{previous}{kv_lines(now, settings)}'.encode())


@render.register(ClusterResult)
def _cluster(result: ClusterResult, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.cluster_fields import fields_of

    data = fields_of(result, settings).encode("utf-8", "surrogateescape")
    out.write(terminal_safe(data) if settings.terminal else data)


@render.register(AuthResult)
def _auth(result: AuthResult, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.auth import fields_of

    header = header_lines(result.response.header, settings)
    out.write((header + fields_of(result)).encode("utf-8", "surrogateescape"))


def _lease_line(lease: int, settings: OutputSettings) -> str:
    return f'"ID" : {lease:016x}\n' if settings.hex else f'"ID" : {lease}\n'


@render.register(SnapshotStatus)
def _snapshot(result: SnapshotStatus, out: Sink, settings: OutputSettings) -> None:
    text = (
        f'"Hash" : {result.hash}\n"Revision" : {result.revision}\n"Keys" : {result.keys}\n'
        f'"Size" : {result.size}\n"Version" : {result.version}\n'
    )
    out.write(text.encode())


def _totals(more: bool, count: int) -> str:
    return f'"More" : {"true" if more else "false"}\n"Count" : {count}\n'


def header_lines(header: ResponseHeader, settings: OutputSettings) -> str:
    """Return the header's lines; a revision of 0 (calls outside the key space) has none."""
    base = "x" if settings.hex else "d"
    revision = f'"Revision" : {header.revision}\n' if header.revision > 0 else ""
    return (
        f'"ClusterID" : {header.cluster_id:{base}}\n"MemberID" : {header.member_id:{base}}\n'
        f'{revision}"RaftTerm" : {header.raft_term}\n'
    )


def kv_lines(kv: KeyValue, settings: OutputSettings, prefix: str = "") -> str:
    """Return a key's lines; ``prefix`` is ``Prev`` for the previous value."""
    lease = f"{kv.lease & 0xFFFFFFFFFFFFFFFF:016x}" if settings.hex else str(kv.lease)
    return (
        f'"{prefix}Key" : {go_quoted(kv.key)}\n'
        f'"{prefix}CreateRevision" : {kv.create_revision}\n'
        f'"{prefix}ModRevision" : {kv.mod_revision}\n'
        f'"{prefix}Version" : {kv.version}\n'
        f'"{prefix}Value" : {go_quoted(kv.value)}\n'
        f'"{prefix}Lease" : {lease}\n'
    )
