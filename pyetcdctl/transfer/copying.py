"""Copy keys to another cluster: rename them and re-encrypt their values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pyetcdctl.errors import NotDecrypted
from pyetcdctl.kubernetes.codec.envelope import ENCRYPTED
from pyetcdctl.kubernetes.registry_keys import REGISTRY
from pyetcdctl.transfer.guarded_writes import GuardedWrite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyetcdctl.kubernetes.encryption.keyring import Decrypted, Keyring
    from pyetcdctl.kubernetes.stored_value import Decrypter
    from pyetcdctl.transfer.entries import TransferEntry


class Values(Protocol):
    """How values are compared and written (transfer/reencryption.py)."""

    def is_same(self, source_key: bytes, entry: TransferEntry, stored: TransferEntry) -> bool:
        """Return whether the target has the value."""

    def value_for(self, source_key: bytes, key: bytes, value: bytes) -> bytes:
        """Return the value for the target's key."""


class Copying:
    """Replaces a prefix of keys, and converts values by ``values``."""

    def __init__(self, prefix: bytes, target_prefix: bytes, values: Values) -> None:
        self.prefix = prefix
        self.target_prefix = target_prefix
        self._values = values

    def renamed(self, entries: Iterable[TransferEntry]) -> Iterator[TransferEntry]:
        """Yield the entries with the target's keys, which are in the same order."""
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


class Unchanged:
    """Copies values unchanged; an encrypted one only to a key of the same name."""

    def is_same(self, source_key: bytes, entry: TransferEntry, stored: TransferEntry) -> bool:
        """Return whether the target has the value."""
        return entry.value == stored.value

    def value_for(self, source_key: bytes, key: bytes, value: bytes) -> bytes:
        """Return the value for the target's key."""
        if value.startswith(ENCRYPTED) and key != source_key:
            raise NotDecrypted(
                f"the encrypted value of {source_key.decode('utf-8', 'backslashreplace')} may be "
                "bound to its key, and cannot be copied to another one as it is",
                "Try:  --dest-encryption-config FILE, to encrypt it as the target does",
            )
        return value


class Reencryption:
    """Decrypts values with the source's keys, and encrypts them as the target's API server does."""

    def __init__(self, source: Decrypter, target: Keyring) -> None:
        self._source = source
        self._target = target
        self._neighbours: dict[bytes, tuple[bytes, bytes]] = {}

    def is_same(self, source_key: bytes, entry: TransferEntry, stored: TransferEntry) -> bool:
        """Return whether the target has the same plaintext, encrypted as it would be today."""
        found = self._decrypted(stored)
        return not found.stale and found.plaintext == self._plaintext(source_key, entry.value)

    def value_for(self, source_key: bytes, key: bytes, value: bytes) -> bytes:
        """Return the value for the target's key."""
        return self._target.encrypt_new(
            self._plaintext(source_key, value),
            key=key,
            neighbours=self._neighbours.values(),
        )

    def _plaintext(self, source_key: bytes, value: bytes) -> bytes:
        plaintext: bytes = self._source.decrypt(source_key, value).plaintext
        return plaintext

    def _decrypted(self, stored: TransferEntry) -> Decrypted:
        """Decrypt a value of the target, and keep it where a new value may need its data key."""
        if stored.value.startswith(ENCRYPTED):
            self._neighbours[stored.value.split(b":", 4)[3]] = (stored.key, stored.value)
        return self._target.decrypt(stored.key, stored.value)


def registry_after(prefix: bytes, target_prefix: bytes) -> bytes:
    """Return the prefix of the target's API server after a prefix of keys is replaced."""
    registry = f"{REGISTRY}/".encode()
    if registry.startswith(prefix):
        return target_prefix + registry[len(prefix) :]
    below = prefix.removeprefix(registry)
    if below != prefix and target_prefix.endswith(below):
        return target_prefix[: len(target_prefix) - len(below)]
    return registry
