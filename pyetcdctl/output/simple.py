"""The ``simple`` format: etcdctl's plain lines."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

from pyetcdctl.cluster_results import AuthResult, ClusterResult, DirectoryRanking, Examination
from pyetcdctl.escaping import hex_escaped, terminal_safe
from pyetcdctl.file_results import LogListing, SnapshotCheck, SnapshotStatus
from pyetcdctl.output import is_registered, unsupported
from pyetcdctl.output.listing import plain_lines, write_response
from pyetcdctl.results import (
    DecodedResponse,
    Differences,
    ExportLines,
    KeyChanges,
    KeyHistory,
    KeyTree,
    LeaseGone,
    LeaseLife,
    LeaseRevoked,
    Listing,
    SpaceUse,
    TransferRows,
    WriteRates,
)
from pyetcdctl.rpc.kv import DeleteRangeResponse, PutResponse, RangeResponse
from pyetcdctl.rpc.lease import LeaseGrantResponse, LeaseKeepAliveResponse, LeasesResponse
from pyetcdctl.rpc.txn import TxnResponse
from pyetcdctl.rpc.watch import WatchResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.output import Sink
    from pyetcdctl.rpc.kv import KeyValue
    from pyetcdctl.rpc.wire import Message
    from pyetcdctl.settings import OutputSettings

    Shown = Callable[[bytes], bytes]


@singledispatch
def render(result: Any, out: Sink, settings: OutputSettings) -> None:
    """Write the result as etcdctl's plain text."""
    raise unsupported("simple")


def can_show(kind: type) -> bool:
    """Return whether the format shows results of this type."""
    return is_registered(render, kind)


@render.register(Listing)
def _listing(result: Listing, out: Sink, settings: OutputSettings) -> None:
    if result.decoding and not result.keys_only:
        from pyetcdctl.output.decoded import write_decoded

        write_decoded(result, result.decoding, out, settings)
        return
    shown = _shown(settings)
    for page in result.reading.pages():
        out.write(plain_lines(page, result, shown))
        out.flush()


@render.register(LogListing)
def _log(result: LogListing, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.log_lines import write_lines

    write_lines(result, out, settings)


@render.register(ExportLines)
def _export(result: ExportLines, out: Sink, settings: OutputSettings) -> None:
    for piece in result.pieces:
        out.write(terminal_safe(piece) if settings.terminal else piece)


@render.register(TransferRows)
def _changes(result: TransferRows, out: Sink, settings: OutputSettings) -> None:
    shown = _shown(settings) or bytes
    for change in result.rows:
        revision = f"revision {change.revision}" if change.revision else ""
        remark = "; ".join(filter(None, (revision, change.remark)))
        remark = f"  ({remark})" if remark else ""
        out.write(b"%b %b%b\n" % (change.mark.encode(), shown(change.key), remark.encode()))


@render.register(KeyChanges)
def _key_changes(result: KeyChanges, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.key_changes import write_text

    write_text(result, out, settings)


@render.register(DecodedResponse)
def _decoded(result: DecodedResponse, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.decoded import write_decoded

    write_decoded(result, result.decoding, out, settings)


@render.register(DeleteRangeResponse)
@render.register(PutResponse)
@render.register(RangeResponse)
@render.register(TxnResponse)
def _response(result: Message, out: Sink, settings: OutputSettings) -> None:
    shown = _shown(settings) or bytes

    def pair(kv: KeyValue) -> None:
        out.write(b"%b\n%b\n" % (shown(kv.key), shown(kv.value)))

    write_response(result, out, pair)


@render.register(KeyTree)
def _tree(result: KeyTree, out: Sink, settings: OutputSettings) -> None:
    if settings.terminal:
        from pyetcdctl.output.tree_drawing import draw

        draw(result, out, settings)
    else:
        from pyetcdctl.output.tree import write_lines

        write_lines(result, out)


@render.register(LeaseGrantResponse)
def _granted(result: LeaseGrantResponse, out: Sink, settings: OutputSettings) -> None:
    out.write(b"lease %016x granted with TTL(%ds)\n" % (result.ID, result.TTL))


@render.register(LeaseRevoked)
def _revoked(result: LeaseRevoked, out: Sink, settings: OutputSettings) -> None:
    out.write(b"lease %016x revoked\n" % result.lease)


@render.register(LeaseKeepAliveResponse)
def _kept_alive(result: LeaseKeepAliveResponse, out: Sink, settings: OutputSettings) -> None:
    out.write(b"lease %016x keepalived with TTL(%d)\n" % (result.ID, result.TTL))


@render.register(LeaseGone)
def _lease_gone(result: LeaseGone, out: Sink, settings: OutputSettings) -> None:
    out.write(b"lease %016x expired or revoked.\n" % result.lease)


@render.register(LeaseLife)
def _lease_life(result: LeaseLife, out: Sink, settings: OutputSettings) -> None:
    life = result.response
    if life.TTL == -1 and not life.grantedTTL:
        out.write(b"lease %016x already expired\n" % life.ID)
        return
    keys = b""
    if result.with_keys:
        shown = terminal_safe if settings.terminal else bytes
        keys = b", attached keys([%b])" % b" ".join(map(shown, life.keys or ()))
    figures = (life.ID, life.grantedTTL, life.TTL, keys)
    out.write(b"lease %016x granted with TTL(%ds), remaining(%ds)%b\n" % figures)


@render.register(LeasesResponse)
def _leases(result: LeasesResponse, out: Sink, settings: OutputSettings) -> None:
    out.write(b"found %d leases\n" % len(result.leases))
    out.write(b"".join(b"%016x\n" % each.id for each in result.leases))


@render.register(WatchResponse)
def _watched(result: WatchResponse, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.events import plain_events

    out.write(plain_events(result, _shown(settings)))


@render.register(ClusterResult)
def _cluster(result: ClusterResult, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.cluster_text import text_of

    data = text_of(result).encode("utf-8", "surrogateescape")
    out.write(terminal_safe(data) if settings.terminal else data)


@render.register(DirectoryRanking)
def _ranking(result: DirectoryRanking, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.directories import ranking_text

    data = ranking_text(result)
    out.write(terminal_safe(data) if settings.terminal else data)


@render.register(Examination)
def _examination(result: Examination, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.findings import lines_of

    for line in lines_of(result.report):
        out.safe(line.data(safe=settings.terminal, coloured=settings.colour))


@render.register(Differences)
def _differences(result: Differences, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.differences import write_text

    write_text(result, out, settings)


@render.register(WriteRates)
def _write_rates(result: WriteRates, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.write_rates import write_lines, write_table

    if settings.terminal:
        write_table(result, out, settings)
    else:
        write_lines(result, out)
    out.flush()


@render.register(KeyHistory)
def _history(result: KeyHistory, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.history import write_text

    write_text(result, out, settings)


@render.register(SpaceUse)
def _space(result: SpaceUse, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.space import draw, write_lines

    if settings.terminal:
        draw(result, out, settings)
    else:
        write_lines(result, out)


@render.register(SnapshotCheck)
def _snapshot_check(result: SnapshotCheck, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.snapshots import check_lines

    for line in check_lines(result, settings):
        out.write(line.encode("utf-8", "surrogateescape") + b"\n")


@render.register(SnapshotStatus)
def _snapshot(result: SnapshotStatus, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.snapshots import figures

    out.write(f"{', '.join(figures(result))}\n".encode())


@render.register(AuthResult)
def _auth(result: AuthResult, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.auth import text_of

    data = text_of(result)
    out.write(terminal_safe(data) if settings.terminal else data)


def _shown(settings: OutputSettings) -> Shown | None:
    if settings.hex:
        return hex_escaped
    return terminal_safe if settings.terminal else None
