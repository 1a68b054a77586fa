"""The keyring: decrypt an API server's values, and encrypt them again in the same way.

A value may have been written by any key of the file, whichever keys the block of its resource names
today; the keys of that block are tried first. The header names the key of a value, and decryption
verifies it. `Keyring.decrypt` raises only NotDecrypted, which never contains plain bytes.
"""

from __future__ import annotations

from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import BadEncryptionConfig, NotDecrypted
from pyetcdctl.kubernetes.codec.envelope import ENCRYPTED
from pyetcdctl.kubernetes.encryption.ciphers import (
    CIPHERS,
    AesCbc,
    Cipher,
    CipherRefused,
    data_key_ciphers,
)
from pyetcdctl.kubernetes.encryption.configuration import EncryptionConfig, KeySource, resource_of
from pyetcdctl.kubernetes.encryption.encrypted_value import (
    EncryptionReport,
    Provider,
    encrypted_object,
    inspect,
    mismatch,
    shown,
    split_v1,
)
from pyetcdctl.kubernetes.encryption.kms import NotUnwrapped, PluginSockets, Wrapped
from pyetcdctl.kubernetes.registry_keys import REGISTRY

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
    """Whether the API server would encrypt it differently today."""
    server_reads: bool = True
    """Whether the block of its resource has the key, so that the API server can decrypt it."""
    authenticated: bool = True
    """False for AES-CBC, where a change of the value may not be detected."""

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


class _File:
    """The configuration, read when the first encrypted value is decrypted."""

    def __init__(self, load: Callable[[], EncryptionConfig | None]) -> None:
        self._load = load
        self.why_unusable = ""

    @cached_property
    def config(self) -> EncryptionConfig | None:
        try:
            return self._load()
        except BadEncryptionConfig as error:
            self.why_unusable = error.message
            return None

    @cached_property
    def headers(self) -> tuple[bytes, ...]:
        sources = self.config.sources if self.config else ()
        return tuple(source.header for source in sources)


class Keyring:
    """The keys of one file, and its plugins, for the values below one registry prefix.

    ``load`` is called when the first encrypted value is decrypted, and may return None when there
    is no file. ``unwrapping`` is the source of the data keys of KMS.
    """

    def __init__(
        self,
        load: Callable[[], EncryptionConfig | None] = lambda: None,
        unwrapping: Unwrapping | None = None,
        prefix: str = REGISTRY,
    ) -> None:
        self._file = _File(load)
        self._unwrapping = unwrapping or PluginSockets()
        self._prefix = prefix
        self._ciphers: dict[KeySource, Cipher] = {}

    def below(self, prefix: str) -> Keyring:
        """Return the same keys for the values below another prefix."""
        other = copy(self)
        other._prefix = prefix
        return other

    @property
    def config(self) -> EncryptionConfig | None:
        """The file's content, None when there is no file or an unusable one."""
        return self._file.config

    @property
    def why_no_config(self) -> str:
        """Why the file cannot be used; empty where there is none, or it can be."""
        return "" if self.config else self._file.why_unusable

    def report(self, value: bytes) -> EncryptionReport:
        """Report on an encrypted value; names of keys that the file has may hold colons."""
        return inspect(value, self._file.headers)

    def resource_of(self, key: bytes) -> GroupResource | None:
        """Return the resource of an etcd key."""
        return resource_of(key, self._prefix.encode("utf-8", "surrogateescape"))

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

        The original is decrypted first, so that only a key that decrypts it encrypts the new value.
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
        neighbours: Iterable[tuple[bytes, bytes]],
    ) -> bytes:
        """Encrypt bytes for an etcd key that has no value yet, as the API server would today.

        A KMS plugin's data key is taken from one of the neighbours: keys and their values.
        """
        source = self.sources_of(key)[0]
        if why := self.why_no_config:
            raise NotDecrypted(f"how to encrypt a new value is not known: {why}")
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

    def lacks_key(self, key: bytes, value: bytes) -> bool:
        """Whether the API server cannot decrypt a value that could not be decrypted here either.

        That is not known for a KMS plugin that is not reachable from here.
        """
        own = [each for each in self.sources_of(key) if value.startswith(each.header)]
        kms = (Provider.KMS_V1, Provider.KMS_V2)
        return self.config is not None and not any(each.provider in kms for each in own)

    def sources_of(self, key: bytes) -> tuple[KeySource, ...]:
        """Return the keys that the API server uses for an etcd key, the encrypting one first."""
        config = self.config
        if config is None:
            return (KeySource(Provider.IDENTITY),)
        return config.sources_of(self.resource_of(key))

    def _decrypt(
        self, key: bytes, value: bytes, own: tuple[KeySource, ...]
    ) -> tuple[KeySource, _Decryption]:
        reason = ""
        for source in self._candidates(value, own):
            try:
                return source, self._decrypt_with(source, value, key)
            except NotUnwrapped as refused:
                reason = reason or str(refused)
            except CipherRefused:
                reason = mismatch(source.provider)
        raise self._refusal(value, reason)

    def _candidates(self, value: bytes, own: tuple[KeySource, ...]) -> list[KeySource]:
        every = (*own, *(self.config.sources if self.config else ()))
        sources = dict.fromkeys(s for s in every if s.provider is not Provider.IDENTITY)
        return [source for source in sources if value.startswith(source.header)]

    def _decrypt_with(self, source: KeySource, value: bytes, key: bytes) -> _Decryption:
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

    def _decrypt_kms_v1(self, source: KeySource, payload: bytes, key: bytes) -> _Decryption:
        split = split_v1(payload)
        if split is None:
            raise CipherRefused
        wrapped, data = split
        data_key = self._unwrapping.unwrap(source, Wrapped(wrapped))
        front = source.header + payload[: len(payload) - len(data)]
        ciphers = data_key_ciphers(data_key, is_seed=False, may_be_cbc=True)
        plaintext, cipher = _first_to_decrypt(ciphers, data, key)
        # Releases from 1.25 on write the data in GCM mode, and rewrite values in another mode.
        in_old_mode = isinstance(cipher, AesCbc)
        return _Decryption(plaintext, cipher, lambda data: front + data, in_old_mode)

    def _decrypt_kms_v2(self, source: KeySource, payload: bytes, key: bytes) -> _Decryption:
        found = encrypted_object(payload)
        if found is None:
            raise CipherRefused
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
        report = self.report(value)
        if reason:
            return NotDecrypted(f"{report}; {reason}")
        if self.config is not None:
            return NotDecrypted(f"{report}; {shown_file(self.config)} has no such key or plugin")
        if why := self.why_no_config:
            return NotDecrypted(f"{report}; {why}")
        advice = "Try:  --encryption-config FILE, the API server's --encryption-provider-config"
        return NotDecrypted(f"{report}; no encryption configuration is known", advice)


def shown_file(config: EncryptionConfig) -> str:
    """Return a file's name for a message."""
    return shown(config.path.encode()) or "the encryption configuration"


def _plain(value: bytes, own: tuple[KeySource, ...]) -> Decrypted:
    identity = KeySource(Provider.IDENTITY)
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
        except CipherRefused:
            continue
    raise CipherRefused
