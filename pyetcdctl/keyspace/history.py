"""The known revisions of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.keyspace.source import Source
    from pyetcdctl.rpc.kv import KeyValue


class KeyRevision(NamedTuple):
    """A key at a revision: its entry; that of a deletion has only the key."""

    revision: int
    entry: KeyValue
    is_deletion: bool
    source: str


class History(NamedTuple):
    """Revisions, oldest first.

    ``compacted`` is the revision up to which superseded values were discarded, 0 for none: keys
    that were live then are still known, as the first revision of each. ``revision`` is the last
    one.
    """

    revisions: Sequence[KeyRevision]
    compacted: int
    revision: int


class PendingHistory(Protocol):
    """A history that a source has started to read."""

    def result(self) -> History:
        """Read the rest of it, once."""

    def close(self) -> None:
        """Stop reading."""


@runtime_checkable
class BeginsHistory(Protocol):
    """A source that can read several histories at the same time."""

    def begin_history(
        self, key: bytes, range_end: bytes = b"", *, until_last_living: bool = False
    ) -> PendingHistory:
        """Start to read the history of a key, or of a range of keys.

        ``until_last_living`` leaves out what was deleted after the last change of a living key.
        """


class _Unbegun(NamedTuple):
    """A history that is read on first use."""

    source: Source
    key: bytes
    range_end: bytes

    def result(self) -> History:
        return self.source.history(self.key, self.range_end)

    def close(self) -> None:
        pass


def begin_history(
    source: Source, key: bytes, range_end: bytes = b"", *, until_last_living: bool = False
) -> PendingHistory:
    """Start to read a history early, where the source supports that.

    What was deleted after the last change of a living key need not be part of it with
    ``until_last_living``, which spares a server's watch the wait for the present.
    """
    if isinstance(source, BeginsHistory):
        return source.begin_history(key, range_end, until_last_living=until_last_living)
    return _Unbegun(source, key, range_end)
