"""Completions of keys, one path segment at a time, as a shell lists folders.

A branch ends with a slash and its keys are skipped. A shell inserts the common prefix of its
candidates, so a missing one would make it insert too much: an incomplete list has no common prefix
beyond the typed text, or is empty.
"""

from __future__ import annotations

from bisect import bisect_left
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from pyetcdctl.completion.level import Level
from pyetcdctl.errors import PyetcdctlError
from pyetcdctl.keyspace.ranges import prefix_end

if TYPE_CHECKING:
    from pyetcdctl.keyspace.source import Source

MOST_CANDIDATES = 200


def key_candidates(source: Source, typed: bytes, seconds: float) -> list[str]:
    """Return the completions of ``typed``, in order; none where no response arrives in time."""
    level = Level(source, typed, seconds)
    found: list[bytes] = []
    is_whole = False
    with suppress(PyetcdctlError):
        found.extend(islice(level.candidates(), MOST_CANDIDATES))
        if len(found) == MOST_CANDIDATES:
            _add_what_differs(level, typed, found)
        is_whole = True
    if found and not is_whole and _common_start(found[0], found[-1]) != typed:
        return []
    return _shell_texts(found)


def file_candidates(found: list[bytes], typed: bytes, *, is_whole: bool) -> list[str]:
    """Return the completions of ``typed`` from those found in a file, in order.

    After an incomplete search the typed text is a candidate, too: there may be more of them.
    """
    shown = found[:MOST_CANDIDATES]
    while len(shown) < len(found) and len(common := _common_start(found[0], shown[-1])) > len(
        typed
    ):
        further = bisect_left(found, prefix_end(common))
        if further == len(found):
            break
        shown.append(found[further])
    if typed and not is_whole and shown and _common_start(shown[0], shown[-1]) != typed:
        shown.insert(0, typed)
    return _shell_texts(shown)


def _shell_texts(found: list[bytes]) -> list[str]:
    texts = (_shell_text(candidate) for candidate in found)
    return [text for text in texts if text is not None]


def _add_what_differs(level: Level, typed: bytes, found: list[bytes]) -> None:
    """Add one later candidate for each prefix at which it differs from all those found."""
    common = _common_start(found[0], found[-1])
    while len(common) > len(typed):
        further = level.first_from(prefix_end(common))
        if further is None:
            break
        found.append(further)
        common = _common_start(common, further)


def _common_start(one: bytes, other: bytes) -> bytes:
    pairs = enumerate(zip(one, other, strict=False))
    differing = (at for at, (a, b) in pairs if a != b)
    return one[: next(differing, min(len(one), len(other)))]


def _shell_text(candidate: bytes) -> str | None:
    """Return the key as text, or None for one that a command line cannot contain unchanged."""
    try:
        text = candidate.decode()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None
