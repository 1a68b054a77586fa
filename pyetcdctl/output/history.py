"""What happened to a key: a row for each revision, or the YAML that it changed."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from pyetcdctl.output.columns import aligned
from pyetcdctl.output.difference import title_line
from pyetcdctl.output.side_difference import side_difference
from pyetcdctl.output.tree import escaped
from pyetcdctl.output.units import human_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from pyetcdctl.changes.history import KeyStep
    from pyetcdctl.output import Sink
    from pyetcdctl.output.difference import DiffLine
    from pyetcdctl.results import KeyHistory
    from pyetcdctl.settings import OutputSettings

_TITLES = ("REVISION", "TIME", "EVENT", "SIZE", "WRITER")


def write_text(found: KeyHistory, out: Sink, settings: OutputSettings) -> None:
    """Write the rows, or with ``patch`` a title and a difference for each."""
    if found.patch:
        for step in found.steps:
            _write_step(step, found, out, settings)
    elif settings.terminal:
        rows = [_row(step, found, human=True) for step in found.steps]
        titles = (*_TITLES, "SOURCE") if found.names_sources else _TITLES
        out.write(aligned([titles, *rows]) if rows else b"")
    else:
        for step in found.steps:
            out.write(("\t".join(_row(step, found, human=False)) + "\n").encode())
    out.write(f"# {_end(found)}\n".encode())


def _row(step: KeyStep, found: KeyHistory, *, human: bool) -> tuple[str, ...]:
    size = human_size(step.size_bytes) if human else str(step.size_bytes)
    writer, source = (escaped(os.fsencode(text)) for text in (step.writer, step.source))
    row = (str(step.revision), str(step.time), step.event, size, writer)
    return (*row, source) if found.names_sources else row


def _end(found: KeyHistory) -> str:
    if not found.steps:
        return f"nothing is known of {escaped(found.key)}{_since(found)}"
    if found.begins_after:
        return f"history begins at revision {found.begins_after}: older ones were compacted"
    return "history is complete: nothing was compacted"


def _since(found: KeyHistory) -> str:
    return f" since revision {found.begins_after}" if found.begins_after else ""


def _write_step(step: KeyStep, found: KeyHistory, out: Sink, settings: OutputSettings) -> None:
    words = [f"revision {step.revision}", str(step.time), step.event, step.writer]
    title = "  ".join(filter(None, words))
    out.safe(title_line(escaped(os.fsencode(title)), coloured=settings.colour))
    for line in _lines(step, found):
        out.write(line.shown(safe=settings.terminal, coloured=settings.colour))
    out.write(b"\n")


def _lines(step: KeyStep, found: KeyHistory) -> Sequence[DiffLine]:
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
        if found.patch:
            line["diff"] = [each.text for each in _lines(step, found)]
        yield json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n"


def json_of(found: KeyHistory) -> str:
    """Return the whole history as one JSON object."""
    steps = ",".join(line.rstrip("\n") for line in json_lines(found))
    key = json.dumps(escaped(found.key), ensure_ascii=False)
    return f'{{"key":{key},"compacted":{found.begins_after},"revisions":[{steps}]}}\n'


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
