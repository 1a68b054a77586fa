"""The ``json`` format: one line, as Go's encoding/json writes etcd's structures.

Bytes are base64, numbers bare, empty fields left out; fields stand in the order of their numbers,
but a KeyValue has its value before its lease.
"""

from __future__ import annotations

from binascii import b2a_base64
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from pyetcdctl.cluster_results import AuthResult, ClusterResult, DirectoryRanking, Examination
from pyetcdctl.file_results import SnapshotCheck, SnapshotStatus
from pyetcdctl.output import is_registered, unsupported
from pyetcdctl.output.listing import json_entries
from pyetcdctl.output.quoting import json_string
from pyetcdctl.results import (
    KeyHistory,
    KeyTree,
    LeaseGone,
    LeaseLife,
    LeaseRevoked,
    Listing,
    SpaceUse,
    WriteRates,
)
from pyetcdctl.rpc.lease import LeaseResponse
from pyetcdctl.rpc.watch import WatchResponse
from pyetcdctl.rpc.wire import Field, Message

if TYPE_CHECKING:
    from pyetcdctl.output import Sink
    from pyetcdctl.settings import OutputSettings


@singledispatch
def render(result: Any, out: Sink, settings: OutputSettings) -> None:
    """Write the result as one line of JSON."""
    raise unsupported("json")


def can_show(kind: type) -> bool:
    """Return whether the format shows results of this type."""
    return is_registered(render, kind)


@render.register(Message)
def _message(result: Message, out: Sink, settings: OutputSettings) -> None:
    out.write(json_object(result).encode() + b"\n")


@render.register(LeaseResponse)
def _lease_response(result: LeaseResponse, out: Sink, settings: OutputSettings) -> None:
    header = json_object(result.header)[1:-1]
    members = [header] if header else []
    for field in result.FIELDS[1:]:
        value = getattr(result, field.name)
        text = "null" if value is None else _json_value(field, value)
        members.append(f'"{result.SHOWN_AS.get(field.name, field.name)}":{text}')
    out.write(f"{{{','.join(members)}}}\n".encode())


@render.register(LeaseLife)
@render.register(LeaseRevoked)
def _about_lease(result: LeaseLife | LeaseRevoked, out: Sink, settings: OutputSettings) -> None:
    render(result.response, out, settings)


@render.register(LeaseGone)
def _lease_gone(result: LeaseGone, out: Sink, settings: OutputSettings) -> None:
    """Print nothing."""


@render.register(Listing)
def _listing(result: Listing, out: Sink, settings: OutputSettings) -> None:
    reading = result.reading
    out.write(b'{"header":%b' % json_object(reading.header).encode())
    before = b',"kvs":['
    for page in reading.pages():
        out.write(before)
        out.write(b",".join(json_entries(page.records())))
        before = b","
        out.flush()
    end = b"]" if before == b"," else b""
    more = b',"more":true' if reading.more else b""
    count = b',"count":%d' % reading.count if reading.count else b""
    out.write(b"%b%b%b}\n" % (end, more, count))


@render.register(KeyTree)
def _tree(result: KeyTree, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.tree import write_json

    write_json(result, out)


@render.register(WatchResponse)
def _watched(result: WatchResponse, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.events import json_response

    out.write(json_response(result))


@render.register(ClusterResult)
def _cluster(result: ClusterResult, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.cluster_json import json_of

    out.write(json_of(result, settings.hex).encode("utf-8", "surrogateescape") + b"\n")


@render.register(DirectoryRanking)
def _ranking(result: DirectoryRanking, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.directories import ranking_json

    out.write(ranking_json(result).encode("utf-8", "surrogateescape") + b"\n")


@render.register(Examination)
def _examination(result: Examination, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.findings import json_of

    out.write(json_of(result.report).encode("utf-8", "surrogateescape") + b"\n")


@render.register(WriteRates)
def _write_rates(result: WriteRates, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.write_rates import json_of

    out.write(json_of(result).encode("utf-8", "surrogateescape"))


@render.register(KeyHistory)
def _history(result: KeyHistory, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.history import json_of

    out.write(json_of(result).encode("utf-8", "surrogateescape"))


@render.register(SpaceUse)
def _space(result: SpaceUse, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.space import json_of

    out.write(json_of(result).encode("utf-8", "surrogateescape") + b"\n")


@render.register(SnapshotCheck)
def _snapshot_check(result: SnapshotCheck, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.snapshots import check_json

    out.write(check_json(result).encode() + b"\n")


@render.register(SnapshotStatus)
def _snapshot(result: SnapshotStatus, out: Sink, settings: OutputSettings) -> None:
    text = (
        f'{{"hash":{result.hash},"revision":{result.revision},"totalKey":{result.keys},'
        f'"totalSize":{result.size},"version":{json_string(result.version)}}}\n'
    )
    out.write(text.encode())


@render.register(AuthResult)
def _auth(result: AuthResult, out: Sink, settings: OutputSettings) -> None:
    render(result.response, out, settings)


def json_object(message: Message) -> str:
    """Return a message as Go's encoding/json writes it."""
    members = []
    for field in message.FIELDS:
        value = message.__dict__.get(field.name)
        if value or (field.kind == "message" and isinstance(value, Message)):
            members.append(f'"{field.name}":{_json_value(field, value)}')
    text = f"{{{','.join(members)}}}"
    return f'{{"{message.ONEOF}":{text}}}' if message.ONEOF else text


def _json_value(field: Field, value: Any) -> str:
    if field.repeated:
        return f"[{','.join(_json_item(field, item) for item in value)}]"
    return _json_item(field, value)


def _json_item(field: Field, value: Any) -> str:
    match field.kind:
        case "message":
            return json_object(value)
        case "bytes":
            return f'"{b2a_base64(value, newline=False).decode()}"'
        case "string":
            return json_string(value)
        case "bool":
            return "true" if value else "false"
        case _:
            return str(int(value))
