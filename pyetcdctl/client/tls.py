"""TLS from certificate files: check them, and make credentials of them.

Files are read again for each connection, so that rotated ones take effect. The server is always
verified here; only relay.py skips that, when the user requests it.
"""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING

import grpc

from pyetcdctl.client.status import deadline_exceeded
from pyetcdctl.errors import BadArguments

if TYPE_CHECKING:
    from pyetcdctl.client.endpoints import Endpoint
    from pyetcdctl.settings import ConnectionSettings, TlsFiles

# Paths of the distributions' bundles of authorities, for a Python that was built elsewhere.
SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
USUAL_FOLDER = "/etc/ssl/certs"
CERTIFICATE_LINE, KEY_LINE_END = b"-----END CERTIFICATE-----", b"PRIVATE KEY-----"
# OpenSSL keeps a pair for each type of key, and reports no certificate of the key's type.
MISMATCHES = {
    "KEY_VALUES_MISMATCH": "does not match public key",
    "NO_CERTIFICATE_ASSIGNED": "type does not match public key type",
}
CACERT = "Try:  --cacert FILE"


def server_name(endpoint: Endpoint, settings: ConnectionSettings) -> str:
    """Return the name that the server's certificate must bear."""
    for text, name in settings.server_names:
        if text == endpoint.text:
            return name
    if settings.srv.domain and not settings.srv.insecure:
        return settings.srv.domain
    return endpoint.host


def check_files(files: TlsFiles) -> None:
    """Raise BadArguments, as etcdctl words it, when the files cannot make a TLS client."""
    if bool(files.certificate) != bool(files.key):
        raise BadArguments(
            "KeyFile and CertFile must both be present"
            f"[key: {files.key}, cert: {files.certificate}]"
        )
    for path in filter(None, (files.certificate, files.key, files.ca)):
        _read(path)
    if files:
        client_context(files, verify=bool(files.ca))


def credentials(files: TlsFiles) -> grpc.ChannelCredentials:
    """Return credentials that verify the server and present the client certificate, if any."""
    return grpc.ssl_channel_credentials(
        root_certificates=_read(files.ca) if files.ca else system_roots(),
        private_key=_read(files.key) if files.key else None,
        certificate_chain=_read(files.certificate) if files.certificate else None,
    )


def client_context(files: TlsFiles, *, verify: bool) -> ssl.SSLContext:
    """Return the same for Python's own TLS, which the relay and the probe use."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["h2"])
    context.check_hostname = verify
    context.verify_mode = ssl.CERT_REQUIRED if verify else ssl.CERT_NONE
    if files.certificate:
        _load_pair(context, files)
    if verify:
        _load_roots(context, files)
    return context


def system_roots() -> bytes:
    """Return the certificates of the authorities that this machine trusts, as etcdctl does.

    gRPC would otherwise use a bundle of its own.
    """
    bundle, folder = _system_places()
    paths = [bundle] if bundle else []
    if folder:
        entries = sorted(entry.path for entry in os.scandir(folder) if entry.is_file())
        paths += [path for path in entries if path.endswith((".pem", ".crt", ".0"))]
    roots = b"\n".join(dict.fromkeys(_read(path) for path in paths))
    if not roots:
        raise deadline_exceeded("This machine trusts no certificate authority.", CACERT)
    return roots


def _system_places() -> tuple[str, str]:
    """Return the bundle and the folder of authorities: those of OpenSSL's variables come first.

    The usual folder has the same content as the bundle, so it is used only where there is no
    bundle.
    """
    paths = ssl.get_default_verify_paths()
    candidates = (paths.cafile,) if paths.cafile else SYSTEM_BUNDLES
    bundle = next((path for path in candidates if os.path.isfile(path)), "")
    folder = "" if bundle and paths.capath in (paths.openssl_capath, USUAL_FOLDER) else paths.capath
    return bundle, folder or ""


def _load_pair(context: ssl.SSLContext, files: TlsFiles) -> None:
    """Load certificate and key; a key with a passphrase is refused, as etcdctl does."""
    try:
        context.load_cert_chain(files.certificate, files.key, password=lambda: "")
    except ssl.SSLError as error:
        pair = f"{files.certificate} and {files.key}"
        if error.reason in MISMATCHES:
            raise BadArguments(
                f"tls: private key {MISMATCHES[error.reason]}", f"The two do not belong: {pair}."
            ) from error
        raise BadArguments(
            f"tls: {_missing_from_pair(files)}",
            f"A PEM certificate and its unencrypted key are wanted: {pair}.",
        ) from error


def _missing_from_pair(files: TlsFiles) -> str:
    certificate, key = _read(files.certificate), _read(files.key)
    if CERTIFICATE_LINE not in certificate:
        if KEY_LINE_END in certificate:
            return (
                "failed to find certificate PEM data in certificate input, but did find a "
                "private key; PEM inputs may have been switched"
            )
        return "failed to find any PEM data in certificate input"
    if KEY_LINE_END not in key:
        if CERTIFICATE_LINE in key:
            return "found a certificate rather than a key in the PEM for the private key"
        return "failed to find any PEM data in key input"
    if b"ENCRYPTED" in key:
        return "failed to parse private key"
    return "failed to parse the certificate or the private key"


def _load_roots(context: ssl.SSLContext, files: TlsFiles) -> None:
    try:
        if files.ca:
            context.load_verify_locations(cafile=files.ca)
        else:
            bundle, folder = _system_places()
            context.load_verify_locations(bundle or None, folder or None)
    except (ssl.SSLError, TypeError) as error:
        source = files.ca or "the system's bundle of authorities"
        raise BadArguments(f"tls: no PEM certificate in {source}") from error


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        action = "read" if isinstance(error, IsADirectoryError) else "open"
        raise BadArguments(f"{action} {path}: {reason}") from error
