"""The history of a key: a row for each revision, or the difference of its YAML."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from pyetcdctl.changes.history import PRESENT
from pyetcdctl.output.columns import aligned, width
from pyetcdctl.output.tree import escaped
from pyetcdctl.output.units import human_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from pyetcdctl.changes.history import KeyStep
    from pyetcdctl.output import Sink
    from pyetcdctl.output.object_difference import DiffLine
    from pyetcdctl.results import KeyHistory
    from pyetcdctl.settings import OutputSettings

_TITLES = ("REVISION", "TIME", "EVENT", "SIZE", "WRITER")
_GAP_COLUMNS, _LEAST_COLUMNS = 3, 8
_COMPLETE = "history is complete: nothing was compacted"
_BASE = "  what it was before is not known; --all shows the whole object"


def write_text(found: KeyHistory, out: Sink, settings: OutputSettings) -> None:
    """Write the rows, or with ``patch`` a title and a difference for each."""
    if found.patch:
        for step in found.steps:
            _write_step(step, found, out, settings)
            out.write(_unknown(step))
    else:
        for step, line in zip(found.steps, _rows(found, out, settings), strict=True):
            out.write(line)
            out.write(_unknown(step))
    out.write(f"# {_end(found)}\n".encode())


def _rows(found: KeyHistory, out: Sink, settings: OutputSettings) -> Sequence[bytes]:
    """Return a line for each revision, after the titles are written."""
    rows = [_row(step, found, human=settings.terminal) for step in found.steps]
    if not settings.terminal or not rows:
        return [("\t".join(row) + "\n").encode() for row in rows]
    titles = (*_TITLES, "SOURCE") if found.names_sources else _TITLES
    title, *lines = aligned(_cut([titles, *rows], settings.width)).splitlines(keepends=True)
    out.write(title)
    return lines


def _cut(rows: Sequence[tuple[str, ...]], columns: int) -> list[tuple[str, ...]]:
    """Cut writers at their end, and sources at their beginning, to what fits a terminal."""
    fixed = len(_TITLES) - 1
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    room = max(columns - sum(widths[:fixed]) - fixed * _GAP_COLUMNS, _LEAST_COLUMNS)
    if len(widths) == len(_TITLES):
        return [(*row[:-1], _cut_end(row[-1], room)) for row in rows]
    source = min(widths[-1], max((room - _GAP_COLUMNS) // 2, _LEAST_COLUMNS))
    writer = max(room - _GAP_COLUMNS - source, _LEAST_COLUMNS)
    return [
        (*row[:fixed], _cut_end(row[fixed], writer), _cut_beginning(row[-1], source))
        for row in rows
    ]


def _cut_end(text: str, columns: int) -> str:
    return text if width(text) <= columns else f"{text[: columns - 1]}…"


def _cut_beginning(text: str, columns: int) -> str:
    return text if width(text) <= columns else f"…{text[1 - columns :]}"


def _unknown(step: KeyStep) -> bytes:
    """Return the line between two revisions where others are missing."""
    if not step.unknown_before.number:
        return b""
    return f"# revisions of the key that are not known: {step.unknown_before}\n".encode()


def _row(step: KeyStep, found: KeyHistory, *, human: bool) -> tuple[str, ...]:
    size = human_size(step.size_bytes) if human else str(step.size_bytes)
    writer, source = (escaped(os.fsencode(text)) for text in (step.writer, step.source))
    row = (str(step.revision), str(step.time), step.event, size, writer)
    return (*row, source) if found.names_sources else row


def _end(found: KeyHistory) -> str:
    gaps = ", ".join(f"{first} to {last}" for first, last in found.gaps)
    return f"{_begin(found)}; no source has revisions {gaps}" if gaps else _begin(found)


def _begin(found: KeyHistory) -> str:
    if not found.steps:
        return f"nothing is known of {escaped(found.key)}{_since(found)}"
    if found.begins_after:
        return f"history begins at revision {found.begins_after}: older ones were compacted"
    return "nothing older was compacted" if found.gaps else _COMPLETE


def _since(found: KeyHistory) -> str:
    return f" since revision {found.begins_after}" if found.begins_after else ""


def _write_step(step: KeyStep, found: KeyHistory, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.object_difference import title_line

    words = [f"revision {step.revision}", str(step.time), step.event, step.writer]
    title = "  ".join(filter(None, words))
    out.safe(title_line(escaped(os.fsencode(title)), coloured=settings.colour))
    for line in _lines(step, found):
        out.safe(line.shown(safe=settings.terminal, coloured=settings.colour))
    if step.event == PRESENT and not found.shows_noise:
        out.write(f"{_BASE}\n".encode())
    out.write(b"\n")


def _lines(step: KeyStep, found: KeyHistory) -> Sequence[DiffLine]:
    """Return the difference of a revision; for the first known one, with noise, the whole
    object.
    """
    from pyetcdctl.output.side_difference import side_difference, side_lines

    if step.event == PRESENT:
        if step.after is None or not found.shows_noise:
            return ()
        return side_lines(step.after, shows_secrets=found.shows_secrets)
    return side_difference(
        escaped(found.key),
        step.before,
        step.after,
        shows_noise=found.shows_noise,
        shows_secrets=found.shows_secrets,
    )


def json_lines(found: KeyHistory) -> Iterator[str]:
    """Yield a JSON object for each revision, newest first."""
    for step in found.steps:
        line: dict[str, Any] = {
            "revision": step.revision,
            "event": step.event,
            "not_before": _iso(step.time.earliest),
            "not_after": _iso(step.time.latest),
            "writer": step.writer,
            "bytes": step.size_bytes,
            "source": step.source,
        }
        if step.unknown_before.number:
            line["unknown_before"] = step.unknown_before.number
        if found.patch:
            line["diff"] = [each.text for each in _lines(step, found)]
        yield json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n"


def json_of(found: KeyHistory) -> str:
    """Return the whole history as one JSON object."""
    steps = ",".join(line.rstrip("\n") for line in json_lines(found))
    key = json.dumps(escaped(found.key), ensure_ascii=False)
    gaps = f',"unknown":{json.dumps(found.gaps)}' if found.gaps else ""
    return f'{{"key":{key},"compacted":{found.begins_after}{gaps},"revisions":[{steps}]}}\n'


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
