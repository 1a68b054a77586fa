"""The entries of a write-ahead log as JSON, with their values decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyetcdctl.kubernetes.codec.json_writing import json_text
from pyetcdctl.output.log_lines import Names
from pyetcdctl.output.values import json_bytes, json_value
from pyetcdctl.rpc.txn import EQUAL, GREATER, LESS, NOT_EQUAL

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.file_results import LogLine, LogListing
    from pyetcdctl.results import Decoding

_RESULTS = {EQUAL: "=", GREATER: ">", LESS: "<", NOT_EQUAL: "!="}
_FIGURES = ("version", "create_revision", "mod_revision", "value", "lease")


def write_json_lines(listing: LogListing, write: Callable[[str], None]) -> None:
    """Write a JSON object an entry."""
    shown = Names(listing.registry)
    assert listing.decoding is not None  # the format decodes
    writer = _Json(listing.decoding)
    for line in listing.lines:
        write(f"{{{writer.members(line, shown)}}}\n")


class _Json:
    """Entries as members of JSON objects."""

    def __init__(self, decoding: Decoding) -> None:
        self._decoding = decoding

    def members(self, line: LogLine, names: Names) -> str:
        """Return all that is known of an entry."""
        request = line.read()
        header = request.header
        parts = [
            f'"index":{line.entry_index},"term":{line.term}',
            f'"member":{json_text(line.member)},"request_id":{header.ID}',
            f'"user":{json_text(header.username)}' if header.username else "",
            f'"operation":{json_text(line.operation)}',
            self._place(line, names),
            f'"about":{json_text(line.about)}' if line.about else "",
            f'"outcome":"{line.outcome}"',
            f'"reason":{json_text(line.reason)}' if line.reason else "",
            f'"revision":{line.revision}' if line.revision else "",
            f'"committed":{"true" if line.is_committed else "false"}',
            self._transaction(request.transaction) if request.transaction else "",
        ]
        return ",".join(filter(None, parts))

    def _place(self, line: LogLine, names: Names) -> str:
        if not line.ranges:
            return ""
        key, range_end = line.ranges[0]
        found = None if range_end else names.object_key(key)
        end = f',"range_end":{json_bytes(range_end)}' if range_end else ""
        if found is None:
            return f'"key":{json_bytes(key)}{end}'
        return (
            f'"key":{json_bytes(key)},"resource":{json_text(found.resource.name)},'
            f'"namespace":{json_text(found.namespace)},"name":{json_text(found.name)}'
        )

    def _transaction(self, transaction: Any) -> str:
        parts = (
            ("conditions", map(_condition, transaction.conditions)),
            ("success", map(self._step, transaction.success)),
            ("failure", map(self._step, transaction.failure)),
        )
        lists = ((name, ",".join(each)) for name, each in parts)
        return ",".join(f'"{name}":[{text}]' for name, text in lists if text)

    def _step(self, step: Any) -> str:
        if step.transaction is not None:
            return f'{{"txn":{{{self._transaction(step.transaction)}}}}}'
        members = [f'"key":{json_bytes(step.key)}']
        if step.range_end:
            members.append(f'"range_end":{json_bytes(step.range_end)}')
        if step.kind == "put":
            members += self._put(step)
        return f'{{"{step.kind}":{{{",".join(members)}}}}}'

    def _put(self, step: Any) -> list[str]:
        flags = [
            f'"{name}":true' for name in ("ignore_value", "ignore_lease") if getattr(step, name)
        ]
        lease = [f'"lease":{step.lease}'] if step.lease else []
        if step.ignore_value:
            return flags + lease
        stored = self._decoding.read(step.key, step.value)
        notes = {"encryption": stored.encryption, "remarks": list(stored.remarks)}
        known = [f'"{name}":{json_text(note)}' for name, note in notes.items() if note]
        return [*flags, *lease, f'"value":{json_value(stored)}', *known]


def _condition(condition: Any) -> str:
    key, expected, end = condition.key, condition.expected, condition.range_end
    figure = _FIGURES[condition.target] if condition.target < len(_FIGURES) else "unknown"
    value = json_bytes(expected) if isinstance(expected, bytes) else str(expected)
    range_end = f',"range_end":{json_bytes(end)}' if end else ""
    result = json_text(_RESULTS.get(condition.result, "unknown"))
    return (
        f'{{"key":{json_bytes(key)}{range_end},"target":"{figure}",'
        f'"result":{result},"expected":{value}}}'
    )
