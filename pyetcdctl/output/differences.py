"""What differs between two sources: keys, counts by resource, or the objects' YAML."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from pyetcdctl.changes.comparing import Kind
from pyetcdctl.changes.sides import Side
from pyetcdctl.output.side_difference import side_difference
from pyetcdctl.output.tree import escaped
from pyetcdctl.rpc.key_values import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.changes.comparing import KeyDifference
    from pyetcdctl.output import Sink
    from pyetcdctl.results import Differences
    from pyetcdctl.rpc.key_values import Record
    from pyetcdctl.settings import OutputSettings

_SIGNS = {Kind.ADDED: "+", Kind.REMOVED: "-", Kind.CHANGED: "~"}
_ONLY_NOISE = "only heartbeats, managedFields and the like differ (--all shows them)"


def write_text(found: Differences, out: Sink, settings: OutputSettings) -> None:
    """Write a line for each key, or the counts or differences that are asked for."""
    if found.stat:
        _write_counts(found, out)
        return
    for change in found.changes:
        if found.read is not None:
            _write_patch(change, found, out, settings)
        elif found.name_only:
            out.write(f"{escaped(change.key)}\n".encode())
        else:
            out.write(f"{_SIGNS[change.kind]} {escaped(change.key)}\n".encode())


def _write_counts(found: Differences, out: Sink) -> None:
    counts: dict[str, dict[Kind, int]] = {}
    for change in found.changes:
        row = counts.setdefault(found.resource(change.key), dict.fromkeys(Kind, 0))
        row[change.kind] += 1
    for name, row in sorted(counts.items()):
        cells = "\t".join(f"{row[kind]} {kind.value}" for kind in Kind if row[kind])
        out.write(f"{escaped(os.fsencode(name))}\t{cells}\n".encode())


def _write_patch(
    change: KeyDifference, found: Differences, out: Sink, settings: OutputSettings
) -> None:
    title = escaped(change.key)
    before, after = (_side(side, found) for side in (change.before, change.after))
    lines = side_difference(title, before, after, shows_noise=found.shows_noise)
    if not lines:
        is_object = any(side and side.object is not None for side in (before, after))
        note = _ONLY_NOISE if is_object else _sizes(change)
        out.write(f"{_SIGNS[change.kind]} {title}  # {note}\n".encode())
    for line in lines:
        out.safe(line.shown(safe=settings.terminal, coloured=settings.colour))


def _side(record: Record | None, found: Differences) -> Side | None:
    return Side(found.read, record[0], record[4]) if record and found.read else None


def _sizes(change: KeyDifference) -> str:
    sizes = [f"{len(side[4]):,} bytes" for side in (change.before, change.after) if side]
    return " -> ".join(sizes)


def json_lines(found: Differences) -> Iterator[str]:
    """Yield a JSON object for each key that differs."""
    for change in found.changes:
        line: dict[str, Any] = {
            "change": change.kind.value,
            "key": escaped(change.key),
            "resource": escaped(os.fsencode(found.resource(change.key))),
        }
        for name, side in (("before", change.before), ("after", change.after)):
            if side is not None:
                line[name] = {"mod_revision": number_of(side[2]), "bytes": len(side[4])}
        if found.read is not None:
            pair = (_side(side, found) for side in (change.before, change.after))
            lines = side_difference(line["key"], *pair, shows_noise=found.shows_noise)
            line["diff"] = [each.text for each in lines]
        yield json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n"
