"""Certificates have the names, the purposes and the dates that were requested."""

from __future__ import annotations

import ssl
import stat
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pyetcdctl.sandbox.certificates import Authority, KeyPair, Validity

if TYPE_CHECKING:
    from pathlib import Path

DAY = timedelta(days=1)


def handshake(
    folder: Path, authority: Authority, server: KeyPair, client: KeyPair, host: str
) -> None:
    """Let a client that verifies ``host`` meet a server that wants a client certificate."""
    authority.pair.write(folder / "ca.crt", folder / "ca.key")
    contexts = []
    for name, pair, purpose in (
        ("server", server, ssl.Purpose.CLIENT_AUTH),
        ("client", client, ssl.Purpose.SERVER_AUTH),
    ):
        pair.write(folder / f"{name}.crt", folder / f"{name}.key")
        context = ssl.create_default_context(purpose, cafile=str(folder / "ca.crt"))
        context.load_cert_chain(folder / f"{name}.crt", folder / f"{name}.key")
        contexts.append(context)
    contexts[0].verify_mode = ssl.CERT_REQUIRED
    incoming, outgoing, back, forth = (ssl.MemoryBIO() for _ in range(4))
    near = contexts[1].wrap_bio(incoming, outgoing, server_hostname=host)
    far = contexts[0].wrap_bio(forth, back, server_side=True)
    for _ in range(4):
        for side, sends, receives in ((near, outgoing, forth), (far, back, incoming)):
            with suppress(ssl.SSLWantReadError):
                side.do_handshake()
            receives.write(sends.read())


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_both_sides_accept_each_other(tmp_path: Path, kind: str) -> None:
    authority = Authority(key_kind="rsa" if kind == "rsa" else "ec")
    server = authority.issue("node", hosts=["node", "127.0.0.1", "::1"])
    client = authority.issue("root", organisation="system:masters")
    for host in ("node", "127.0.0.1", "::1"):
        handshake(tmp_path, authority, server, client, host)


@pytest.mark.parametrize(
    ("hosts", "validity", "reason"),
    [
        (["other"], Validity.of(DAY), "Hostname mismatch"),
        (["node"], Validity.of(DAY, begins_in=-2 * DAY), "certificate has expired"),
        (["node"], Validity.of(DAY, begins_in=DAY), "not yet valid"),
    ],
)
def test_a_wrong_server_is_refused(
    tmp_path: Path, hosts: list[str], validity: Validity, reason: str
) -> None:
    authority = Authority()
    server = authority.issue("node", hosts=hosts, validity=validity)
    with pytest.raises(ssl.SSLCertVerificationError, match=reason):
        handshake(tmp_path, authority, server, authority.issue("root"), "node")


def test_a_strangers_certificate_is_refused(tmp_path: Path) -> None:
    server = Authority().issue("node", hosts=["node"])
    authority = Authority()
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(tmp_path, authority, server, authority.issue("root"), "node")


def test_a_client_certificate_names_its_organisation_and_serves_no_host() -> None:
    pair = Authority().issue("admin", organisation="system:masters")
    certificate = x509.load_pem_x509_certificate(pair.certificate)
    (organisation,) = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    assert organisation.value == "system:masters"
    usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usages) == [ExtendedKeyUsageOID.CLIENT_AUTH]


def test_a_key_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    key = tmp_path / "new" / "key.pem"
    Authority().pair.write(tmp_path / "new" / "certificate.pem", key)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert b"PRIVATE KEY" in key.read_bytes()
