"""What is reported of certificates that cannot serve, and commands that help in that state."""

import socket
import ssl
import threading
import warnings
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pyetcdctl.errors import DeadlineExceeded
from pyetcdctl.sandbox.certificates import LOCAL_NAMES, Authority, KeyPair, Validity
from pyetcdctl.sandbox.sites import PlainLayout
from pyetcdctl.settings import TlsFiles
from tests.server import running

PAST = Validity.of(timedelta(days=10), begins_in=timedelta(days=-31))
NOW = Validity.of(timedelta(days=10))
NAMES = x509.SubjectAlternativeName([x509.DNSName("localhost")])
MADE_ANEW = "kubeadm init phase certs etcd-server --config FILE, then restart etcd"


def issued(authority, name, *, usages, names=None, validity=NOW):
    """Issue a certificate as ``Authority`` never does: without names, or for clients alone."""
    ca = x509.load_pem_x509_certificate(authority.certificate)
    ca_key = serialization.load_pem_private_key(authority.key, None)
    key = ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateBuilder(
        ca.subject,
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]),
        key.public_key(),
        x509.random_serial_number(),
        validity.begins,
        validity.ends,
    )
    builder = builder.add_extension(x509.ExtendedKeyUsage(usages), False)
    if names is not None:
        builder = builder.add_extension(names, False)
    form = serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    signed = builder.sign(ca_key, hashes.SHA256())
    return KeyPair(signed.public_bytes(serialization.Encoding.PEM), pem)


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    """Certificates of two authorities, one named as kubeadm names etcd's."""
    folder = tmp_path_factory.mktemp("accidents")
    both = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    for name in ("etcd-ca", "own-ca"):
        authority = Authority(name)
        place = folder / name
        pairs = {
            "ca": authority.pair,
            "server": authority.issue("etcd", hosts=LOCAL_NAMES),
            "nameless": issued(authority.pair, "master-1", usages=both),
            "for-clients": issued(authority.pair, "etcd", usages=both[1:], names=NAMES),
            "elsewhere": authority.issue("etcd", hosts=("master-1.example",)),
            "old": authority.issue("etcd", hosts=LOCAL_NAMES, validity=PAST),
            "client": authority.issue("kube-apiserver-etcd-client"),
            "healthcheck-client": authority.issue("someone", validity=PAST),
            "old-client": authority.issue("kube-apiserver-etcd-client", validity=PAST),
            "for-servers": issued(authority.pair, "etcd", usages=both[:1]),
        }
        for file, pair in pairs.items():
            pair.write(place / f"{file}.crt", place / f"{file}.key")
    return folder


def files(folder, name=""):
    pair = (f"{folder}/{name}.crt", f"{folder}/{name}.key") if name else ("", "")
    return TlsFiles(f"{folder}/ca.crt", *pair)


@pytest.fixture(scope="module")
def serve(pki):
    """A function that gives a server with one of the certificates; one is kept of each."""
    kept = {}

    def server(authority, name, *, mutual=False):
        if (authority, name) not in kept:
            tls = files(pki / authority, name)
            context = running(layout=PlainLayout(tls if mutual else tls._replace(ca="")))
            kept[authority, name] = context, context.__enter__()
        return kept[authority, name][1]

    yield server
    for context, _ in kept.values():
        context.__exit__(None, None, None)


@pytest.fixture
def advice_of(open_connection, read):
    def ask(endpoint, **settings):
        with pytest.raises(DeadlineExceeded) as caught:
            read(open_connection(endpoint, **settings), b"a", 20.0)
        return caught.value.advice

    return ask


def test_a_certificate_with_a_common_name_alone_is_reported(pki, serve, advice_of):
    own = serve("own-ca", "nameless").endpoint
    cause, remedy = advice_of(own, tls=files(pki / "own-ca"))
    assert cause == (
        f"The certificate of {own} has only a common name (master-1), and no subject alternative "
        "name 127.0.0.1: no client of today accepts it."
    )
    assert remedy == "Try:  a new certificate with the alternative name 127.0.0.1"

    endpoint = serve("etcd-ca", "nameless").endpoint
    assert MADE_ANEW in advice_of(endpoint, tls=files(pki / "etcd-ca"))[-1]


def test_a_certificate_that_is_not_for_servers_is_reported(pki, serve, advice_of):
    own = serve("own-ca", "for-clients").endpoint
    cause, remedy = advice_of(own, tls=files(pki / "own-ca"))
    assert cause == (
        f"The certificate of {own} is not for servers: its extended key usage lacks serverAuth."
    )
    assert remedy == "Try:  a new certificate with the usages serverAuth and clientAuth"

    endpoint = serve("etcd-ca", "for-clients").endpoint
    assert MADE_ANEW in advice_of(endpoint, tls=files(pki / "etcd-ca"))[-1]


def test_skipping_the_verification_is_never_advised_for_a_certificate_of_another_name(
    pki, serve, advice_of
):
    for authority, expected in (("own-ca", "an endpoint whose"), ("etcd-ca", "a new certificate")):
        endpoint = serve(authority, "elsewhere").endpoint.replace("127.0.0.1", "localhost")
        advice = advice_of(endpoint, tls=files(pki / authority))
        assert "presented a certificate for [master-1.example], not for localhost." in advice[0]
        assert "skip" not in " ".join(advice)
        assert advice[1].startswith(f"Try:  {expected}")


@pytest.mark.parametrize(
    ("client", "renewed"),
    [
        ("old-client", "Try:  kubeadm certs renew apiserver-etcd-client"),
        ("healthcheck-client", "Try:  kubeadm certs renew etcd-healthcheck-client"),
    ],
)
def test_an_expired_client_certificate_of_kubeadm_is_reported_with_its_renewal(
    pki, serve, advice_of, client, renewed
):
    tls = files(pki / "etcd-ca", client)
    cause, remedy = advice_of(serve("etcd-ca", "server", mutual=True).endpoint, tls=tls)
    assert cause == (
        f"The client certificate expired on {PAST.ends.date()} (21 days ago): {tls.certificate}"
    )
    assert remedy == renewed


def test_a_client_certificate_for_servers_alone_is_reported(pki, serve, advice_of):
    tls = files(pki / "etcd-ca", "for-servers")
    advice = advice_of(serve("etcd-ca", "server", mutual=True).endpoint, tls=tls)
    assert advice[0] == (
        f"The certificate {tls.certificate} is not for clients: it has no usage clientAuth."
    )


def test_skipping_the_verification_is_advised_where_it_helps(
    pki, serve, advice_of, open_connection, read
):
    endpoint = serve("etcd-ca", "old", mutual=True).endpoint
    tls = files(pki / "etcd-ca", "client")
    advice = advice_of(endpoint, tls=tls)
    assert advice[1:] == (
        "Try:  kubeadm certs renew etcd-server on the node of that etcd, then restart etcd",
        "      to read meanwhile: --insecure-skip-tls-verify",
    )
    skipping = open_connection(endpoint, tls=tls, insecure_skip_tls_verify=True)
    assert read(skipping, b"nothing") is None

    advice = advice_of(endpoint, tls=files(pki / "etcd-ca", "old-client"))
    assert advice[0].endswith(f"So did the client certificate {pki}/etcd-ca/old-client.crt.")
    assert advice[1:] == (
        "Try:  kubeadm certs renew all on the node of that etcd, then restart etcd",
    )


@contextmanager
def tls_server(pki, prepare, reply=b""):
    """Serve TLS by Python's own, which ``prepare`` sets up; each client gets ``reply``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{pki}/etcd-ca/server.crt", f"{pki}/etcd-ca/server.key")
    prepare(context)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve(peer):
            with suppress(OSError), peer, context.wrap_socket(peer, server_side=True) as secured:
                secured.recv(1024)
                secured.sendall(reply)

        def accept():
            with suppress(OSError):
                while True:
                    peer, _ = listener.accept()
                    threading.Thread(target=serve, args=(peer,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def only_old_versions(context):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")


def test_a_server_of_old_versions_of_tls_is_reported(pki, advice_of):
    with tls_server(pki, only_old_versions) as endpoint:
        advice = advice_of(endpoint, tls=files(pki / "etcd-ca", "client"))
    assert advice[0] == (
        f"{endpoint} speaks TLS 1.1 or older alone; etcd and its clients need TLS 1.2."
    )


@pytest.mark.parametrize("protocols", [[], ["http/1.1"]], ids=["no ALPN", "another protocol"])
@pytest.mark.parametrize("client", ["", "client"])
def test_a_tls_port_without_http2_is_reported(pki, advice_of, protocols, client):
    reply = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"

    def prepare(context):
        if protocols:
            context.set_alpn_protocols(protocols)

    with tls_server(pki, prepare, reply) as endpoint:
        advice = advice_of(endpoint, tls=files(pki / "etcd-ca", client))
    assert advice[0].startswith(f"{endpoint} speaks TLS, but not HTTP/2, ")
