"""Read the dates of the certificates in use: the servers' own, and the files to connect with."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from pyetcdctl.client.certificates import read_certificates, read_der
from pyetcdctl.client.endpoints import parse_endpoint, wants_tls
from pyetcdctl.client.handshakes import secure_socket
from pyetcdctl.client.tls import client_context
from pyetcdctl.diagnosis.facts import Certificate
from pyetcdctl.errors import PyetcdctlError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.settings import ConnectionSettings


def presented_certificates(endpoint: str, settings: ConnectionSettings) -> tuple[Certificate, ...]:
    """Return the certificate that an endpoint presents; none where it does not use TLS."""
    try:
        parsed = parse_endpoint(endpoint)
        if not wants_tls(parsed, settings):
            return ()
        context = client_context(settings.tls, verify=False)
        with secure_socket(parsed, context, settings.command_timeout, parsed.host) as connected:
            der = connected.getpeercert(binary_form=True)
    except (OSError, ssl.SSLError, PyetcdctlError):
        return ()
    found = read_der(der) if der else None
    if found is None:
        return ()
    return (Certificate(f"the certificate of {endpoint}", found.ends, found.begins),)


def certificates_in(paths: Sequence[str]) -> tuple[Certificate, ...]:
    """Return the certificates in PEM files; a file that cannot be read has none."""
    return tuple(
        Certificate(path, each.ends, each.begins, each.is_authority)
        for path in dict.fromkeys(filter(None, paths))
        for each in read_certificates(path)
    )
