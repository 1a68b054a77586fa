"""A certificate authority for throw-away clusters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey

KeyKind = Literal["ec", "p521", "ed25519", "rsa"]
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Validity:
    """The time in which a certificate is valid."""

    begins: datetime
    ends: datetime

    @classmethod
    def of(cls, length: timedelta, *, begins_in: timedelta = timedelta(minutes=-5)) -> Validity:
        """Return a window of some length that began five minutes ago, to allow for clocks that
        differ.
        """
        begins = datetime.now(UTC) + begins_in
        return cls(begins, begins + length)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate and its private key, as PEM."""

    certificate: bytes
    key: bytes

    def write(self, certificate: Path, key: Path) -> None:
        """Write both; the key is readable by its owner alone."""
        certificate.parent.mkdir(parents=True, exist_ok=True)
        certificate.write_bytes(self.certificate)
        certificate.chmod(0o644)
        key.touch(mode=0o600)
        key.chmod(0o600)
        key.write_bytes(self.key)


class Authority:
    """A self-signed authority that issues certificates."""

    def __init__(
        self,
        name: str = "etcd-ca",
        *,
        key_kind: KeyKind = "ec",
        validity: Validity | None = None,
    ) -> None:
        self._key = _new_key(key_kind)
        self._key_kind = key_kind
        self._name = _subject(name, "")
        window = validity or Validity.of(timedelta(days=3650))
        builder = _builder(self._name, self._name, self._key, window)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        builder = builder.add_extension(_key_usage(authority=True), True)
        self._certificate = _signed(builder, self._key)
        self.pair = _pem(self._certificate, self._key)

    def issue(
        self,
        name: str,
        *,
        organisation: str = "",
        hosts: Sequence[str] = (),
        validity: Validity | None = None,
    ) -> KeyPair:
        """Issue a certificate: for a client, and for a server too when ``hosts`` names any."""
        key = _new_key(self._key_kind)
        window = validity or Validity.of(timedelta(days=365))
        builder = _builder(_subject(name, organisation), self._name, key, window)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        builder = builder.add_extension(_key_usage(authority=False), True)
        usages = [ExtendedKeyUsageOID.CLIENT_AUTH]
        if hosts:
            usages.insert(0, ExtendedKeyUsageOID.SERVER_AUTH)
            names = x509.SubjectAlternativeName([_alternative(host) for host in hosts])
            builder = builder.add_extension(names, False)
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), False)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = builder.add_extension(issuer, False)
        return _pem(_signed(builder, self._key), key)


def _new_key(kind: KeyKind) -> PrivateKey:
    # kubeadm makes RSA keys, which take a hundred times as long.
    if kind == "rsa":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(ec.SECP521R1() if kind == "p521" else ec.SECP256R1())


def _signed(builder: x509.CertificateBuilder, key: PrivateKey) -> x509.Certificate:
    is_ed25519 = isinstance(key, ed25519.Ed25519PrivateKey)
    return builder.sign(key, None if is_ed25519 else hashes.SHA256())


def _subject(name: str, organisation: str) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)] if organisation else []
    return x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, validity: Validity
) -> x509.CertificateBuilder:
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity.begins)
        .not_valid_after(validity.ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
    )


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_encipherment=True,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(certificate: x509.Certificate, key: PrivateKey) -> KeyPair:
    forms = serialization.PrivateFormat
    is_ed25519 = isinstance(key, ed25519.Ed25519PrivateKey)
    form = forms.PKCS8 if is_ed25519 else forms.TraditionalOpenSSL
    pem = serialization.Encoding.PEM
    return KeyPair(
        certificate.public_bytes(pem), key.private_bytes(pem, form, serialization.NoEncryption())
    )
