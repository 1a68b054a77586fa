"""Writes by group: a table for a person, tab-separated lines or JSON for a program."""

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
    from pyetcdctl.results import GroupWrites, WriteRates
    from pyetcdctl.settings import OutputSettings

_BAR_COLUMNS = 20
_TOTAL, _LOST = "(total)", "(lost)"
_LEAST_NAME = 16


def write_lines(found: WriteRates, out: Sink) -> None:
    """Write a line for each group, with tabs between its cells; the total last.

    They are name, writes and bytes a second, keys and share; of a log name, writes and bytes,
    keys, share and lost comparisons, and after all of them the lost ones by key and member.
    """
    for group in (*found.groups, found.total._replace(name=_TOTAL)):
        share = f"{_share(found, group):.4f}"
        if found.is_log:
            cells = [str(group.writes), str(group.size_bytes), str(group.keys), share]
            cells.append(str(group.lost))
        else:
            writes, size = _per_second(found, group.writes), _per_second(found, group.size_bytes)
            cells = [f"{writes:.1f}", f"{size:.0f}", str(group.keys), share]
        cells += [str(group.no_ops)] if found.compares else []
        time = [found.time] if found.is_series else []
        out.write(_line(*time, group.name, *cells))
    for each in found.lost:
        out.write(_line(_LOST, each.key, each.member, str(each.times)))


def _line(*cells: str) -> bytes:
    return ("\t".join(escaped(os.fsencode(cell)) for cell in cells) + "\n").encode()


def write_table(found: WriteRates, out: Sink, settings: OutputSettings) -> None:
    """Write the table, and below it the limits of its figures."""
    for line in table_lines(found, settings.width):
        out.write(f"{line}\n".encode())


def table_lines(found: WriteRates, columns: int) -> Iterator[str]:
    """Yield the lines of the table, which fit into so many columns."""
    shown = found.groups[: found.most_rows] if found.most_rows else found.groups
    total = found.total._replace(name="total (partial)" if found.is_partial else "total")
    rows = [_titles(found), *(_row(found, group) for group in shown), _row(found, total)]
    rows[-1][-1] = ""
    yield from _aligned(rows, columns)
    if len(shown) < len(found.groups):
        yield _more(len(found.groups) - len(shown))
    if found.lost:
        yield ""
        yield from _lost_lines(found, columns)
    yield from sentences(found)


def _more(count: int) -> str:
    return f"… {count:,} more (-n 0 shows them)"


def _titles(found: WriteRates) -> list[str]:
    rates = ["WRITES/S", "BYTES/S"] if found.seconds or not found.is_log else []
    titles = [found.by.upper(), *(["WRITES"] if found.is_log else []), *rates]
    titles += [*([] if rates else ["BYTES"]), "KEYS", "SHARE"]
    titles += ["LOST"] if found.is_log else []
    return [*titles, *(["NO-OPS"] if found.compares else []), ""]


def _row(found: WriteRates, group: GroupWrites) -> list[str]:
    share = _share(found, group)
    if found.seconds or not found.is_log:
        rates = [
            f"{_per_second(found, group.writes):,.1f}",
            human_size(round(_per_second(found, group.size_bytes))),
        ]
    else:
        rates = [human_size(group.size_bytes)]
    return [
        escaped(os.fsencode(group.name)),
        *([f"{group.writes:,}"] if found.is_log else []),
        *rates,
        f"{'' if group.has_exact_keys else '~'}{group.keys:,}",
        f"{share:.1%}",
        *([f"{group.lost:,}"] if found.is_log else []),
        *([f"{group.no_ops:,}"] if found.compares else []),
        "━" * round(share * _BAR_COLUMNS),
    ]


def _lost_lines(found: WriteRates, columns: int) -> Iterator[str]:
    shown = found.lost[: found.most_rows] if found.most_rows else found.lost
    rows = [["LOST COMPARISONS OF", "MEMBER", "LOST", ""]]
    rows += [
        [escaped(os.fsencode(each.key)), escaped(os.fsencode(each.member)), f"{each.times:,}", ""]
        for each in shown
    ]
    yield from _aligned(rows, columns)
    if len(shown) < len(found.lost):
        yield _more(len(found.lost) - len(shown))


def _aligned(rows: Sequence[list[str]], columns: int) -> Iterator[str]:
    """Yield rows as lines: names at the left, figures at the right; names are cut to fit."""
    sizes = [max(len(row[at]) for row in rows) for at in range(1, len(rows[0]) - 1)]
    figures = sum(size + 2 for size in sizes)
    room = columns - 1 - figures
    longest = max(width_of(row[0]) for row in rows)
    bars = max(min(_BAR_COLUMNS, room - max(longest, _LEAST_NAME) - 2), 0) / _BAR_COLUMNS
    names = max(min(longest, room), _LEAST_NAME)
    for name, *cells, bar in rows:
        parts = [_cut(name, names)]
        parts += [f"{cell:>{size}}" for cell, size in zip(cells, sizes, strict=True)]
        yield "  ".join([*parts, bar[: round(len(bar) * bars)]]).rstrip()


def _cut(name: str, columns: int) -> str:
    """Return a name cut to so many columns at its start: names mostly differ at their ends."""
    if width_of(name) > columns:
        tail = name
        while width_of(tail) > columns - 1:
            tail = tail[1:]
        name = f"…{tail}"
    return name + " " * (columns - width_of(name))


def sentences(found: WriteRates) -> Iterator[str]:
    """Yield the limits of the figures: what is missing, and the error of estimates."""
    if found.is_log and found.seconds:
        yield f"By the renewals of its Leases the log took {_duration(found.seconds)}."
    elif found.is_log:
        yield "How long the log took is not known: no Lease was renewed in it."
    if found.missed:
        missed = f"{found.missed:,} writes"
        if not found.is_log:
            missed = f"{_per_second(found, found.missed):,.1f} writes/s"
        yield f"Rare groups are not all counted: one may have {missed} more than shown."
    if not all(group.has_exact_keys for group in (*found.groups, found.total)):
        yield f"~ numbers of keys are estimates: ±{found.keys_error:.0%} (standard error)."
    yield from found.gaps


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


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
    if found.is_log:
        whole["lost"] = [
            {
                "key": escaped(os.fsencode(each.key)),
                "member": escaped(os.fsencode(each.member)),
                "count": each.times,
                "missed": each.missed,
            }
            for each in found.lost
        ]
    return json.dumps(whole, separators=(",", ":"), ensure_ascii=False) + "\n"


def json_lines(found: WriteRates) -> Iterator[str]:
    """Yield a JSON object for each group."""
    for group in found.groups:
        line: dict[str, Any] = {"time": found.time} if found.is_series else {}
        line |= {"by": found.by, "seconds": round(found.seconds, 3), **_group(found, group)}
        yield json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n"


def _group(found: WriteRates, group: GroupWrites) -> dict[str, Any]:
    is_timed = bool(found.seconds)
    return {
        "name": escaped(os.fsencode(group.name)),
        "writes": group.writes,
        "writes_per_second": round(_per_second(found, group.writes), 3) if is_timed else None,
        "bytes": group.size_bytes,
        "bytes_per_second": round(_per_second(found, group.size_bytes), 1) if is_timed else None,
        "deletes": group.deletes,
        "keys": group.keys,
        "keys_exact": group.has_exact_keys,
        "share": round(_share(found, group), 4),
        "missed": group.missed,
        **({"lost": group.lost} if found.is_log else {}),
        **({"no_ops": group.no_ops} if found.compares else {}),
    }
