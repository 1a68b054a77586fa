"""Changes of keys as they happen: for each a title, and what of the value goes and comes."""

from __future__ import annotations

import json
import os
from datetime import UTC
from typing import TYPE_CHECKING, Any

from pyetcdctl.changes.noise import without_noise
from pyetcdctl.output.difference import DiffLine, difference, title_line, yaml_lines
from pyetcdctl.output.line_difference import unified
from pyetcdctl.output.tree import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.changes.events import KeyChange, Side
    from pyetcdctl.kubernetes.objects import Object
    from pyetcdctl.output import Sink
    from pyetcdctl.results import KeyChanges
    from pyetcdctl.settings import OutputSettings

_COMPACTED = "what the key had before is not known: it was compacted"
_SAME = "the same value was written again"


def write_text(found: KeyChanges, out: Sink, settings: OutputSettings) -> None:
    """Write each change that is more than noise as ``history -p`` does."""
    for change in found.changes:
        remarks, lines = _remarks(change), list(_lines(change, found))
        if not (lines or remarks):
            continue
        out.safe(title_line(_title(change, found, lines), coloured=settings.colour))
        for remark in remarks:
            out.write(f"# {escaped(os.fsencode(remark))}\n".encode())
        for line in lines:
            out.safe(line.shown(safe=settings.terminal, coloured=settings.colour))
        out.write(b"\n")
    out.flush()


def _title(change: KeyChange, found: KeyChanges, lines: list[DiffLine]) -> str:
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


def _lines(change: KeyChange, found: KeyChanges) -> Iterator[DiffLine]:
    """Yield the difference to what the key had before; none where that is not known."""
    sides = [side for side in (change.before, change.after) if side is not None]
    errors = any(side.stored.decryption_error for side in sides)
    if change.is_same or not change.is_before_known or errors:
        return iter(())
    is_secret = any(side.stored.decoded.kind == "Secret" for side in sides)
    title, hides = found.title(change.key), is_secret and not found.shows_secrets
    if any(side.object is None for side in sides):
        return _plain_difference(title, change, hides=hides)
    if hides:
        shown = (_shown(side, found) for side in (change.before, change.after))
        return difference(title, *shown)
    return _object_difference(title, change, found)


def _object_difference(title: str, change: KeyChange, found: KeyChanges) -> Iterator[DiffLine]:
    before, after = change.before, change.after
    old = _yaml_lines(before, None, found) if before else []
    new = _yaml_lines(after, before, found) if after else []
    return _unified(title, change, old, new)


def _yaml_lines(side: Side, before: Side | None, found: KeyChanges) -> list[str]:
    """Return the lines of an object's YAML; fields that are as they were before have them."""
    shown = _shown(side, found)
    if not shown:
        return yaml_lines(shown)
    if not side.sections:
        known = before.sections if before else {}
        for name, value in sorted(shown.items()):
            section = known.get(name)
            if section is None or section[0] != value:
                section = value, yaml_lines({name: value})
            side.sections[name] = section
    return [line for _, lines in side.sections.values() for line in lines]


def _shown(side: Side | None, found: KeyChanges) -> Object | None:
    obj = side.object if side else None
    return obj if found.shows_noise else without_noise(obj)


def _plain_difference(title: str, change: KeyChange, *, hides: bool) -> Iterator[DiffLine]:
    old, new = (_text_lines(side, hides=hides) for side in (change.before, change.after))
    if old == new:
        new = [f"changed {line}" for line in new]
    return _unified(title, change, old, new)


def _unified(title: str, change: KeyChange, old: list[str], new: list[str]) -> Iterator[DiffLine]:
    names = [title if side else "(nothing)" for side in (change.before, change.after)]
    return map(DiffLine, unified(old, new, *names))


def _text_lines(side: Side | None, *, hides: bool) -> list[str]:
    """Return the lines of a text; of other bytes, and of what is not to be shown, the size."""
    if side is None:
        return []
    plain = side.stored.plain
    try:
        if not hides:
            return plain.decode().split("\n")
    except UnicodeDecodeError:
        pass
    return [f"({len(plain):,} bytes)"]


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
