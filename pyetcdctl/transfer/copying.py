"""Which key of one store is which of another, and with what value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pyetcdctl.transfer.guarded_writes import GuardedWrite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyetcdctl.transfer.entries import TransferEntry


class Values(Protocol):
    """How values are compared and written (transfer/reencryption.py)."""

    def is_same(self, source_key: bytes, entry: TransferEntry, stored: TransferEntry) -> bool:
        """Return whether the target has the value."""

    def value_for(self, source_key: bytes, key: bytes, value: bytes) -> bytes:
        """Return the value for the target's key."""


class Copying:
    """Replaces a prefix of keys, and hands values to those who know about encryption."""

    def __init__(self, prefix: bytes, target_prefix: bytes, values: Values) -> None:
        self.prefix = prefix
        self.target_prefix = target_prefix
        self._values = values

    def renamed(self, entries: Iterable[TransferEntry]) -> Iterator[TransferEntry]:
        """Yield the entries under the target's keys, which have the same order."""
        for entry in entries:
            yield entry._replace(key=self.target_prefix + entry.key[len(self.prefix) :])

    def is_same(self, entry: TransferEntry, stored: TransferEntry) -> bool:
        """Return whether the target has a renamed entry's value."""
        return self._values.is_same(self._source_key(entry.key), entry, stored)

    def write_of(self, entry: TransferEntry, mod_revision: int) -> GuardedWrite:
        """Return the write of a renamed entry."""
        return GuardedWrite(entry.key, mod_revision, self.value_for(entry.key, entry.value))

    def value_for(self, key: bytes, value: bytes) -> bytes:
        """Return the value for a key of the target."""
        return self._values.value_for(self._source_key(key), key, value)

    def _source_key(self, key: bytes) -> bytes:
        return self.prefix + key[len(self.target_prefix) :]
