"""Changes of keys as they happen: for each a title, and the difference of the value."""

from __future__ import annotations

import json
import os
from datetime import UTC
from typing import TYPE_CHECKING, Any

from pyetcdctl.output.object_difference import title_line
from pyetcdctl.output.side_difference import side_difference
from pyetcdctl.output.tree import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.changes.events import KeyChange
    from pyetcdctl.output import Sink
    from pyetcdctl.output.object_difference import DiffLine
    from pyetcdctl.results import KeyChanges
    from pyetcdctl.settings import OutputSettings

_COMPACTED = "what the key had before is not known: it was compacted"
_SAME = "the same value was written again"


def write_text(found: KeyChanges, out: Sink, settings: OutputSettings) -> None:
    """Write each change that is more than noise as ``history -p`` does."""
    for change in found.changes:
        remarks, lines = _remarks(change), _lines(change, found)
        if not (lines or remarks):
            continue
        out.safe(title_line(_title(change, found, lines), coloured=settings.colour))
        for remark in remarks:
            out.write(f"# {escaped(os.fsencode(remark))}\n".encode())
        for line in lines:
            out.safe(line.shown(safe=settings.terminal, coloured=settings.colour))
        out.write(b"\n")
    out.flush()


def _title(change: KeyChange, found: KeyChanges, lines: Sequence[DiffLine]) -> str:
    received = change.received
    time = received.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ") if received else ""
    words = [f"revision {change.revision}", time, change.event, change.writer]
    title = escaped(os.fsencode("  ".join(filter(None, words))))
    return title if lines else f"{title}  {found.title(change.key)}"


def _remarks(change: KeyChange) -> list[str]:
    errors = {side.stored.decryption_error for side in (change.before, change.after) if side}
    remarks = sorted(filter(None, errors))
    if not change.is_before_known:
        remarks.append(_COMPACTED)
    if change.is_same:
        remarks.append(_SAME)
    return remarks


def _lines(change: KeyChange, found: KeyChanges) -> Sequence[DiffLine]:
    """Return the difference from the key's previous value; none where that is not known."""
    if change.is_same or not change.is_before_known:
        return ()
    return side_difference(
        found.title(change.key),
        change.before,
        change.after,
        shows_noise=found.shows_noise,
        shows_secrets=found.shows_secrets,
    )


def json_lines(found: KeyChanges) -> Iterator[str]:
    """Yield a JSON object for each change; the difference of one that is only noise is empty."""
    for change in found.changes:
        line: dict[str, Any] = {
            "revision": change.revision,
            "event": change.event,
            "key": escaped(change.key),
            "received": change.received.isoformat() if change.received else None,
            "writer": change.writer,
            "bytes": change.size_bytes,
            "previous_revision": change.before_revision,
            "diff": [each.text for each in _lines(change, found)],
        }
        if remarks := _remarks(change):
            line["remarks"] = remarks
        yield json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n"
