"""A value of etcd, decrypted and decoded, for printers and commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from pyetcdctl.errors import NotDecrypted
from pyetcdctl.kubernetes.codec.decoding import Decoded, decode
from pyetcdctl.kubernetes.codec.envelope import ENCRYPTED, Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.kubernetes.encryption.encrypted_value import EncryptionReport
    from pyetcdctl.kubernetes.encryption.keyring import Decrypted
    from pyetcdctl.kubernetes.objects import Object, Plain


REPLACED = "\ufffd"
"""The replacement of a byte that is not UTF-8 in a decoded string."""


class Decrypter(Protocol):
    """A keyring: decrypts values, or raises NotDecrypted."""

    def decrypt(self, key: bytes, value: bytes) -> Decrypted:
        """Decrypt the value of an etcd key."""

    def report(self, value: bytes) -> EncryptionReport:
        """Report on an encrypted value."""


class StoredValue(NamedTuple):
    """A decrypted and decoded value; ``repr`` shows none of it."""

    decoded: Decoded
    plain: bytes
    """The bytes that were decoded; those in etcd where the value could not be decrypted."""
    encryption: str = ""
    """Provider and key, as in ``aescbc key1``; empty for a value that is not encrypted."""
    decryption_error: str = ""
    """Why an encrypted value could not be decrypted, in one line."""
    report: EncryptionReport | None = None
    """The report on an encrypted value, without its key."""
    stale: bool = False
    """Whether the API server would encrypt it differently today."""

    def __repr__(self) -> str:
        kind = self.type or self.decoded.format.value
        return f"StoredValue({kind}, {len(self.plain)} bytes, encryption={self.encryption!r})"

    @property
    def type(self) -> str:
        """apiVersion and kind in one line; empty for a value that is not an object."""
        return f"{self.decoded.api_version} {self.decoded.kind}".strip()

    @property
    def is_kubernetes(self) -> bool:
        """Whether it is an API object, or an encrypted value, which only Kubernetes writes."""
        return bool(self.type or self.encryption or self.decoded.format is Format.PROTOBUF)

    @property
    def remarks(self) -> list[str]:
        """Remarks on the value besides the object, a line each."""
        lines = [self.decryption_error] if self.decryption_error else []
        if self.decoded.problem:
            lines.append(self.decoded.problem)
        if not self.decoded.schema_known:
            lines.append("the kind is not known here: fields are shown by their numbers")
        lines += [_unknown(*field) for field in self.decoded.unknown]
        return lines


class Reader:
    """Reads the values under keys, and counts those that could not be decrypted."""

    __slots__ = ("_keyring", "_release", "first_not_decrypted", "not_decrypted")

    def __init__(self, keyring: Decrypter | None, release: str | None = None) -> None:
        self._keyring = keyring
        self._release = release
        self.not_decrypted = 0
        self.first_not_decrypted = ""

    def __call__(self, key: bytes, value: bytes) -> StoredValue:
        """Decrypt and decode one value; never raises because of its content."""
        if not value.startswith(ENCRYPTED):
            return StoredValue(decode(value, self._release), value)
        stored = _decrypted(key, value, self._keyring, self._release)
        if stored.decryption_error:
            self.not_decrypted += 1
            shown = key.decode("utf-8", "backslashreplace")
            self.first_not_decrypted = (
                self.first_not_decrypted or f"{shown}: {stored.decryption_error}"
            )
        return stored


def read(
    key: bytes, value: bytes, keyring: Decrypter | None = None, release: str | None = None
) -> StoredValue:
    """Decrypt and decode one value; never raises because of its content."""
    return Reader(keyring, release)(key, value)


def _decrypted(
    key: bytes, value: bytes, keyring: Decrypter | None, release: str | None
) -> StoredValue:
    from pyetcdctl.kubernetes.encryption.encrypted_value import inspect, mismatch

    report = keyring.report(value) if keyring else inspect(value)
    owner = f"{report.provider} {report.key_name}".strip()
    try:
        if keyring is None:
            raise NotDecrypted(str(report))
        decrypted = keyring.decrypt(key, value)
        decoded = decode(decrypted.plaintext, release)
        if not decrypted.authenticated and _looks_changed(decrypted.plaintext, decoded):
            raise NotDecrypted(f"{report}; {mismatch(report.provider)}")
    except NotDecrypted as error:
        return StoredValue(Decoded(Format.ENCRYPTED), value, owner, error.message, report)
    return StoredValue(decoded, decrypted.plaintext, owner, report=report, stale=decrypted.stale)


def _looks_changed(plaintext: bytes, decoded: Decoded) -> bool:
    """Return whether a value is damaged inside, which AES-CBC does not detect."""
    if decoded.problem:
        return True
    pairs = list(_pairs(decoded.object))
    # Bytes that are not JSON become base64, as byte fields do.
    if any(name == "fieldsV1" and isinstance(value, str) for name, value in pairs):
        return True
    texts = (text for pair in pairs for text in pair if isinstance(text, str))
    return REPLACED.encode() not in plaintext and any(REPLACED in text for text in texts)


def _pairs(obj: Object | None) -> Iterator[tuple[str, Plain]]:
    """Yield every name and value of an object; the items of a list have no name."""
    pending: list[tuple[str, Plain]] = [("", obj)]
    while pending:
        pair = pending.pop()
        yield pair
        if isinstance(pair[1], dict):
            pending += pair[1].items()
        elif isinstance(pair[1], list):
            pending += (("", item) for item in pair[1])


def _unknown(path: str, number: int, wire_type: int, value: int | bytes) -> str:
    where = f"{path}: " if path else ""
    shown = str(value) if isinstance(value, int) else f"0x{value.hex()}"
    return f"{where}unknown field {number} (wire type {wire_type}): {shown}"
