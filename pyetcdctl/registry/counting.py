"""Count the keys of each resource, namespace or folder on the server.

The server sends only the first key of each group, so that a million keys are counted in less than a
second: a server takes as long to find one key of a range as to count all of them. So the range is
divided at the known resources, and other groups are only searched between these, where there are
keys. Keys in no group are a row of their own: the counts add up to that of the whole range.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.keyspace.ranges import NO_END, prefix_range
from pyetcdctl.keyspace.source import counts
from pyetcdctl.kubernetes.registry_keys import parse
from pyetcdctl.kubernetes.resources import BUILT_IN
from pyetcdctl.registry.folders import first_keys
from pyetcdctl.rpc.kv import RangeRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyetcdctl.keyspace.source import Source

    Group = Callable[[bytes], tuple[str, bytes] | None]
    """Returns the group of a key, and what its keys start with; None for a key in no group."""

MOST_GROUPS = 60
"""How many groups are searched between two known ones."""
MOST_RANGES = 10_000
OTHER_KEYS = "(other keys)"


class Counted(NamedTuple):
    """A group and how many keys it has."""

    name: str
    keys: int


class _Group(NamedTuple):
    """A group in one part of the range, and the prefix of its keys, if no other keys have it."""

    name: str
    keys: int
    key: bytes = b""


class _Span(NamedTuple):
    """The keys from ``key`` to ``end`` and their group, None where that is not known."""

    key: bytes
    end: bytes
    name: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether no key can be in it."""
        return self.end != NO_END and self.key >= self.end


class Counting:
    """Counts the keys that start with ``start``."""

    def __init__(self, source: Source, start: bytes) -> None:
        self._source = source
        self._whole = _Span(*prefix_range(start))
        self._start = start

    def by_resource(self, registry: str) -> list[Counted]:
        """Return the keys of each resource, and of the folders of other programs."""
        return self._rows(self._resources(registry))

    def by_namespace(self, registry: str) -> list[Counted]:
        """Return the keys in each namespace; nothing where that takes too many requests."""
        found = [each.key for each in self._resources(registry) if each.key]
        names = self._names(f"{registry}/namespaces/")
        if len(names) * len(found) > MOST_RANGES:
            return []
        inside = ((os.fsdecode(path), name) for path in found for name in names)
        known = {f"{path}{name}/": name for path, name in inside}
        return self._rows(self._counted(known, None))

    def by_folder(self, depth: int) -> list[Counted]:
        """Return the keys of each folder, ``depth`` names below the start."""
        return self._rows(self._counted({}, lambda key: _folder(key, len(self._start), depth)))

    def _resources(self, registry: str) -> list[_Group]:
        known = {f"{registry}/{each.path}/": each.full_name for each in BUILT_IN}

        def group(key: bytes) -> tuple[str, bytes] | None:
            found = parse(os.fsdecode(key), registry)
            if found is None:
                return _folder(key, 0, 2)
            return found.resource.full_name, os.fsencode(f"{registry}/{found.path}/")

        return self._counted(known, group)

    def _rows(self, groups: Iterable[_Group]) -> list[Counted]:
        sums: dict[str, int] = {}
        for each in groups:
            sums[each.name] = sums.get(each.name, 0) + each.keys
        rows = (Counted(name, count) for name, count in sums.items() if count)
        return sorted(rows, key=lambda each: (-each.keys, each.name))

    def _counted(self, known: dict[str, str], group: Group | None) -> list[_Group]:
        """Return the groups that have keys; without ``group`` only those that are known."""
        spans = list(self._divided(known))
        counted = [each for each in zip(spans, self._counts(spans), strict=True) if each[1]]
        found = [_Group(span.name, count, span.key) for span, count in counted if span.name]
        unknown = [each for each in counted if not each[0].name]
        if group is None:
            return [*found, _Group(OTHER_KEYS, sum(count for _, count in unknown))]
        return found + self._unknown(unknown, group)

    def _divided(self, known: dict[str, str]) -> Iterator[_Span]:
        """Yield the parts of the range: the known groups, and the spans between them."""
        at, end = self._whole.key, self._whole.end
        for prefix in sorted(map(os.fsencode, known)):
            span = _Span(*prefix_range(prefix), known[os.fsdecode(prefix)])
            if self._start.startswith(prefix):
                yield self._whole._replace(name=span.name)
                return
            if prefix.startswith(self._start):
                between = _Span(at, span.key)
                yield from () if between.is_empty else (between,)
                yield span
                at = span.end
        last = _Span(at, end)
        yield from () if last.is_empty else (last,)

    def _unknown(self, rest: Sequence[tuple[_Span, int]], group: Group) -> list[_Group]:
        """Find the groups in spans: the first group of all spans in one call, then the groups after
        them.
        """
        groups: list[_Group] = []
        for _ in range(MOST_GROUPS):
            if not rest:
                break
            spans = [span for span, _ in rest]
            keys = self._keys(spans)
            found = [self._first(span, key, group) for span, key in zip(spans, keys, strict=True)]
            sizes = iter(self._counts([span for span in found if span]))
            further = []
            for (span, count), first in zip(rest, found, strict=True):
                if first is None:
                    groups.append(_Group(OTHER_KEYS, count))
                    continue
                size = next(sizes)
                groups.append(_Group(first.name, size, first.key))
                if count > size:
                    further.append((span._replace(key=first.end), count - size))
            rest = further
        return [*groups, *(_Group(OTHER_KEYS, count) for _, count in rest)]

    def _first(self, span: _Span, key: bytes, group: Group) -> _Span | None:
        found = group(key)
        if found is None:
            return None
        name, prefix = found
        _, end = prefix_range(prefix)
        is_shorter = span.end == NO_END or (end != NO_END and end <= span.end)
        return _Span(max(prefix, span.key), end if is_shorter else span.end, name)

    def _keys(self, spans: Iterable[_Span]) -> list[bytes]:
        return first_keys(self._source, [(span.key, span.end) for span in spans])

    def _names(self, start: str) -> list[str]:
        key, end = prefix_range(os.fsencode(start))
        request = RangeRequest(key=key, range_end=end, keys_only=True)
        found: list[bytes] = []
        for page in self._source.range(request).pages():
            found += page.keys()
        return [os.fsdecode(each[len(key) :]) for each in found]

    def _counts(self, spans: Sequence[_Span]) -> list[int]:
        return counts(
            self._source,
            [RangeRequest(key=each.key, range_end=each.end, count_only=True) for each in spans],
        )


def _folder(key: bytes, at: int, depth: int) -> tuple[str, bytes] | None:
    """Return the folder of a key, at most ``depth`` names after an offset."""
    for _ in range(depth):
        slash = key.find(b"/", at or int(key.startswith(b"/")))
        if slash < 0:
            break
        at = slash + 1
    return (os.fsdecode(key[:at]), key[:at]) if at else None
