"""Writes by group: a table for a person, tab-separated lines or JSON for a program."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from pyetcdctl.output.tree import escaped
from pyetcdctl.output.units import human_size
from pyetcdctl.output.width import width as width_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.output import Sink
    from pyetcdctl.results import GroupWrites, WriteRates
    from pyetcdctl.settings import OutputSettings

_BAR_COLUMNS = 20
_TOTAL = "(total)"
_LEAST_NAME = 16


def write_lines(found: WriteRates, out: Sink) -> None:
    """Write name, writes and bytes a second, keys and share, with tabs between; the total last."""
    for group in (*found.groups, found.total._replace(name=_TOTAL)):
        cells = [
            escaped(os.fsencode(group.name)),
            f"{_per_second(found, group.writes):.1f}",
            f"{_per_second(found, group.size_bytes):.0f}",
            str(group.keys),
            f"{_share(found, group):.4f}",
            *([str(group.no_ops)] if found.compares else []),
        ]
        out.write(("\t".join([*([found.time] if found.is_series else []), *cells]) + "\n").encode())


def write_table(found: WriteRates, out: Sink, settings: OutputSettings) -> None:
    """Write the table, and below it what its figures lack."""
    for line in table_lines(found, settings.width):
        out.write(f"{line}\n".encode())


def table_lines(found: WriteRates, columns: int) -> Iterator[str]:
    """Yield the lines of the table, which fit into so many columns."""
    shown = found.groups[: found.most_rows] if found.most_rows else found.groups
    total = found.total._replace(name="total (partial)" if found.is_partial else "total")
    titles = [found.by.upper(), "WRITES/S", "BYTES/S", "KEYS", "SHARE"]
    titles += ["NO-OPS"] if found.compares else []
    rows = [[*titles, ""], *(_row(found, group) for group in shown), _row(found, total)]
    rows[-1][-1] = ""
    yield from _aligned(rows, columns)
    if len(shown) < len(found.groups):
        yield f"… {len(found.groups) - len(shown):,} more (-n 0 shows them)"
    yield from _sentences(found)


def _row(found: WriteRates, group: GroupWrites) -> list[str]:
    share = _share(found, group)
    return [
        escaped(os.fsencode(group.name)),
        f"{_per_second(found, group.writes):,.1f}",
        human_size(round(_per_second(found, group.size_bytes))),
        f"{'' if group.has_exact_keys else '~'}{group.keys:,}",
        f"{share:.1%}",
        *([f"{group.no_ops:,}"] if found.compares else []),
        "━" * round(share * _BAR_COLUMNS),
    ]


def _aligned(rows: Sequence[list[str]], columns: int) -> Iterator[str]:
    """Yield rows as lines: names at the left, figures at the right; names are cut to fit."""
    sizes = [max(len(row[at]) for row in rows) for at in range(1, len(rows[0]) - 1)]
    figures = sum(size + 2 for size in sizes)
    room = columns - 1 - figures
    longest = max(width_of(row[0]) for row in rows)
    bars = max(min(_BAR_COLUMNS, room - max(longest, _LEAST_NAME) - 2), 0)
    names = max(min(longest, room), _LEAST_NAME)
    for name, *cells, bar in rows:
        parts = [_cut(name, names)]
        parts += [f"{cell:>{size}}" for cell, size in zip(cells, sizes, strict=True)]
        yield "  ".join([*parts, bar[:bars]]).rstrip()


def _cut(name: str, columns: int) -> str:
    """Return a name in so many columns; of one that is too long the end is what differs."""
    if width_of(name) > columns:
        tail = name
        while width_of(tail) > columns - 1:
            tail = tail[1:]
        name = f"…{tail}"
    return name + " " * (columns - width_of(name))


def _sentences(found: WriteRates) -> Iterator[str]:
    if found.missed:
        yield (
            f"Groups with few writes are not all counted: one may have had"
            f" {_per_second(found, found.missed):,.1f} writes/s more than is shown."
        )
    if not all(group.has_exact_keys for group in (*found.groups, found.total)):
        yield f"~ numbers of keys are estimates: ±{found.keys_error:.0%} (standard error)."
    yield from found.gaps


def _per_second(found: WriteRates, figure: int) -> float:
    return figure / found.seconds if found.seconds else 0.0


def _share(found: WriteRates, group: GroupWrites) -> float:
    if found.order == "bytes":
        return group.size_bytes / (found.total.size_bytes or 1)
    return group.writes / (found.total.writes or 1)


def json_of(found: WriteRates) -> str:
    """Return all figures as one JSON object; ``missed`` and ``keys_error`` bound their errors."""
    whole: dict[str, Any] = {
        "by": found.by,
        "time": found.time,
        "seconds": round(found.seconds, 3),
        "groups": [_group(found, each) for each in found.groups],
        "total": _group(found, found.total),
        "missed": found.missed,
        "keys_error": round(found.keys_error, 4),
        "partial": found.is_partial,
        "gaps": list(found.gaps),
    }
    del whole["total"]["name"]
    return json.dumps(whole, separators=(",", ":"), ensure_ascii=False) + "\n"


def json_lines(found: WriteRates) -> Iterator[str]:
    """Yield a JSON object for each group."""
    for group in found.groups:
        line: dict[str, Any] = {"time": found.time} if found.is_series else {}
        line |= {"by": found.by, "seconds": round(found.seconds, 3), **_group(found, group)}
        yield json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n"


def _group(found: WriteRates, group: GroupWrites) -> dict[str, Any]:
    no_ops = {"no_ops": group.no_ops} if found.compares else {}
    return {
        "name": escaped(os.fsencode(group.name)),
        "writes": group.writes,
        "writes_per_second": round(_per_second(found, group.writes), 3),
        "bytes": group.size_bytes,
        "bytes_per_second": round(_per_second(found, group.size_bytes), 1),
        "deletes": group.deletes,
        "keys": group.keys,
        "keys_exact": group.has_exact_keys,
        "share": round(_share(found, group), 4),
        "missed": group.missed,
        **no_ops,
    }
