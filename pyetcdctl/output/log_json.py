"""The entries of a write-ahead log as JSON, with their values decoded."""

from __future__ import annotations

from functools import lru_cache
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
_MOST_KEYS = 1 << 12
_FIGURES = ("version", "create_revision", "mod_revision", "value", "lease")


def write_json_lines(listing: LogListing, write: Callable[[str], None]) -> None:
    """Write a JSON object an entry."""
    shown = Names(listing.registry)
    assert listing.decoding is not None  # the format decodes
    writer = _Json(listing.decoding, shown)
    for line in listing.lines:
        write(f"{{{writer.members(line)}}}\n")


class _Json:
    """Entries as members of JSON objects. Most are about keys that others are about, too."""

    def __init__(self, decoding: Decoding, names: Names) -> None:
        self._decoding = decoding
        self._names = names
        self._word = lru_cache(_MOST_KEYS)(json_text)
        self._key = lru_cache(_MOST_KEYS)(json_bytes)
        self._object = lru_cache(_MOST_KEYS)(self._object_of)

    def members(self, line: LogLine) -> str:
        """Return all that is known of an entry."""
        request = line.read()
        header = request.header
        parts = [
            f'"index":{line.entry_index},"term":{line.term}',
            f'"member":{self._word(line.member)},"request_id":{header.ID}',
            f'"user":{json_text(header.username)}' if header.username else "",
            f'"operation":{self._word(line.operation)}',
            self._place(line),
            f'"about":{json_text(line.about)}' if line.about else "",
            f'"outcome":"{line.outcome}"',
            f'"reason":{json_text(line.reason)}' if line.reason else "",
            f'"revision":{line.revision}' if line.revision else "",
            f'"committed":{"true" if line.is_committed else "false"}',
            self._transaction(request.transaction) if request.transaction else "",
        ]
        return ",".join(filter(None, parts))

    def _place(self, line: LogLine) -> str:
        if not line.ranges:
            return ""
        key, range_end = line.ranges[0]
        if range_end:
            return f'"key":{self._key(key)},"range_end":{json_bytes(range_end)}'
        return f'"key":{self._key(key)}{self._object(key)}'

    def _object_of(self, key: bytes) -> str:
        found = self._names.object_key(key)
        if found is None:
            return ""
        return (
            f',"resource":{json_text(found.resource.name)},'
            f'"namespace":{json_text(found.namespace)},"name":{json_text(found.name)}'
        )

    def _transaction(self, transaction: Any) -> str:
        parts = (
            ("conditions", map(self._condition, transaction.conditions)),
            ("success", map(self._step, transaction.success)),
            ("failure", map(self._step, transaction.failure)),
        )
        lists = ((name, ",".join(each)) for name, each in parts)
        return ",".join(f'"{name}":[{text}]' for name, text in lists if text)

    def _step(self, step: Any) -> str:
        if step.transaction is not None:
            return f'{{"txn":{{{self._transaction(step.transaction)}}}}}'
        members = [f'"key":{self._key(step.key)}']
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

    def _condition(self, condition: Any) -> str:
        key, expected, end = condition.key, condition.expected, condition.range_end
        figure = _FIGURES[condition.target] if condition.target < len(_FIGURES) else "unknown"
        value = json_bytes(expected) if isinstance(expected, bytes) else str(expected)
        range_end = f',"range_end":{json_bytes(end)}' if end else ""
        result = json_text(_RESULTS.get(condition.result, "unknown"))
        return (
            f'{{"key":{self._key(key)}{range_end},"target":"{figure}",'
            f'"result":{result},"expected":{value}}}'
        )
