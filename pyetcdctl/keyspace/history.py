"""What is still known of keys revision by revision."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.keyspace.source import Source
    from pyetcdctl.rpc.kv import KeyValue


class KeyRevision(NamedTuple):
    """What a key became at a revision: an entry, of which a deletion has the key alone."""

    revision: int
    entry: KeyValue
    is_deletion: bool
    source: str


class History(NamedTuple):
    """Revisions, oldest first.

    ``compacted`` is the revision up to which superseded values were discarded, 0 for none: what was
    live then is still known, as the first revision of its key. ``revision`` is the last one.
    """

    revisions: Sequence[KeyRevision]
    compacted: int
    revision: int


class PendingHistory(Protocol):
    """A history that a source has begun to read."""

    def result(self) -> History:
        """Read the rest of it, once."""

    def close(self) -> None:
        """Give up what was not read."""


@runtime_checkable
class BeginsHistory(Protocol):
    """A source that lets its reader wait, and reads several histories in that time."""

    def begin_history(self, key: bytes, range_end: bytes = b"") -> PendingHistory:
        """Begin to read the history of a key, or of a range of keys."""


class _Unbegun(NamedTuple):
    """A history that is read when it is wanted."""

    source: Source
    key: bytes
    range_end: bytes

    def result(self) -> History:
        return self.source.history(self.key, self.range_end)

    def close(self) -> None:
        pass


def begin_history(source: Source, key: bytes, range_end: bytes = b"") -> PendingHistory:
    """Begin to read a history, where that saves time."""
    if isinstance(source, BeginsHistory):
        return source.begin_history(key, range_end)
    return _Unbegun(source, key, range_end)
