"""The use of space: a table with bars for a person, tab-separated lines for a program."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from pyetcdctl.output.columns import width as width_of
from pyetcdctl.output.tree import escaped
from pyetcdctl.output.units import human_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.output import Sink
    from pyetcdctl.results import SpaceUse, Sum
    from pyetcdctl.settings import OutputSettings

_BAR_COLUMNS = 20
_LEAST_SHARE_WITHIN = 0.05
_PARTS = (
    ("live_values", "live values"),
    ("live_records", "live keys and record overhead"),
    ("superseded", "superseded revisions"),
    ("deletions", "deletions"),
    ("other_buckets", "other buckets"),
    ("page_overhead", "page overhead"),
    ("free_pages", "free pages"),
    ("after_pages", "after the last page"),
)


def write_lines(use: SpaceUse, out: Sink) -> None:
    """Write group, group within it, keys and bytes, with tabs between; a line for each."""
    for group in () if use.lists_largest else use.sums:
        out.write(_line(group.name, "", group.keys, group.size_bytes))
        for inner in group.within:
            out.write(_line(group.name, inner.name, inner.keys, inner.size_bytes))
    for each in use.largest:
        out.write(_line(os.fsdecode(each.key), "", "", each.size_bytes))
    for name, size in _parts(use):
        out.write(_line("(file)", name, "", size))


def _line(*words: str | int) -> bytes:
    cells = (escaped(os.fsencode(word)) if isinstance(word, str) else str(word) for word in words)
    return ("\t".join(cells) + "\n").encode()


def draw(use: SpaceUse, out: Sink, settings: OutputSettings) -> None:
    """Write a table that fits the screen: the largest groups with bars, then sums and the
    database.
    """
    rows = list(_rows(use))
    shown = rows[: use.most_rows] if use.most_rows else rows
    hidden = len(rows) - len(shown)
    if not use.lists_largest:
        title = use.by.upper()
        table = [(title, "KEYS", "SIZE", "SHARE", ""), *shown, _total(use)]
        out.write(_aligned(table, settings.width))
        if hidden:
            out.write(f"… {hidden:,} more (-n 0 shows them)\n".encode())
    if use.largest:
        out.write(b"\n" * (not use.lists_largest))
        out.write(_aligned([("LARGEST VALUES", "", "SIZE", "", ""), *_large(use)], settings.width))
    for line in _sentences(use):
        out.write(f"{line}\n".encode())


def _rows(use: SpaceUse) -> Iterator[tuple[str, ...]]:
    for group in use.sums:
        yield _row(group, use, group.name)
        for inner in group.within:
            if inner.size_bytes >= _LEAST_SHARE_WITHIN * max(use.size_bytes, 1):
                yield _row(inner, use, f"  {inner.name}")


def _row(group: Sum, use: SpaceUse, name: str) -> tuple[str, ...]:
    share = group.size_bytes / use.size_bytes if use.size_bytes else 0.0
    is_known = use.size_bytes and _is_known(group, use)
    return (
        escaped(os.fsencode(name)),
        f"{group.keys:,}",
        human_size(group.size_bytes) if is_known else "",
        f"{share:.1%}" if is_known else "",
        "━" * round(share * _BAR_COLUMNS),
    )


def _is_known(group: Sum, use: SpaceUse) -> bool:
    """Whether a size is known: an interrupted reading may have counted keys, and not read them."""
    return bool(group.size_bytes) or not use.is_partial


def _total(use: SpaceUse) -> tuple[str, ...]:
    size = human_size(use.size_bytes) if use.size_bytes else ""
    return ("total (partial)" if use.is_partial else "total", f"{use.keys:,}", size, "", "")


def _large(use: SpaceUse) -> Iterator[tuple[str, ...]]:
    for each in use.largest:
        yield (escaped(each.key), "", human_size(each.size_bytes), "", "")


def _aligned(rows: Sequence[tuple[str, ...]], columns: int) -> bytes:
    """Return rows as lines: names at the left, figures at the right; names are cut to fit."""
    figures = [max(len(row[at]) for row in rows) for at in (1, 2, 3)]
    has_bars = any(row[4] for row in rows)
    room = columns - sum(size + 2 for size in figures if size) - has_bars * (_BAR_COLUMNS + 2)
    names = min(max(width_of(row[0]) for row in rows), max(room, 20))
    lines = []
    for name, *cells, bar in rows:
        shown = name if width_of(name) <= names else f"{name[: names - 1]}…"
        parts = [shown + " " * (names - width_of(shown))]
        parts += [f"{cell:>{size}}" for cell, size in zip(cells, figures, strict=True) if size]
        lines.append("  ".join([*parts, bar]).rstrip() + "\n")
    return "".join(lines).encode()


def _sentences(use: SpaceUse) -> Iterator[str]:
    if use.is_partial and use.measured_keys < use.keys:
        yield f"The sizes are those of the first {use.measured_keys:,} keys."
    parts = list(_parts(use))
    if parts:
        total = sum(size for _, size in parts)
        yield ""
        yield f"The file has {human_size(total)}:"
        for name, size in parts:
            if size:
                yield f"  {human_size(size):>7}  {size / total:6.1%}  {name}"
        sizes = dict(parts)
        history = human_size(sizes["superseded revisions"] + sizes["deletions"])
        yield (
            f"A compaction would free at most {history} within the file; a defragmentation would"
            f" return {human_size(sizes['free pages'])} of free pages to the disk."
        )
    if use.database is not None:
        yield ""
        yield from _database(use)


def _database(use: SpaceUse) -> Iterator[str]:
    sizes = use.database
    assert sizes is not None
    quota = f" of a quota of {human_size(sizes.quota)}" if sizes.quota else ""
    free = human_size(max(sizes.size - sizes.in_use, 0))
    in_use = human_size(sizes.in_use)
    yield f"Database at {sizes.endpoint}: {human_size(sizes.size)}{quota}, {in_use} in use."
    yield f"A defragmentation would return {free} to the disk."


def _parts(use: SpaceUse) -> Iterator[tuple[str, int]]:
    if use.file is not None:
        for name, title in _PARTS:
            yield title, use.file[name]


def json_of(use: SpaceUse) -> str:
    """Return all figures as one JSON object; sizes in bytes."""
    found: dict[str, Any] = {
        "by": use.by,
        "groups": [_group(each, use) for each in use.sums],
        "keys": use.keys,
        "bytes": use.size_bytes,
        "revision": use.revision,
        "partial": use.is_partial,
    }
    if use.is_partial:
        found["measured_keys"] = use.measured_keys
    if use.largest or use.lists_largest:
        found["largest"] = [
            {"key": escaped(each.key), "bytes": each.size_bytes} for each in use.largest
        ]
    if use.file is not None:
        found["file"] = {**use.file, "total": sum(use.file.values())}
    if use.database is not None:
        sizes = use.database
        found["database"] = {"size": sizes.size, "in_use": sizes.in_use, "quota": sizes.quota}
    return json.dumps(found, separators=(",", ":"), ensure_ascii=False)


def _group(group: Sum, use: SpaceUse) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": escaped(os.fsencode(group.name)),
        "keys": group.keys,
        "bytes": group.size_bytes if _is_known(group, use) else None,
    }
    if group.within:
        found["within"] = [_group(each, use) for each in group.within]
    return found


def folded_of(use: SpaceUse) -> str:
    """Return the sums as folded stacks, the input of flame graph programs."""
    lines = []
    for group in use.sums:
        frame = _frame(group.name)
        inner = sum(each.size_bytes for each in group.within)
        rest = group.size_bytes - inner
        lines += [f"{frame};{_frame(each.name)} {each.size_bytes}" for each in group.within]
        if rest or not group.within:
            lines.append(f"{frame} {rest}")
    return "".join(f"{escaped(os.fsencode(line))}\n" for line in lines)


def _frame(name: str) -> str:
    """Return a name without the sign that separates frames; stack collapsers do the same."""
    return name.replace(";", ":")
