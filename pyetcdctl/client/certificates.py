"""Read a certificate's names, dates and issuer, and find the command that renews it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Iterable

KUBEADM_CA = "CN=etcd-ca"
SERVER = "etcd-server"
_BY_NAME = {
    "kube-apiserver-etcd-client": "apiserver-etcd-client",
    "kube-etcd-healthcheck-client": "etcd-healthcheck-client",
}
_BY_FILE = {
    "apiserver-etcd-client.crt": "apiserver-etcd-client",
    "healthcheck-client.crt": "etcd-healthcheck-client",
    "server.crt": SERVER,
    "peer.crt": "etcd-peer",
}


class Presented(NamedTuple):
    """The fields of a certificate that messages show."""

    names: tuple[str, ...]
    issuer: str
    begins: datetime
    ends: datetime
    is_authority: bool = False
    common_name: str = ""
    is_for_servers: bool = True
    is_for_clients: bool = True


def read_der(der: bytes) -> Presented | None:
    """Parse a DER certificate; None if it cannot be parsed."""
    try:
        return _presented(x509.load_der_x509_certificate(der))
    except ValueError:
        return None


def read_pem(path: str) -> Presented | None:
    """Read the first certificate of a file; None if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return _presented(x509.load_pem_x509_certificate(file.read()))
    except (OSError, ValueError):
        return None


def read_certificates(path: str) -> tuple[Presented, ...]:
    """Read all certificates of a file; none if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return tuple(map(_presented, x509.load_pem_x509_certificates(file.read())))
    except (OSError, ValueError):
        return ()


def has_ended(presented: Presented) -> bool:
    """Whether the certificate has expired."""
    return presented.ends < datetime.now(UTC)


def has_begun(presented: Presented) -> bool:
    """Whether the certificate is valid already."""
    return presented.begins <= datetime.now(UTC)


def days_text(moment: datetime) -> str:
    """Write a moment as its date and the distance in days: ``2026-11-02 (21 days ago)``."""
    distance = datetime.now(UTC) - moment
    days = abs(distance).days
    unit = "day" if days == 1 else "days"
    words = f"{days} {unit} ago" if distance > timedelta() else f"in {days} {unit}"
    return f"{moment.date()} ({words if days else 'today'})"


def name_to_use(names: Iterable[str], host: str) -> str:
    """Return the certificate's name that most likely reaches the same server as ``host``, or ''."""
    usable = [name for name in names if "*" not in name]
    near = [name for name in usable if _is_loopback(name)]
    far = [name for name in usable if not _is_loopback(name)]
    ordered = near if _is_loopback(host) else sorted(far, key=lambda name: not _is_address(name))
    return next(iter(ordered), "")


def _presented(certificate: x509.Certificate) -> Presented:
    return Presented(
        _names(certificate),
        certificate.issuer.rfc4514_string(),
        _utc(certificate, "not_valid_before"),
        _utc(certificate, "not_valid_after"),
        _is_authority(certificate),
        _common_name(certificate),
        _may_serve(certificate, ExtendedKeyUsageOID.SERVER_AUTH),
        _may_serve(certificate, ExtendedKeyUsageOID.CLIENT_AUTH),
    )


def _common_name(certificate: x509.Certificate) -> str:
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def _may_serve(certificate: x509.Certificate, purpose: x509.ObjectIdentifier) -> bool:
    """Whether the extended key usage allows a purpose; without the extension all are allowed."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (x509.ExtensionNotFound, ValueError):
        return True
    return not {purpose, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}.isdisjoint(found.value)


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        found = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return found.value.ca


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return ()
    hosts = extension.value.get_values_for_type(x509.DNSName)
    addresses = extension.value.get_values_for_type(x509.IPAddress)
    return (*hosts, *(str(address) for address in addresses))


def _utc(certificate: x509.Certificate, attribute: str) -> datetime:
    """Return a date with its zone; releases of cryptography before 42 know only naive ones."""
    moment = getattr(certificate, f"{attribute}_utc", None)
    if isinstance(moment, datetime):
        return moment
    naive: datetime = getattr(certificate, attribute)
    return naive.replace(tzinfo=UTC)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(name: str) -> bool:
    return name == "localhost" or (_is_address(name) and ip_address(name).is_loopback)


def is_of_kubeadm(presented: Presented | None) -> bool:
    """Whether a certificate was issued by the authority that kubeadm makes for etcd."""
    return presented is not None and presented.issuer == KUBEADM_CA


def client_name(presented: Presented, path: str) -> str:
    """Return kubeadm's name of a client certificate; empty for one that kubeadm did not make."""
    if not is_of_kubeadm(presented):
        return ""
    by_file = _BY_FILE.get(path.rpartition("/")[2], "")
    return _BY_NAME.get(presented.common_name, by_file)


def replacement_advice(names: str) -> tuple[str, ...]:
    """Return how to replace the server's certificate by one with other contents.

    ``kubeadm certs renew`` copies names and purposes from the old one.
    """
    return (
        f"Try:  a new certificate {names}, on the node of that etcd (renewing would copy the old):",
        "      rm /etc/kubernetes/pki/etcd/server.crt /etc/kubernetes/pki/etcd/server.key",
        "      kubeadm init phase certs etcd-server --config FILE, then restart etcd",
    )
