"""The ciphers of encryption at rest: bytes in, bytes out, or ``CipherRefused``.

``CipherRefused`` never names the cause (padding, tag, length): that would be an oracle for an
attacker. AES-CBC is not authenticated, so a result is accepted only if it has the form of a stored
value from its first byte to its last.
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from pyetcdctl.kubernetes.codec.envelope import Format, recognise, unwrap
from pyetcdctl.kubernetes.encryption.encrypted_value import (
    BLOCK,
    GCM_NONCE,
    SECRETBOX_OVERHEAD,
    SEED_INFO,
    Provider,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
    from cryptography.hazmat.primitives.ciphers import modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from nacl.secret import SecretBox

    from pyetcdctl.kubernetes.encryption.configuration import Secret

DATA_KEY_SIZES = (16, 24, 32)
SHORTEST_SEED = 32


class CipherRefused(Exception):
    """Decryption failed: the key is a different one, or the ciphertext was changed."""


class Cipher(Protocol):
    """One key of one provider; ``bound_to`` is the etcd key of the value."""

    def decrypt(self, data: bytes, bound_to: bytes) -> bytes:
        """Return the plain value, or raise Refused."""

    def encrypt(self, plain: bytes, bound_to: bytes) -> bytes:
        """Return the bytes that follow the header."""


class AesCbc:
    """16 bytes of IV, then AES-CBC with PKCS#7 padding; not bound to the etcd key, not
    authenticated.
    """

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    def decrypt(self, data: bytes, bound_to: bytes) -> bytes:
        """Return the plain value, or raise Refused."""
        from cryptography.hazmat.primitives.padding import PKCS7

        if len(data) < 2 * BLOCK or len(data) % BLOCK:
            raise CipherRefused
        decryptor = self._with(data[:BLOCK]).decryptor()
        padded = decryptor.update(data[BLOCK:]) + decryptor.finalize()
        unpadder = PKCS7(8 * BLOCK).unpadder()
        try:
            plain = unpadder.update(padded) + unpadder.finalize()
        except ValueError:
            raise CipherRefused from None
        if not _is_whole(plain):
            raise CipherRefused
        return plain

    def encrypt(self, plain: bytes, bound_to: bytes) -> bytes:
        """Return the bytes that follow the header."""
        from cryptography.hazmat.primitives.padding import PKCS7

        iv = os.urandom(BLOCK)
        padder = PKCS7(8 * BLOCK).padder()
        encryptor = self._with(iv).encryptor()
        padded = padder.update(plain) + padder.finalize()
        return iv + encryptor.update(padded) + encryptor.finalize()

    def _with(self, iv: bytes) -> BlockCipher[modes.CBC]:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        return Cipher(algorithms.AES(self._secret.reveal()), modes.CBC(iv))


class AesGcm:
    """12 bytes of nonce, then AES-GCM, whose tag covers the etcd key too."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    @cached_property
    def _cipher(self) -> AESGCM:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self._secret.reveal())

    def decrypt(self, data: bytes, bound_to: bytes) -> bytes:
        """Return the plain value, or raise Refused."""
        from cryptography.exceptions import InvalidTag

        try:
            return self._cipher.decrypt(data[:GCM_NONCE], data[GCM_NONCE:], bound_to)
        except (InvalidTag, ValueError):
            raise CipherRefused from None

    def encrypt(self, plain: bytes, bound_to: bytes) -> bytes:
        """Return the bytes that follow the header."""
        nonce = os.urandom(GCM_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, bound_to)


class Secretbox:
    """24 bytes of nonce, then NaCl's secretbox; not bound to the etcd key, but authenticated."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    @cached_property
    def _cipher(self) -> SecretBox:
        from nacl.secret import SecretBox

        return SecretBox(self._secret.reveal())

    def decrypt(self, data: bytes, bound_to: bytes) -> bytes:
        """Return the plain value, or raise Refused."""
        from nacl.exceptions import CryptoError

        if len(data) < SECRETBOX_OVERHEAD:
            raise CipherRefused
        try:
            return self._cipher.decrypt(data)
        except CryptoError:
            raise CipherRefused from None

    def encrypt(self, plain: bytes, bound_to: bytes) -> bytes:
        """Return the bytes that follow the header."""
        return bytes(self._cipher.encrypt(plain))


class SeededGcm:
    """AES-GCM with a key of its own for each value, expanded from a seed by the value's info."""

    def __init__(self, seed: Secret) -> None:
        self._seed = seed

    def decrypt(self, data: bytes, bound_to: bytes) -> bytes:
        """Return the plain value, or raise Refused."""
        return self._derived(data[:SEED_INFO]).decrypt(data[SEED_INFO:], bound_to)

    def encrypt(self, plain: bytes, bound_to: bytes) -> bytes:
        """Return the bytes that follow the header."""
        info = os.urandom(SEED_INFO)
        return info + self._derived(info).encrypt(plain, bound_to)

    def _derived(self, info: bytes) -> AesGcm:
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

        from pyetcdctl.kubernetes.encryption.configuration import Secret

        key = HKDFExpand(SHA256(), length=32, info=info).derive(self._seed.reveal())
        return AesGcm(Secret(key))


CIPHERS: Mapping[Provider, Callable[[Secret], Cipher]] = {
    Provider.AESCBC: AesCbc,
    Provider.AESGCM: AesGcm,
    Provider.SECRETBOX: Secretbox,
}


def data_key_ciphers(data_key: Secret, *, is_seed: bool, may_be_cbc: bool) -> list[Cipher]:
    """Return the ciphers to try, in this order, with a data key that a KMS plugin unwrapped."""
    size = len(data_key.reveal())
    if is_seed:
        return [SeededGcm(data_key)] if size >= SHORTEST_SEED else []
    if size not in DATA_KEY_SIZES:
        return []
    return [AesGcm(data_key), AesCbc(data_key)] if may_be_cbc else [AesGcm(data_key)]


def _is_whole(plain: bytes) -> bool:
    form = recognise(plain)
    if form is Format.PROTOBUF:
        return unwrap(plain).problem is None
    if form is Format.JSON:
        return plain.rstrip().endswith(b"}") and _is_text(plain)
    if form is Format.YAML:
        return _is_text(plain)
    return form in (Format.CBOR, Format.BASE64)


def _is_text(plain: bytes) -> bool:
    try:
        plain.decode()
    except UnicodeDecodeError:
        return False
    return True
