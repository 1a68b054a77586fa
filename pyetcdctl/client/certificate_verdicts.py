"""Explain why a certificate prevents a connection, and what to try.

An advised command has to work in the state that was found: skipping the verification of the server
helps against an expired server certificate, not against one of the client; and it is never advised
where the certificate is another server's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client.certificates import (
    SERVER,
    client_name,
    days_text,
    has_begun,
    has_ended,
    is_of_kubeadm,
    name_to_use,
    read_der,
    read_pem,
    replacement_advice,
)
from pyetcdctl.client.verdicts import Diagnosis

if TYPE_CHECKING:
    import ssl

    from pyetcdctl.client.certificates import Presented
    from pyetcdctl.client.endpoints import Endpoint
    from pyetcdctl.settings import ConnectionSettings

# OpenSSL's numbers for what is wrong with a certificate (X509_V_ERR_...).
NOT_YET_VALID, EXPIRED, WRONG_PURPOSE = 9, 10, 26
WRONG_NAME = frozenset({62, 63, 64})
CLOCK = "Try:  setting the clock of this machine, or of the one that issued it"
RIGHT_ENDPOINT = "Try:  an endpoint whose certificate has its name"
ANOTHER_PAIR = "Try:  --cert and --key of a certificate that the server's CA signed"


def client_refused(endpoint: Endpoint, settings: ConnectionSettings) -> Diagnosis:
    """Report a server that demands a client certificate, or another one."""
    path = settings.tls.certificate
    if not path:
        return Diagnosis(
            f"{endpoint.text} demands a client certificate, and none was given.",
            ("Try:  --cert FILE --key FILE",),
            permanent=True,
        )
    own = read_pem(path)
    found = own and _fault_of_client(own, path)
    return found or Diagnosis(
        f"{endpoint.text} refused the client certificate {path}.", (ANOTHER_PAIR,), permanent=True
    )


def certificate_refused(
    endpoint: Endpoint,
    settings: ConnectionSettings,
    error: ssl.SSLCertVerificationError,
    der: bytes,
) -> Diagnosis:
    """Report a server certificate that cannot be verified."""
    presented = read_der(der) if der else None
    if error.verify_code == EXPIRED:
        return _expired(endpoint, settings, presented)
    if error.verify_code == NOT_YET_VALID:
        begins = f": {days_text(presented.begins)}" if presented else ""
        cause = f"The certificate of {endpoint.text} is not valid yet{begins}."
        return Diagnosis(cause, (CLOCK,), permanent=True)
    if error.verify_code in WRONG_NAME:
        return _misnamed(endpoint, settings, presented)
    if error.verify_code == WRONG_PURPOSE:
        return _not_for_servers(endpoint, presented)
    return _unknown_authority(endpoint, settings, presented, error.verify_message)


def _fault_of_client(own: Presented, path: str) -> Diagnosis | None:
    """Return what is wrong with the client certificate; None if reading it shows no fault."""
    if has_ended(own):
        name = client_name(own, path)
        renewed = f"Try:  kubeadm certs renew {name}" if name else ANOTHER_PAIR
        cause = f"The client certificate expired on {days_text(own.ends)}: {path}"
        return Diagnosis(cause, (renewed,), permanent=True)
    if not has_begun(own):
        cause = f"The client certificate is not valid yet: {path}: {days_text(own.begins)}."
        return Diagnosis(cause, (CLOCK,), permanent=True)
    if not own.is_for_clients:
        cause = f"The certificate {path} is not for clients: it has no usage clientAuth."
        return Diagnosis(cause, (ANOTHER_PAIR,), permanent=True)
    return None


def _expired(
    endpoint: Endpoint, settings: ConnectionSettings, presented: Presented | None
) -> Diagnosis:
    if presented is not None and not has_ended(presented):
        return _expired_authority(endpoint, settings, presented)
    date = f" on {days_text(presented.ends)}" if presented is not None else ""
    cause = f"The certificate of {endpoint.text} expired{date}."
    own = read_pem(settings.tls.certificate) if settings.tls.certificate else None
    has_expired_client = own is not None and has_ended(own)
    if has_expired_client:
        cause += f" So did the client certificate {settings.tls.certificate}."
    remedy: tuple[str, ...] = ("Try:  renewing it, and a restart of etcd",)
    if is_of_kubeadm(presented) or is_of_kubeadm(own):
        names = "all" if has_expired_client else SERVER
        remedy = (f"Try:  kubeadm certs renew {names} on the node of that etcd, then restart etcd",)
    if not has_expired_client:
        remedy = (*remedy, "      to read meanwhile: --insecure-skip-tls-verify")
    return Diagnosis(cause, remedy, permanent=True)


def _expired_authority(
    endpoint: Endpoint, settings: ConnectionSettings, presented: Presented
) -> Diagnosis:
    """Report a valid certificate of an expired authority: its renewal does not help."""
    source = f" in {settings.tls.ca}" if settings.tls.ca else ""
    return Diagnosis(
        f"The authority ({presented.issuer}) of the certificate of {endpoint.text} "
        f"has expired{source}.",
        ("Try:  --cacert FILE with a newer one; if there is none, all certificates must be new",),
        permanent=True,
    )


def _misnamed(
    endpoint: Endpoint, settings: ConnectionSettings, presented: Presented | None
) -> Diagnosis:
    from pyetcdctl.client.tls import server_name

    expected = server_name(endpoint, settings)
    if presented is None:
        cause = f"{endpoint.text} presented a certificate that is not for {expected}."
        return Diagnosis(cause, (RIGHT_ENDPOINT,), permanent=True)
    names = presented.names
    if not names:
        return _unnamed(endpoint, presented, expected)
    cause = f"{endpoint.text} presented a certificate for [{' '.join(names)}], not for {expected}."
    name = name_to_use(names, endpoint.host)
    if name and endpoint.port and expected == endpoint.host:
        address = f"[{name}]" if ":" in name else name
        return Diagnosis(cause, (f"Try:  --endpoints https://{address}:{endpoint.port}",), True)
    remedy: tuple[str, ...] = (RIGHT_ENDPOINT,)
    if is_of_kubeadm(presented):
        remedy = replacement_advice(f"for {expected} (etcd.local.serverCertSANs in FILE)")
    return Diagnosis(cause, remedy, permanent=True)


def _unnamed(endpoint: Endpoint, presented: Presented, expected: str) -> Diagnosis:
    """Report a certificate without subject alternative names, which clients need."""
    name = presented.common_name
    has = f"only a common name ({name})" if name else "no name"
    cause = (
        f"The certificate of {endpoint.text} has {has}, and no subject alternative name "
        f"{expected}: no client of today accepts it."
    )
    remedy: tuple[str, ...] = (f"Try:  a new certificate with the alternative name {expected}",)
    if is_of_kubeadm(presented):
        remedy = replacement_advice("with names")
    return Diagnosis(cause, remedy, permanent=True)


def _not_for_servers(endpoint: Endpoint, presented: Presented | None) -> Diagnosis:
    if presented is not None and presented.is_for_servers:
        cause = f"An authority of the certificate of {endpoint.text} may not issue it."
        return Diagnosis(cause, ("Try:  --cacert FILE, the CA of this etcd",), permanent=True)
    remedy: tuple[str, ...] = ("Try:  a new certificate with the usages serverAuth and clientAuth",)
    if is_of_kubeadm(presented):
        remedy = replacement_advice("for servers")
    return Diagnosis(
        f"The certificate of {endpoint.text} is not for servers: "
        "its extended key usage lacks serverAuth.",
        remedy,
        permanent=True,
    )


def _unknown_authority(
    endpoint: Endpoint, settings: ConnectionSettings, presented: Presented | None, reason: str
) -> Diagnosis:
    issuer = f" ({presented.issuer})" if presented is not None and presented.issuer else ""
    trusted = f"in {settings.tls.ca}" if settings.tls.ca else "trusted by this machine"
    return Diagnosis(
        f"The certificate of {endpoint.text} was issued by an authority{issuer} "
        f"that is not {trusted}: {reason}.",
        ("Try:  --cacert FILE, the CA of this etcd (kubeadm: /etc/kubernetes/pki/etcd/ca.crt)",),
        permanent=True,
    )
