"""The full check of certificate files: readable, well formed, in date, with their own key."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from pyetcdctl.discovery.findings import FoundCertificate, Reason
from pyetcdctl.discovery.node import Unusable

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

    from pyetcdctl.discovery.node import Node


def examine_ca(node: Node, path: str) -> FoundCertificate:
    """Check a CA file, which may hold several certificates; its dates are those that last longest.

    An expired one is returned as well: the connection then fails because of it.
    """
    certificates = _parse(node.read(path))
    found = [_with_dates(FoundCertificate(node.file(path)), each) for each in certificates]
    return max(found, key=lambda each: each.not_after or datetime.min.replace(tzinfo=UTC))


def examine_pair(node: Node, path: str, key_path: str) -> FoundCertificate:
    """Check a client's certificate and key; raises `Unusable` with their fault."""
    parsed = _parse(node.read(path))[0]
    found = _with_dates(FoundCertificate(node.file(path), node.file(key_path)), parsed)
    check_dates(found)
    _check_purpose(parsed)
    _check_match(parsed, _parse_key(node.read(key_path)))
    return found


def check_dates(certificate: FoundCertificate) -> None:
    """Raise `Unusable` for a certificate that is out of date."""
    now = datetime.now(UTC)
    if certificate.not_after and certificate.not_after < now:
        raise Unusable(Reason.EXPIRED, f"expired {certificate.not_after:%Y-%m-%d}")
    if certificate.not_before and certificate.not_before > now:
        raise Unusable(Reason.NOT_YET_VALID, f"not valid before {certificate.not_before:%Y-%m-%d}")


def _parse(content: bytes) -> list[x509.Certificate]:
    from cryptography import x509

    with warnings.catch_warnings():
        # Odd serial numbers and the like are the issuer's business.
        warnings.simplefilter("ignore")
        try:
            return x509.load_pem_x509_certificates(content)
        except (ValueError, x509.InvalidVersion):
            raise Unusable(Reason.MALFORMED, "not a PEM certificate") from None


def _with_dates(found: FoundCertificate, parsed: x509.Certificate) -> FoundCertificate:
    try:
        return found._replace(
            not_before=_utc(parsed, "not_valid_before"), not_after=_utc(parsed, "not_valid_after")
        )
    except ValueError:
        raise Unusable(Reason.MALFORMED, "its dates cannot be read") from None


def _utc(parsed: x509.Certificate, name: str) -> datetime:
    # Releases of cryptography before 42 know only dates without a zone.
    if hasattr(parsed, f"{name}_utc"):
        return cast("datetime", getattr(parsed, f"{name}_utc"))
    return cast("datetime", getattr(parsed, name)).replace(tzinfo=UTC)


def _parse_key(content: bytes) -> PrivateKeyTypes:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(content, None)
    except TypeError:
        raise Unusable(Reason.UNSUITABLE, "its key is encrypted") from None
    except (ValueError, UnsupportedAlgorithm):
        raise Unusable(Reason.MALFORMED, "its key is not a PEM private key") from None


def _check_purpose(certificate: x509.Certificate) -> None:
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    allowed = {
        ExtendedKeyUsageOID.CLIENT_AUTH,
        ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    }
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        raise Unusable(Reason.MALFORMED, "its extensions cannot be read") from None
    if allowed.isdisjoint(usage):
        raise Unusable(Reason.UNSUITABLE, "not for clients: its extended key usage forbids it")


def _check_match(certificate: x509.Certificate, key: PrivateKeyTypes) -> None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    try:
        same = certificate.public_key().public_bytes(*form) == key.public_key().public_bytes(*form)
    except (ValueError, UnsupportedAlgorithm):
        raise Unusable(Reason.MALFORMED, "its public key cannot be read") from None
    if not same:
        raise Unusable(Reason.KEY_MISMATCH, "the key does not belong to this certificate")
