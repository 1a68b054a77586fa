"""Inspect an encrypted value without a key: provider, key name, plaintext length.

A header is ``k8s:enc:PROVIDER:VERSION:KEY:``. The rest is in the provider's own format; the lengths
of nonces, tags and padding are known for each.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.escaping import printable
from pyetcdctl.kubernetes.codec.envelope import ENCRYPTED, end_of_header
from pyetcdctl.kubernetes.objects import text
from pyetcdctl.rpc.wire import LENGTH, WireError, append_varint, read_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

GCM_NONCE, GCM_OVERHEAD = 12, 28
SECRETBOX_OVERHEAD = 40
BLOCK = 16
SEED_INFO = 32
"""The number of bytes before the nonce from which a key is derived, where the data key is a
seed.
"""
LONGEST_NAME = 100


class Provider(StrEnum):
    """The provider; its version is part of the name only where there are two."""

    IDENTITY = "identity"
    AESCBC = "aescbc"
    AESGCM = "aesgcm"
    SECRETBOX = "secretbox"
    KMS_V1 = "kms v1"
    KMS_V2 = "kms v2"

    def header(self, key_name: str) -> bytes:
        """Return the prefix of the values of a key; empty for plain values."""
        if self is Provider.IDENTITY:
            return b""
        name, _, version = self.value.partition(" ")
        return b"%b%b:%b:%b:" % (
            ENCRYPTED,
            name.encode(),
            (version or "v1").encode(),
            key_name.encode(),
        )


BOUND = (Provider.AESGCM, Provider.KMS_V1, Provider.KMS_V2)
"""The providers whose values can be decrypted at their own etcd key only."""


class EncryptionReport(NamedTuple):
    """The report on an encrypted value; its texts are safe to print."""

    provider: str
    """A ``Provider``'s name, or an unknown one's name and version."""
    key_name: str
    """The key's name, or the KMS plugin's."""
    shortest: int | None = None
    longest: int | None = None
    """The limits of the plain value's length; None when it is not known."""
    key_id: str = ""
    """KMS v2 only: which key of the plugin wrapped the data key."""
    data_key: str = ""
    """KMS v2 only: the type of the wrapped data key."""
    annotations: tuple[str, ...] = ()

    @property
    def length(self) -> str:
        """The plain value's length as text."""
        if self.shortest is None:
            return "an unknown length"
        if self.shortest == self.longest:
            return f"{self.shortest:,} bytes"
        return f"{self.shortest:,} to {self.longest:,} bytes"

    @property
    def owner(self) -> str:
        """The key that decrypts the value: ``aescbc key key1``, ``kms v2 plugin vault, key id
        7``.
        """
        what = "plugin" if self.provider.startswith("kms") else "key"
        with_id = f", key id {self.key_id}" if self.key_id else ""
        name = f" {what} {self.key_name}" if self.key_name else ""
        return f"{self.provider}{name}{with_id}"

    def __str__(self) -> str:
        return f"encrypted by {self.owner}; the plain value has {self.length}"


class EncryptedObject(NamedTuple):
    """The message of a KMS v2 value."""

    data: bytes
    key_id: bytes
    wrapped: bytes
    annotations: tuple[bytes, ...] = ()
    """Each entry as it is on the wire, to be passed to the plugin."""
    is_seed: bool = False

    def encode(self) -> bytes:
        """Write the message."""
        out = bytearray()
        fields = [(1, self.data), (2, self.key_id), (3, self.wrapped)]
        for number, payload in [*fields, *((4, entry) for entry in self.annotations)]:
            append_field(out, number, payload)
        if self.is_seed:
            out += b"\x28\x01"
        return bytes(out)


def append_field(out: bytearray, number: int, payload: bytes) -> None:
    """Write a field of bytes, which proto3 leaves out when it is empty."""
    if payload:
        append_varint(out, number << 3 | LENGTH)
        append_varint(out, len(payload))
        out += payload


def inspect(value: bytes, headers: Iterable[bytes] = ()) -> EncryptionReport:
    """Report on a value that begins with ``k8s:enc:``, however damaged the rest is.

    The name of a key may hold colons: the longest of the known ``headers`` that fits decides where
    it ends.
    """
    name, version, key_name, payload = _parts(value, headers)
    provider = f"{name} {version}" if name == "kms" else name
    if provider == Provider.KMS_V2:
        return _kms_v2(key_name, payload)
    if provider not in _LENGTHS or (name != "kms" and version != "v1"):
        return EncryptionReport(f"{name}:{version}".strip(":") or "(no provider)", key_name)
    shortest, longest = _LENGTHS[provider](payload)
    return EncryptionReport(provider, key_name, shortest, longest)


def mismatch(provider: str) -> str:
    """Return why a value cannot be decrypted with its key: one text for all causes."""
    moved = " or moved here from another etcd key" if provider in BOUND else ""
    return f"decryption failed: the key is another one, or the value was changed{moved}"


def split_v1(payload: bytes) -> tuple[bytes, bytes] | None:
    """Split a KMS v1 value into its wrapped data key and its data; None when it is damaged."""
    size = int.from_bytes(payload[:2], "big")
    wrapped, data = payload[2 : 2 + size], payload[2 + size :]
    return (wrapped, data) if wrapped and len(wrapped) == size and data else None


def encrypted_object(payload: bytes) -> EncryptedObject | None:
    """Read the message of a KMS v2 value; None when it is damaged or of an unknown kind."""
    found: dict[int, bytes] = {}
    annotations: list[bytes] = []
    seed = 0
    try:
        for number, value in read_fields(payload):
            if isinstance(value, int):
                seed = value if number == 5 else seed
            elif number == 4:
                annotations.append(value)
            else:
                found[number] = value
    except WireError:
        return None
    if not (found.get(1) and found.get(3)) or seed not in (0, 1):
        return None
    return EncryptedObject(found[1], found.get(2, b""), found[3], tuple(annotations), bool(seed))


def shown(name: bytes) -> str:
    """Return a name from a value as text without control characters, cut to a line's length."""
    readable = printable(text(name[:LONGEST_NAME]))
    return readable + "…" if len(name) > LONGEST_NAME else readable


def _parts(value: bytes, headers: Iterable[bytes]) -> tuple[str, str, str, bytes]:
    known = max((each for each in headers if each and value.startswith(each)), key=len, default=b"")
    end = len(known) or end_of_header(value)
    name, version, key_name = (*value[len(ENCRYPTED) : end].split(b":", 2), b"", b"", b"")[:3]
    # Without a colon after it, the name would be the rest of the value.
    is_whole = value[:end].endswith(b":") and value[:end].count(b":") > 4
    key_name = key_name.removesuffix(b":") if is_whole else b""
    return shown(name), shown(version), shown(key_name), value[end:] if is_whole else b""


def _kms_v2(key_name: str, payload: bytes) -> EncryptionReport:
    found = encrypted_object(payload)
    if found is None:
        return EncryptionReport(Provider.KMS_V2, key_name)
    length = max(len(found.data) - GCM_OVERHEAD - SEED_INFO * found.is_seed, 0)
    return EncryptionReport(
        Provider.KMS_V2,
        key_name,
        length,
        length,
        key_id=shown(found.key_id),
        data_key="HKDF seed" if found.is_seed else "AES-GCM key",
        annotations=tuple(map(_annotation_name, found.annotations)),
    )


def _annotation_name(entry: bytes) -> str:
    try:
        fields = dict(read_fields(entry))
    except WireError:
        return "(damaged)"
    name = fields.get(1, b"")
    return shown(name) if isinstance(name, bytes) else "(damaged)"


def _minus(overhead: int, data: bytes) -> tuple[int, int]:
    length = max(len(data) - overhead, 0)
    return length, length


def _padded(data: bytes) -> tuple[int, int]:
    return max(len(data) - 2 * BLOCK, 0), max(len(data) - BLOCK - 1, 0)


def _kms_v1(payload: bytes) -> tuple[int | None, int | None]:
    split = split_v1(payload)
    if split is None:
        return None, None
    # Up to release 1.24 the data was written in CBC mode, whose length is a multiple of the block
    # size.
    return _minus(GCM_OVERHEAD, split[1]) if len(split[1]) % BLOCK else _padded(split[1])


_LENGTHS: Mapping[str, Callable[[bytes], tuple[int | None, int | None]]] = {
    Provider.AESCBC: _padded,
    Provider.AESGCM: lambda data: _minus(GCM_OVERHEAD, data),
    Provider.SECRETBOX: lambda data: _minus(SECRETBOX_OVERHEAD, data),
    Provider.KMS_V1: _kms_v1,
}
