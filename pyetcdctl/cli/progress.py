"""How far a long reading is, on standard error when that is a terminal, gone when it ends."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.cli.streams import Messages
    from pyetcdctl.tree.walk import Entry

_EVERY_KEYS = 1_000
_EVERY_SECONDS = 0.2
_PATIENCE_SECONDS = 0.5


def shown_progress(entries: Iterator[Entry], total: int, err: Messages) -> Iterator[Entry]:
    """Yield the entries; after half a second say how many of ``total`` there were."""
    start = monotonic()
    due = start + _PATIENCE_SECONDS
    keys = size = 0
    is_shown = False
    try:
        for entry in entries:
            keys += 1
            size += entry.size
            if not keys % _EVERY_KEYS and (now := monotonic()) >= due:
                due = now + _EVERY_SECONDS
                is_shown = True
                err.status(_text(keys, size, total, now - start))
            yield entry
    finally:
        if is_shown:
            err.status("")


def _text(keys: int, size: int, total: int, seconds: float) -> str:
    pace = keys / seconds
    left = f"  about {(total - keys) / pace:.0f} s left" if total > keys else ""
    return f"Reading  {keys:,} keys  {size / 1e6:,.0f} MB  {pace:,.0f} keys/s{left}"
