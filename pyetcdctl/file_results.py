"""Results of commands about etcd's files: snapshots, and the entries of a write-ahead log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from pyetcdctl.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pyetcdctl.results import Decoding


class SnapshotStatus(Record):
    """The result of ``snapshot status``; ``version`` is the storage version, empty before 3.6."""

    hash: int
    revision: int
    keys: int
    size: int
    version: str
    has_digest: bool
    """Whether the file ends with a SHA-256, which was then checked."""


class Fault(NamedTuple):
    """A fault in a file."""

    where: str
    what: str


class SnapshotCheck(Record):
    """The result of ``snapshot check``; ``records`` counts every revision of every key."""

    path: str
    faults: tuple[Fault, ...]
    omitted: int
    """How many more faults there are."""
    keys: int
    records: int
    revision: int
    has_digest: bool


class LoggedRequest(Protocol):
    """The complete request of a log's entry (storage/wal/operations.py)."""

    @property
    def transaction(self) -> Any:
        """Conditions and steps, if it is about keys; None else."""

    @property
    def header(self) -> Any:
        """The request's header: ``ID`` and ``username``."""


class LogLine(NamedTuple):
    """An entry of a write-ahead log, and its outcome."""

    entry_index: int
    term: int
    member: str
    """The member that proposed it: its name, or the known part of its id; empty if unknown."""
    operation: str
    ranges: Sequence[tuple[bytes, bytes]]
    """The keys that it writes or deletes: ``(key, range_end)``, or ``(key, b"")`` for one."""
    about: str
    """The subject of a request that is not about keys."""
    outcome: str
    reason: str
    revision: int
    """The revision of its change, 0 where no key changed or it is not known."""
    is_committed: bool
    read: Callable[[], LoggedRequest]
    """Reads the entry in full."""


class LogListing(Record):
    """The entries of a write-ahead log, as they are read."""

    lines: Iterator[LogLine]
    registry: str
    """The prefix of an API server's objects."""
    decoding: Decoding | None = None
    """How the values are decoded, None where they are not shown."""
