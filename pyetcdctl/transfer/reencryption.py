"""Values on their way between clusters that encrypt differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.errors import NotDecrypted
from pyetcdctl.kubernetes.codec.envelope import ENCRYPTED
from pyetcdctl.kubernetes.registry_keys import REGISTRY

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.encryption.keyring import Decrypted, Keyring
    from pyetcdctl.kubernetes.stored_value import Decrypter
    from pyetcdctl.transfer.entries import TransferEntry


class Unchanged:
    """Copies values as they are; an encrypted one only to a key of the same name."""

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
        """Decrypt a value of the target, and keep it where a new one may need its data key."""
        if stored.value.startswith(ENCRYPTED):
            self._neighbours[stored.value.split(b":", 4)[3]] = (stored.key, stored.value)
        return self._target.decrypt(stored.key, stored.value)


def registry_after(prefix: bytes, target_prefix: bytes) -> bytes:
    """Return where the target's API server keeps its objects, once a prefix is replaced."""
    registry = f"{REGISTRY}/".encode()
    if registry.startswith(prefix):
        return target_prefix + registry[len(prefix) :]
    below = prefix.removeprefix(registry)
    if below != prefix and target_prefix.endswith(below):
        return target_prefix[: len(target_prefix) - len(below)]
    return registry
