"""The model that entries are applied to, and their outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyetcdctl.storage.mvcc.revisions import Delete, Put

APPLIED, SUCCEEDED, FAILED = "applied", "succeeded", "failed"
REFUSED, UNKNOWN = "refused", "unknown"
NOT_KNOWN = -1
"""A figure of a key that is unknown because the log begins later than the key."""


class Outcome(NamedTuple):
    """The outcome of an entry; ``revision`` is that of its change, 0 where no key changed."""

    name: str
    reason: str = ""
    revision: int = 0


class NotKnown(Exception):
    """Raised by a model that does not know a key's state, because its log begins later."""


class Refused(Exception):
    """Raised for a request that etcd refuses, with etcd's text."""


class Version(Protocol):
    """A live key as it is now."""

    @property
    def create_revision(self) -> int: ...

    @property
    def mod_revision(self) -> int: ...

    @property
    def version(self) -> int: ...

    @property
    def lease(self) -> int: ...

    @property
    def value(self) -> bytes: ...


class ReplayBuckets(Protocol):
    """The buckets of the database beside the keys."""

    def get(self, bucket: bytes, key: bytes) -> bytes | None: ...

    def items(self, bucket: bytes) -> Iterator[tuple[bytes, bytes]]: ...

    def put(self, bucket: bytes, key: bytes, value: bytes) -> None: ...

    def delete(self, bucket: bytes, key: bytes) -> None: ...


class ReplayModel(Protocol):
    """A member's keys and buckets. NotKnown is raised where a result is not known."""

    @property
    def revision(self) -> int: ...

    @property
    def compacted(self) -> int: ...

    @property
    def buckets(self) -> ReplayBuckets: ...

    def newest(self, key: bytes) -> Version | None:
        """Return a live key, None without it."""

    def newest_range(self, key: bytes, range_end: bytes) -> Iterable[tuple[bytes, Version]]:
        """Yield the live keys of a range (etcd API, RangeRequest) in order."""

    def write(self, changes: Sequence[Put | Delete]) -> None:
        """Apply changes as one revision, the next."""

    def compact(self, revision: int) -> None:
        """Discard key history older than a revision."""
