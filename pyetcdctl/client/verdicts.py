"""The words for each way in which a connection can fail: the cause, then what to try."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import ssl

    from pyetcdctl.client.certificates import Presented
    from pyetcdctl.client.endpoints import Endpoint
    from pyetcdctl.settings import ConnectionSettings

# OpenSSL's numbers for what is wrong with a certificate (X509_V_ERR_...).
NOT_YET_VALID, EXPIRED = 9, 10
WRONG_NAME = frozenset({62, 63, 64})


class Diagnosis(NamedTuple):
    """Why one endpoint does not serve. ``permanent``: waiting longer cannot help."""

    cause: str
    remedy: tuple[str, ...] = ()
    permanent: bool = False
    is_reachable: bool = False


def unnamed(endpoint: Endpoint, reason: str) -> Diagnosis:
    """The host's name has no address."""
    return Diagnosis(f"The name {endpoint.host} of {endpoint.text} has no address here: {reason}.")


def refused(endpoint: Endpoint) -> Diagnosis:
    """No server listens on the port."""
    if endpoint.socket_path:
        return Diagnosis(f"No server listens on the socket {endpoint.socket_path}.")
    return Diagnosis(f"{endpoint.text} refused the connection: no server listens there.")


def unreachable(endpoint: Endpoint, reason: str) -> Diagnosis:
    """No packet gets there, or the socket may not be used."""
    return Diagnosis(f"{endpoint.text} cannot be reached: {reason}.")


def silent(endpoint: Endpoint, *, connected: bool = False) -> Diagnosis:
    """Nothing comes back."""
    if connected:
        return Diagnosis(
            f"{endpoint.text} accepted the connection and then said nothing: "
            "the server hangs, or it is not etcd."
        )
    return Diagnosis(
        f"{endpoint.text} did not answer: the host is down, or a firewall drops the packets."
    )


def unexplained(endpoint: Endpoint) -> Diagnosis:
    """The look at the endpoint did not end in time either."""
    return Diagnosis(f"{endpoint.text} did not answer in time.")


def reachable(endpoint: Endpoint) -> Diagnosis:
    """The connection is fine; the answer did not come."""
    return Diagnosis(
        f"{endpoint.text} can be reached, but did not answer the call in time: "
        "the cluster may have no leader.",
        ("Try:  endpoint status, a longer --command-timeout, or --consistency=s to read",),
        is_reachable=True,
    )


def expects_tls(endpoint: Endpoint) -> Diagnosis:
    """Plain HTTP to a TLS port."""
    address = endpoint.socket_path or endpoint.authority
    scheme = "unixs" if endpoint.socket_path else "https"
    return Diagnosis(
        f"{endpoint.text} expects TLS, and was spoken to in plain HTTP.",
        (f"Try:  --endpoints {scheme}://{address} --cacert FILE --cert FILE --key FILE",),
        permanent=True,
    )


def is_not_tls(endpoint: Endpoint) -> Diagnosis:
    """TLS to a plain port."""
    address = endpoint.socket_path or endpoint.authority
    scheme = "unix" if endpoint.socket_path else "http"
    return Diagnosis(
        f"{endpoint.text} speaks plain HTTP, and was spoken to in TLS.",
        (f"Try:  --endpoints {scheme}://{address}",),
        permanent=True,
    )


def not_etcd(endpoint: Endpoint) -> Diagnosis:
    """Another program listens there."""
    return Diagnosis(
        f"{endpoint.text} answered, but not as etcd does: another server listens there."
    )


def client_refused(endpoint: Endpoint, settings: ConnectionSettings) -> Diagnosis:
    """The server wants a client certificate, or another one."""
    certificate = settings.tls.certificate
    if not certificate:
        return Diagnosis(
            f"{endpoint.text} wants a client certificate, and none was given.",
            ("Try:  --cert FILE --key FILE",),
            permanent=True,
        )
    from pyetcdctl.client.certificates import days_text, has_ended, read_pem

    own = read_pem(certificate)
    if own is not None and has_ended(own):
        cause = f"The client certificate expired on {days_text(own.ends)}: {certificate}"
    else:
        cause = f"{endpoint.text} refused the client certificate {certificate}."
    return Diagnosis(
        cause, ("Try:  --cert and --key of a certificate that the server's CA signed",), True
    )


def certificate_refused(
    endpoint: Endpoint,
    settings: ConnectionSettings,
    error: ssl.SSLCertVerificationError,
    der: bytes,
) -> Diagnosis:
    """The server's certificate does not convince."""
    from pyetcdctl.client.certificates import read_der

    presented = read_der(der) if der else None
    if error.verify_code in (EXPIRED, NOT_YET_VALID):
        return _outside_its_dates(endpoint, presented, error.verify_code == EXPIRED)
    if error.verify_code in WRONG_NAME:
        return _misnamed(endpoint, settings, presented)
    return _unknown_authority(endpoint, settings, presented, error.verify_message)


def _outside_its_dates(endpoint: Endpoint, presented: Presented | None, over: bool) -> Diagnosis:
    from pyetcdctl.client.certificates import days_text

    verb = "expired" if over else "is not valid yet"
    date = ""
    if presented is not None:
        date = f" on {days_text(presented.ends)}" if over else f": {days_text(presented.begins)}"
    return Diagnosis(
        f"The certificate of {endpoint.text} {verb}{date}.",
        (
            "Try:  renewing it (kubeadm certs renew etcd-server, then restart etcd);",
            "      to read meanwhile: --insecure-skip-tls-verify",
        )
        if over
        else ("Try:  setting the clock of this machine, or of the one that issued it",),
        permanent=True,
    )


def _misnamed(
    endpoint: Endpoint, settings: ConnectionSettings, presented: Presented | None
) -> Diagnosis:
    from pyetcdctl.client.certificates import name_to_use
    from pyetcdctl.client.tls import server_name

    expected = server_name(endpoint, settings)

    names = presented.names if presented is not None else ()
    listed = f"for [{' '.join(names)}]" if names else "without a name"
    cause = f"{endpoint.text} presented a certificate {listed}, not for {expected}."
    name = name_to_use(names, endpoint.host)
    if name and endpoint.port and expected == endpoint.host:
        address = f"[{name}]" if ":" in name else name
        return Diagnosis(cause, (f"Try:  --endpoints https://{address}:{endpoint.port}",), True)
    return Diagnosis(cause, ("Try:  --insecure-skip-tls-verify",), True)


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
