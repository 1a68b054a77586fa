"""Filters by resource, and of a log's entries by index, operation, key and resource."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pyetcdctl.errors import BadArguments, BadFeature
from pyetcdctl.kubernetes.registry_keys import parse, parse_prefix
from pyetcdctl.kubernetes.resources import BUILT_IN, find, similar_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyetcdctl.file_results import LogLine

FAILED = "failed"
OPERATIONS = (
    *("put", "delete", "txn", "compaction", "lease", "alarm", "auth", "authenticate", "user"),
    *("role", "member", "cluster", "downgrade", "new", "range", "v2", "unknown"),
)
"""The first words of operations' names."""
_IN_TRANSACTIONS = ("put", "delete", "range")
_MOST_KEYS = 1 << 16


class LogFilter:
    """The filter that the flags of ``wal`` set."""

    def __init__(
        self,
        *,
        start: int = 0,
        end: int = 0,
        prefix: bytes = b"",
        operations: Sequence[str] = (),
        resources: Sequence[str] = (),
        only_failed: bool = False,
        registry: str,
    ) -> None:
        self.end = end
        self._start = start
        self._prefix = prefix
        self._operations = [_operation(word) for word in operations]
        self._resources = ResourceFilter(resources, registry)
        self._only_failed = only_failed

    def takes(self, line: LogLine) -> bool:
        """Whether an entry matches."""
        return (
            line.entry_index >= self._start
            and (not self._only_failed or line.outcome == FAILED)
            and (not self._prefix or self._has_key(line))
            and (not self._resources or any(self._resources.has(key) for key, _ in line.ranges))
            and (not self._operations or any(_does(line, each) for each in self._operations))
        )

    def _has_key(self, line: LogLine) -> bool:
        prefix = self._prefix
        return any(
            key.startswith(prefix) or (range_end and key < prefix and _reaches(range_end, prefix))
            for key, range_end in line.ranges
        )


def _reaches(range_end: bytes, prefix: bytes) -> bool:
    return range_end == b"\0" or range_end > prefix


def _operation(word: str) -> str:
    """Return an operation's name, or the word that several begin with; blanks may be dashes."""
    name = word.replace("-", " ").replace("_", " ")
    if name.partition(" ")[0] not in OPERATIONS:
        raise BadFeature(
            f"unknown operation {word!r}", f"An operation begins with: {', '.join(OPERATIONS)}"
        )
    return name


def _does(line: LogLine, operation: str) -> bool:
    """Whether an entry is of an operation, or a transaction with it in one of its branches."""
    if line.operation == operation or line.operation.startswith(f"{operation} "):
        return True
    if line.operation != "txn" or operation not in _IN_TRANSACTIONS:
        return False
    transaction = line.read().transaction
    return any(step.kind == operation for step in transaction.steps())


class ResourceFilter:
    """Keys of these resources below the prefix of an API server."""

    def __init__(self, words: Iterable[str], registry: str) -> None:
        """Raises BadArguments for a word that names none."""
        self._paths = {_path(word) for word in words}
        self._registry = registry
        self.has = lru_cache(_MOST_KEYS)(self._look_up)
        """Whether a key is one of them."""

    def __bool__(self) -> bool:
        return bool(self._paths)

    def _look_up(self, key: bytes) -> bool:
        text = key.decode("utf-8", "replace")
        found = parse(text, self._registry) or parse_prefix(text, self._registry)
        return found is not None and found.path in self._paths


def _path(word: str) -> str:
    """Return the path of a resource below the prefix, by any of its names."""
    known = find(word)
    if known is not None:
        return known.path
    plural, _, group = word.lower().partition(".")
    if not group:
        close = similar_names(word, BUILT_IN)
        raise BadArguments(
            f'there is no built-in resource "{word}"',
            *([f"Did you mean this?  {'  '.join(close)}"] if close else []),
            "Try:  PLURAL.GROUP for a custom resource",
        )
    return f"{group}/{plural}"
