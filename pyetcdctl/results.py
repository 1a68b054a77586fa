"""Results that are not one message of etcd's API, with the settings that printers need."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from pyetcdctl.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pyetcdctl.changes.comparing import KeyDifference
    from pyetcdctl.changes.events import KeyChange
    from pyetcdctl.changes.history import KeyStep as HistoryStep
    from pyetcdctl.keyspace.source import PagedRange
    from pyetcdctl.rpc.kv import DeleteRangeResponse, PutResponse, RangeResponse
    from pyetcdctl.rpc.lease import LeaseRevokeResponse, LeaseTimeToLiveResponse
    from pyetcdctl.rpc.txn import TxnResponse
    from pyetcdctl.rpc.watch import WatchResponse


class ValueReader(Protocol):
    """Decrypts and decodes values; ``not_decrypted`` counts those that could not be decrypted."""

    not_decrypted: int
    first_not_decrypted: str
    """The key of the first of these, and why."""

    def __call__(self, key: bytes, value: bytes) -> Any:
        """Return the decoded value of a key."""


class Decoding(Record):
    """How the values of Kubernetes are decoded and shown."""

    read: ValueReader
    like_api: bool = False
    """Whether objects are shown as the API server would return them, instead of as stored."""
    report: Callable[[str], None] | None = None
    """Called with a description of each object, in a format that has no place for it."""


class DecodedResponse(Record):
    """A response to put, del, txn, watch, elect or lock, the values in it decoded."""

    response: PutResponse | DeleteRangeResponse | RangeResponse | TxnResponse | WatchResponse
    decoding: Decoding


class Listing(Record):
    """The result of ``get``: keys and values as they arrive."""

    reading: PagedRange
    keys_only: bool = False
    values_only: bool = False
    decoding: Decoding | None = None
    """How values are decoded, None where their bytes are shown."""


class LeaseRevoked(Record):
    """The result of ``lease revoke``."""

    lease: int
    response: LeaseRevokeResponse


class LeaseLife(Record):
    """The result of ``lease timetolive``; ``with_keys`` if the keys were asked for."""

    response: LeaseTimeToLiveResponse
    with_keys: bool = False


class LeaseGone(Record):
    """The end of ``lease keep-alive``, which only the simple format shows."""

    lease: int


class TreeStep(Enum):
    """What a visit of a tree's node is: a key, a branch's begin and end, or a branch in one."""

    LEAF = "leaf"
    ENTER = "enter"
    LEAVE = "leave"
    CLOSED = "closed"


class TreeVisit(NamedTuple):
    """One step through a tree of keys; the figures of a branch are known when it is left.

    ``path`` is a key, or a prefix that ends in a slash; ``name`` is what it adds to its parent's.
    """

    step: TreeStep
    level: int
    name: bytes
    path: bytes
    keys: int = 1
    size: int = 0


class KeyTree(Record):
    """The result of ``tree``, read while it is printed."""

    visits: Iterator[TreeVisit]
    prefix: bytes
    """What every path but that of the prefix as a key starts with; empty for all keys."""
    familiar: Callable[[bytes], str]
    """Kubernetes' name of a branch where the name in keys differs, else empty."""
    revision: Callable[[], int]
    """The revision that was read, known when all is; 0 without a server."""
    counts: bool = False
    sizes: bool = False
    branches_only: bool = False
    fold: bool = False
    """Whether small branches are folded for a person; never in a pipe."""


class Sum(NamedTuple):
    """A group's keys and the bytes of their values, and what it consists of."""

    name: str
    keys: int
    size_bytes: int
    within: tuple[Sum, ...] = ()


class Large(NamedTuple):
    """A key with a large value."""

    size_bytes: int
    key: bytes


class DatabaseSizes(NamedTuple):
    """What a member reports of its database (etcd API, StatusResponse), in bytes."""

    endpoint: str
    size: int
    in_use: int
    quota: int = 0
    """0 where the member does not report it (before etcd 3.6)."""


class SpaceUse(Record):
    """The result of ``du``."""

    by: str
    sums: tuple[Sum, ...]
    keys: int
    size_bytes: int
    """Of all values."""
    revision: int
    is_partial: bool = False
    """Whether the reading was interrupted."""
    measured_keys: int = 0
    """Of how many keys the sizes are: fewer than ``keys`` where all were counted before."""
    largest: tuple[Large, ...] = ()
    lists_largest: bool = False
    """Whether only the largest values are asked for."""
    file: Mapping[str, int] | None = None
    """Where the bytes of a file are: part by part, adding up to its size."""
    database: DatabaseSizes | None = None
    most_rows: int = 0
    """How many groups a person is shown; 0 for all."""


class Differences(Record):
    """The result of ``diff``: what differs is found while it is printed."""

    changes: Iterable[KeyDifference]
    resource: Callable[[bytes], str]
    """The resource that a key belongs to."""
    name_only: bool = False
    stat: bool = False
    """Whether only counts by resource are asked for."""
    read: Callable[[bytes, bytes], Any] | None = None
    """Decrypts and decodes a key's value; None where no YAML is asked for."""
    shows_noise: bool = False


class KeyHistory(Record):
    """The result of ``history``: the revisions of a key, newest first."""

    key: bytes
    steps: tuple[HistoryStep, ...]
    begins_after: int
    """The revision that was compacted last, 0 for none."""
    gaps: tuple[tuple[int, int], ...] = ()
    """The first and the last of later revisions that no source has."""
    patch: bool = False
    shows_noise: bool = False
    shows_secrets: bool = False
    names_sources: bool = False


class KeyChanges(Record):
    """Changes that a watch with ``--diff`` shows."""

    changes: Iterable[KeyChange]
    shows_noise: bool
    shows_secrets: bool
    title: Callable[[bytes], str]
    """Names a key, in one line."""


class GroupWrites(NamedTuple):
    """How often the keys of a group were written."""

    name: str
    writes: int
    """With deletions; there may have been ``missed`` more."""
    deletes: int
    no_ops: int
    """Puts of the value that the key had before."""
    size_bytes: int
    """Of all values that were written."""
    keys: int
    has_exact_keys: bool
    missed: int = 0
    lost: int = 0
    """Transactions whose comparison lost; only a log has them."""


class LostComparisons(NamedTuple):
    """How often a member proposed transactions whose comparison of a key lost."""

    key: str
    member: str
    times: int
    missed: int


class WriteRates(Record):
    """The result of ``top``: writes by group in so many seconds, 0 where that is not known."""

    by: str
    seconds: float
    groups: tuple[GroupWrites, ...]
    total: GroupWrites
    missed: int
    """How many writes a group that is not shown may have had."""
    keys_error: float
    """The standard error of a number of keys that is not exact, as a fraction."""
    order: str
    compares: bool = False
    """Whether ``no_ops`` were counted."""
    gaps: tuple[str, ...] = ()
    """What was not counted, a sentence each."""
    is_partial: bool = False
    """Whether the counting was interrupted."""
    most_rows: int = 0
    """How many groups a person is shown; 0 for all."""
    time: str = ""
    """When the counting ended."""
    is_log: bool = False
    """Whether a log was read."""
    lost: tuple[LostComparisons, ...] = ()
    is_series: bool = False
    """Whether there are results for several times."""


class ExportLines(Record):
    """What ``export`` writes: pieces of whole lines, read while they are written."""

    pieces: Iterator[bytes]


class TransferRow(NamedTuple):
    """One row of ``import``, ``copy`` and ``undelete``: a mark (+ ~ = - or !) and a key.

    ``remark`` is why a key is not written; ``revision`` is the source revision of its value, where
    that is shown.
    """

    mark: str
    key: bytes
    remark: str = ""
    revision: int = 0


class TransferRows(Record):
    """The rows of ``import`` and ``copy``, while they are found or made."""

    rows: Iterator[TransferRow]
