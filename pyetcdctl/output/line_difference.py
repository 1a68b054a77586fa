"""A unified diff of lines; common lines at the start and the end take no time."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CONTEXT = 3
_MOST_PAIRS = 1_000_000
"""The most pairs of equal lines; with more, all lines between the first and the last are
replaced.
"""


def unified(old: Sequence[str], new: Sequence[str], old_name: str, new_name: str) -> Iterator[str]:
    """Yield the lines of a unified diff; none where both are equal."""
    start, behind = _common(old, new)
    if start == len(old) == len(new):
        return
    first = max(start - _CONTEXT, 0)
    rest = max(behind - _CONTEXT, 0)
    before, after = old[first : len(old) - rest], new[first : len(new) - rest]
    yield f"--- {old_name}"
    yield f"+++ {new_name}"
    for group in _groups(before, after, start - first, behind - rest):
        _, i1, _, j1, _ = group[0]
        _, _, i2, _, j2 = group[-1]
        yield f"@@ -{_span(first + i1, first + i2)} +{_span(first + j1, first + j2)} @@"
        for tag, a1, a2, b1, b2 in group:
            if tag == "equal":
                yield from (f" {line}" for line in before[a1:a2])
            else:
                yield from (f"-{line}" for line in before[a1:a2])
                yield from (f"+{line}" for line in after[b1:b2])


def _common(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """Return the number of common first lines, and of common last lines among the others."""
    most = min(len(old), len(new))
    start = 0
    while start < most and old[start] == new[start]:
        start += 1
    behind = 0
    while behind < most - start and old[-1 - behind] == new[-1 - behind]:
        behind += 1
    return start, behind


def _groups(
    old: Sequence[str], new: Sequence[str], start: int, behind: int
) -> Iterator[list[tuple[str, int, int, int, int]]]:
    """Yield the hunks as difflib does; ``start`` and ``behind`` lines around them are equal."""
    counts = Counter(old)
    if sum(counts[line] for line in new) <= _MOST_PAIRS:
        yield from SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_CONTEXT)
        return
    ends = len(old) - behind, len(new) - behind
    yield [
        ("equal", 0, start, 0, start),
        ("replace", start, ends[0], start, ends[1]),
        ("equal", ends[0], len(old), ends[1], len(new)),
    ]


def _span(start: int, stop: int) -> str:
    """Return the start and the length of a hunk, as diff(1) writes them."""
    length = stop - start
    if length == 1:
        return f"{start + 1}"
    return f"{start + bool(length)},{length}"
