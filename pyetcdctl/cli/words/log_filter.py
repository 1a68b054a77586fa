"""Which entries of a log are asked for: by index, operation, key and resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.cli.words.resource_filter import ResourceFilter
from pyetcdctl.errors import BadFeature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.file_results import LogLine

FAILED = "failed"
OPERATIONS = (
    *("put", "delete", "txn", "compaction", "lease", "alarm", "auth", "authenticate", "user"),
    *("role", "member", "cluster", "downgrade", "new", "range", "v2", "unknown"),
)
"""The words that the names of operations begin with."""
_IN_TRANSACTIONS = ("put", "delete", "range")


class LogFilter:
    """What the flags of ``wal`` ask for."""

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
        """Whether an entry is asked for."""
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
