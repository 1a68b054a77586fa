"""The keyring: decrypts an API server's values, and encrypts them again in the same way.

A value may have been written by any key of the file, whatever the block of its resource says today;
the keys of that block are tried first. The key of a value is known by its header, then proved by
the cipher. Nothing but NotDecrypted leaves `Keyring.decrypt`, and it never holds plain bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import BadEncryptionConfig, NotDecrypted
from pyetcdctl.kubernetes.codec.envelope import ENCRYPTED
from pyetcdctl.kubernetes.encryption.ciphers import (
    CIPHERS,
    AesCbc,
    Cipher,
    Refused,
    data_key_ciphers,
)
from pyetcdctl.kubernetes.encryption.configuration import EncryptionConfig, Source
from pyetcdctl.kubernetes.encryption.encrypted_value import (
    Provider,
    encrypted_object,
    inspect,
    mismatch,
    shown,
    split_v1,
)
from pyetcdctl.kubernetes.encryption.key_resources import resource_of
from pyetcdctl.kubernetes.encryption.kms import NotUnwrapped, PluginSockets, Wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyetcdctl.kubernetes.encryption.configuration import GroupResource
    from pyetcdctl.kubernetes.encryption.kms import Unwrapping


class Decrypted(NamedTuple):
    """A decrypted value; ``repr`` does not show its bytes."""

    plaintext: bytes
    provider: Provider
    key_name: str = ""
    stale: bool = False
    """Whether the API server would write it otherwise today."""
    server_reads: bool = True
    """Whether the block of its resource has the key, so that the API server can read it."""
    authenticated: bool = True
    """False for AES-CBC, where a change can go unnoticed."""

    def __repr__(self) -> str:
        return (
            f"Decrypted({len(self.plaintext)} bytes, provider={self.provider.value!r}, "
            f"key_name={self.key_name!r}, stale={self.stale})"
        )


class _Decryption(NamedTuple):
    plaintext: bytes
    cipher: Cipher
    frame: Callable[[bytes], bytes]
    """Puts header and wrapped data key before newly encrypted bytes."""
    outdated: bool = False


class Keyring:
    """The keys of one file, and the plugins behind it.

    ``load`` is called when the first encrypted value is met, and may return None when there is no
    file. ``unwrapping`` is where the data keys of KMS come from.
    """

    def __init__(
        self,
        load: Callable[[], EncryptionConfig | None] = lambda: None,
        unwrapping: Unwrapping | None = None,
        resource_of: Callable[[bytes], GroupResource | None] = resource_of,
    ) -> None:
        self._load = load
        self._unwrapping = unwrapping or PluginSockets()
        self._resource_of = resource_of
        self._config: EncryptionConfig | None = None
        self._why_none = ""
        self._loaded = False
        self._ciphers: dict[Source, Cipher] = {}

    @property
    def config(self) -> EncryptionConfig | None:
        """The file's content, None when there is no file or an unusable one."""
        if not self._loaded:
            self._loaded = True
            try:
                self._config = self._load()
            except BadEncryptionConfig as error:
                self._why_none = error.message
        return self._config

    @property
    def why_no_config(self) -> str:
        """Why the file that there is cannot be used; empty where there is none, or it can."""
        return "" if self.config else self._why_none

    def decrypt(self, key: bytes, value: bytes) -> Decrypted:
        """Decrypt the value of an etcd key; a plain one is returned as it is."""
        own = self.sources_of(key)
        if not value.startswith(ENCRYPTED):
            return _plain(value, own)
        source, found = self._decrypt(key, value, own)
        return Decrypted(
            found.plaintext,
            source.provider,
            source.name,
            stale=found.outdated or source != own[0],
            server_reads=source in own,
            authenticated=not isinstance(found.cipher, AesCbc),
        )

    def encrypt_like(self, original: bytes, plaintext: bytes, *, key: bytes) -> bytes:
        """Encrypt new plain bytes for an etcd key as its value is: provider, key and data key.

        The original is decrypted first, so that no key that fails to read it ever writes.
        """
        if not original.startswith(ENCRYPTED):
            return plaintext
        _, found = self._decrypt(key, original, self.sources_of(key))
        return found.frame(found.cipher.encrypt(plaintext, key))

    def encrypt_new(
        self,
        plaintext: bytes,
        *,
        key: bytes,
        resource: GroupResource | None,
        neighbours: Iterable[tuple[bytes, bytes]],
    ) -> bytes:
        """Encrypt bytes for an etcd key that has no value yet, as the API server would today.

        A KMS plugin's data key is taken from one of the neighbours: keys and their values.
        """
        source = self.config.sources_of(resource)[0] if self.config else Source(Provider.IDENTITY)
        if self._why_none:
            raise NotDecrypted(f"how to encrypt a new value is not known: {self._why_none}")
        if source.provider is Provider.IDENTITY:
            return plaintext
        if source.provider in CIPHERS:
            cipher = CIPHERS[source.provider](source.secret)
            return source.header + cipher.encrypt(plaintext, key)
        named = (each for each in neighbours if each[1].startswith(source.header))
        found = (self._decrypt(other, value, (source,))[1] for other, value in named)
        for current in (each for each in found if not each.outdated):
            return current.frame(current.cipher.encrypt(plaintext, key))
        raise NotDecrypted(
            f"a new value is for {source.provider} plugin {source.name} to encrypt, "
            "and no value beside it has a data key of its present one"
        )

    def sources_of(self, key: bytes) -> tuple[Source, ...]:
        """Return what the API server uses for an etcd key, the writing one first."""
        config = self.config
        if config is None:
            return (Source(Provider.IDENTITY),)
        return config.sources_of(self._resource_of(key))

    def _decrypt(
        self, key: bytes, value: bytes, own: tuple[Source, ...]
    ) -> tuple[Source, _Decryption]:
        reason = ""
        for source in self._candidates(value, own):
            try:
                return source, self._decrypt_with(source, value, key)
            except NotUnwrapped as refused:
                reason = reason or str(refused)
            except Refused:
                reason = mismatch(source.provider)
        raise self._refusal(value, reason)

    def _candidates(self, value: bytes, own: tuple[Source, ...]) -> list[Source]:
        every = (*own, *(self._config.sources if self._config else ()))
        sources = dict.fromkeys(s for s in every if s.provider is not Provider.IDENTITY)
        return [source for source in sources if value.startswith(source.header)]

    def _decrypt_with(self, source: Source, value: bytes, key: bytes) -> _Decryption:
        header = source.header
        payload = value[len(header) :]
        if source.provider is Provider.KMS_V1:
            return self._decrypt_kms_v1(source, payload, key)
        if source.provider is Provider.KMS_V2:
            return self._decrypt_kms_v2(source, payload, key)
        if source not in self._ciphers:
            self._ciphers[source] = CIPHERS[source.provider](source.secret)
        cipher = self._ciphers[source]
        return _Decryption(cipher.decrypt(payload, key), cipher, lambda data: header + data)

    def _decrypt_kms_v1(self, source: Source, payload: bytes, key: bytes) -> _Decryption:
        split = split_v1(payload)
        if split is None:
            raise Refused
        wrapped, data = split
        data_key = self._unwrapping.unwrap(source, Wrapped(wrapped))
        front = source.header + payload[: len(payload) - len(data)]
        ciphers = data_key_ciphers(data_key, is_seed=False, may_be_cbc=True)
        plaintext, cipher = _first_to_decrypt(ciphers, data, key)
        # Releases from 1.25 on write the data in GCM mode and rewrite what is not.
        in_old_mode = isinstance(cipher, AesCbc)
        return _Decryption(plaintext, cipher, lambda data: front + data, in_old_mode)

    def _decrypt_kms_v2(self, source: Source, payload: bytes, key: bytes) -> _Decryption:
        found = encrypted_object(payload)
        if found is None:
            raise Refused
        wrapped = Wrapped(found.wrapped, found.key_id, found.annotations)
        data_key = self._unwrapping.unwrap(source, wrapped)
        ciphers = data_key_ciphers(data_key, is_seed=found.is_seed, may_be_cbc=False)
        plaintext, cipher = _first_to_decrypt(ciphers, found.data, key)
        current = self._unwrapping.current_key_id(source)
        return _Decryption(
            plaintext,
            cipher,
            lambda data: source.header + found._replace(data=data).encode(),
            outdated=current is not None and current != found.key_id,
        )

    def _refusal(self, value: bytes, reason: str) -> NotDecrypted:
        report = inspect(value)
        if reason:
            return NotDecrypted(f"{report}; {reason}")
        if self._config is not None:
            return NotDecrypted(f"{report}; {shown_file(self._config)} has no such key or plugin")
        if self._why_none:
            return NotDecrypted(f"{report}; {self._why_none}")
        advice = "Try:  --encryption-config FILE, the API server's --encryption-provider-config"
        return NotDecrypted(f"{report}; no encryption configuration is known", advice)


def shown_file(config: EncryptionConfig) -> str:
    """Name a file for a message."""
    return shown(config.path.encode()) or "the encryption configuration"


def _plain(value: bytes, own: tuple[Source, ...]) -> Decrypted:
    identity = Source(Provider.IDENTITY)
    return Decrypted(
        value,
        Provider.IDENTITY,
        stale=own[0] != identity,
        server_reads=identity in own,
    )


def _first_to_decrypt(ciphers: list[Cipher], data: bytes, key: bytes) -> tuple[bytes, Cipher]:
    for cipher in ciphers:
        try:
            return cipher.decrypt(data, key), cipher
        except Refused:
            continue
    raise Refused
