"""A keyring that is made when the first encrypted value is met."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.kubernetes.encryption.encrypted_value import EncryptionReport
    from pyetcdctl.kubernetes.encryption.keyring import Decrypted, Keyring


class LazyKeyring:
    """Load the keyring on first use: ciphers are slow to import, and few runs need them."""

    def __init__(self, load: Callable[[], Keyring], prefix: str | None = None) -> None:
        self._load = load
        self._prefix = prefix

    def below(self, prefix: str) -> LazyKeyring:
        """Return the same keys for the values below a registry prefix."""
        return LazyKeyring(self._load, prefix)

    def decrypt(self, key: bytes, value: bytes) -> Decrypted:
        """Decrypt the value of an etcd key."""
        return self._keyring.decrypt(key, value)

    def report(self, value: bytes) -> EncryptionReport:
        """Report on an encrypted value."""
        return self._keyring.report(value)

    @cached_property
    def _keyring(self) -> Keyring:
        found = self._load()
        return found if self._prefix is None else found.below(self._prefix)
