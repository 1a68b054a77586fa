"""The ``jsonl`` format: a JSON object on a line for each key or event, written as they arrive.

The response to put, del and txn is one object, whose members have etcd's names.
"""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

from pyetcdctl.escaping import terminal_safe
from pyetcdctl.file_results import LogListing
from pyetcdctl.kubernetes.codec.json_writing import json_text
from pyetcdctl.output import is_registered, unsupported
from pyetcdctl.output.events import records
from pyetcdctl.output.values import ShownEntry, json_bytes, json_value
from pyetcdctl.results import (
    DecodedResponse,
    Differences,
    ExportLines,
    KeyChanges,
    KeyHistory,
    Listing,
    TransferRows,
    WriteRates,
)
from pyetcdctl.rpc.event_batch import DELETE, EVENT_NAMES
from pyetcdctl.rpc.kv import DeleteRangeResponse, PutResponse, RangeResponse
from pyetcdctl.rpc.txn import TxnResponse
from pyetcdctl.rpc.watch import WatchResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyetcdctl.kubernetes.stored_value import StoredValue
    from pyetcdctl.output import Sink
    from pyetcdctl.results import Decoding
    from pyetcdctl.rpc.kv import KeyValue
    from pyetcdctl.rpc.wire import Message
    from pyetcdctl.settings import OutputSettings

_DELETED = EVENT_NAMES[DELETE]


@singledispatch
def render(result: Any, out: Sink, settings: OutputSettings) -> None:
    """Write the result as lines of JSON."""
    raise unsupported("jsonl")


def can_show(kind: type) -> bool:
    """Return whether the format shows results of this type."""
    return is_registered(render, kind)


@render.register(Listing)
def _listing(result: Listing, out: Sink, settings: OutputSettings) -> None:
    write = _writer(out, settings)
    entries = _Entries(result.decoding)
    shown = _place if result.keys_only else entries.members
    for page in result.reading.pages():
        for record in page.records():
            write(f"{{{shown(ShownEntry.of_record(record))}}}\n")


@render.register(LogListing)
def _log(result: LogListing, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.log_json import write_json_lines

    write_json_lines(result, _writer(out, settings))


@render.register(ExportLines)
def _export(result: ExportLines, out: Sink, settings: OutputSettings) -> None:
    for piece in result.pieces:
        out.write(terminal_safe(piece) if settings.terminal else piece)


@render.register(TransferRows)
def _changes(result: TransferRows, out: Sink, settings: OutputSettings) -> None:
    write = _writer(out, settings)
    for change in result.rows:
        more = f',"revision":{change.revision}' if change.revision else ""
        more += f',"remark":{json_text(change.remark)}' if change.remark else ""
        write(f'{{"change":"{change.mark}","key":{json_bytes(change.key)}{more}}}\n')


@render.register(DecodedResponse)
def _decoded(result: DecodedResponse, out: Sink, settings: OutputSettings) -> None:
    write, response = _writer(out, settings), result.response
    entries = _Entries(result.decoding)
    if isinstance(response, RangeResponse):
        for kv in response.kvs:
            write(f"{{{entries.members(ShownEntry.of_message(kv))}}}\n")
    elif not isinstance(response, WatchResponse):
        write(f'{{"revision":{response.header.revision}{entries.response(response)}}}\n')
    elif response.is_progress:
        write(f'{{"type":"PROGRESS","revision":{response.header.revision}}}\n')
    else:
        for name, previous, record in records(response):
            before = None if previous is None else ShownEntry.of_record(previous)
            write(entries.event(name, before, ShownEntry.of_record(record)))
            out.flush()


@render.register(Differences)
def _differences(result: Differences, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.differences import json_lines

    write = _writer(out, settings)
    for line in json_lines(result):
        write(line)


@render.register(KeyChanges)
def _key_changes(result: KeyChanges, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.key_changes import json_lines

    write = _writer(out, settings)
    for line in json_lines(result):
        write(line)


@render.register(WriteRates)
def _write_rates(result: WriteRates, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.write_rates import json_lines

    write = _writer(out, settings)
    for line in json_lines(result):
        write(line)
    out.flush()


@render.register(KeyHistory)
def _history(result: KeyHistory, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.history import json_lines

    write = _writer(out, settings)
    for line in json_lines(result):
        write(line)


def _writer(out: Sink, settings: OutputSettings) -> Callable[[str], None]:
    def write(line: str) -> None:
        data = line.encode("utf-8", "replace")
        out.write(terminal_safe(data) if settings.terminal else data)

    return write


class _Entries:
    """Keys with their values as members of JSON objects."""

    def __init__(self, decoding: Decoding | None) -> None:
        if decoding is None:
            raise unsupported("jsonl")
        self._decoding = decoding

    def members(self, entry: ShownEntry) -> str:
        """Return the members of a key."""
        return f"{_place(entry)}{self._value(entry)}"

    def event(self, name: str, before: ShownEntry | None, now: ShownEntry) -> str:
        """Return the line of an event."""
        place = _place(now)
        if name == _DELETED:
            place = f'"key":{json_bytes(now.key)},"mod_revision":{now.changed}'
        value = "" if name == _DELETED else self._value(now)
        earlier = ""
        if before:
            earlier = f',"prev_mod_revision":{before.changed}{self._value(before, "prev_")}'
        return f'{{"type":"{name}",{place}{value}{earlier}}}\n'

    def response(self, response: Message | None) -> str:
        """Return the members of a response besides its revision."""
        match response:
            case PutResponse() if response.prev_kv is not None:
                return f',"prev_kv":{{{self.members(ShownEntry.of_message(response.prev_kv))}}}'
            case DeleteRangeResponse():
                previous = response.prev_kvs
                earlier = f',"prev_kvs":{self._list(previous)}' if previous else ""
                return f',"deleted":{response.deleted}{earlier}'
            case RangeResponse():
                return f',"count":{response.count},"kvs":{self._list(response.kvs)}'
            case TxnResponse():
                return self._txn(response)
            case _:
                return ""

    def _txn(self, response: TxnResponse) -> str:
        succeeded = "true" if response.succeeded else "false"
        steps = ",".join(
            f'{{"{_STEPS[type(each.response)]}":{{{self.response(each.response).lstrip(",")}}}}}'
            for each in response.responses
        )
        return f',"succeeded":{succeeded},"responses":[{steps}]'

    def _list(self, kvs: Sequence[KeyValue]) -> str:
        return f"[{','.join(f'{{{self.members(ShownEntry.of_message(kv))}}}' for kv in kvs)}]"

    def _value(self, entry: ShownEntry, prefix: str = "") -> str:
        stored = self._decoding.read(entry.key, entry.value)
        shown = json_value(stored, entry.changed if self._decoding.like_api else None)
        return f',"{prefix}value":{shown}{_remarks(stored, prefix)}'


_STEPS: dict[type, str] = {
    DeleteRangeResponse: "delete_range",
    PutResponse: "put",
    RangeResponse: "range",
    TxnResponse: "txn",
}


def _place(entry: ShownEntry) -> str:
    return (
        f'"key":{json_bytes(entry.key)},"create_revision":{entry.created},'
        f'"mod_revision":{entry.changed},"version":{entry.version},"lease":{entry.lease}'
    )


def _remarks(stored: StoredValue, prefix: str) -> str:
    """Return the members that only unusual values have."""
    owner, remarks = stored.encryption, stored.remarks
    encryption = f',"{prefix}encryption":{json_text(owner)}' if owner else ""
    return f'{encryption},"{prefix}remarks":{json_text(remarks)}' if remarks else encryption
