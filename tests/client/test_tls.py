"""Verified connections, and the one way round verification."""

import os
import shutil
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from pyetcdctl.client.connection import Deadline
from pyetcdctl.client.tls import system_roots
from pyetcdctl.errors import BadArguments, DeadlineExceeded, ExitCode
from pyetcdctl.sandbox.certificates import LOCAL_NAMES, Authority, Validity
from pyetcdctl.sandbox.sites import PlainLayout
from pyetcdctl.settings import TlsFiles
from tests.server import running

EXPIRED = Validity.of(timedelta(days=10), begins_in=timedelta(days=-31))
FUTURE = Validity.of(timedelta(days=10), begins_in=timedelta(days=5, hours=1))


def write_pair(folder, name, pair):
    pair.write(folder / f"{name}.crt", folder / f"{name}.key")
    return TlsFiles(certificate=f"{folder}/{name}.crt", key=f"{folder}/{name}.key")


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    """A folder with an authority and the accidents that it issued."""
    folder = tmp_path_factory.mktemp("accidents")
    authority = Authority()
    authority.pair.write(folder / "ca.crt", folder / "ca.key")
    Authority("another-ca").pair.write(folder / "other.crt", folder / "other.key")
    pairs = {
        "good": authority.issue("etcd", hosts=LOCAL_NAMES),
        "expired": authority.issue("etcd", hosts=LOCAL_NAMES, validity=EXPIRED),
        "future": authority.issue("etcd", hosts=LOCAL_NAMES, validity=FUTURE),
        "misnamed": authority.issue("etcd", hosts=("master-1", "localhost", "10.0.0.4")),
        "client": authority.issue("client"),
        "old-client": authority.issue("client", validity=EXPIRED),
        "foreign-client": Authority("another-ca").issue("client"),
    }
    for name, pair in pairs.items():
        write_pair(folder, name, pair)
    return folder


def files(pki, name="", ca="ca"):
    certificate = f"{pki}/{name}.crt" if name else ""
    return TlsFiles(
        f"{pki}/{ca}.crt" if ca else "", certificate, certificate[:-3] + "key" * bool(name)
    )


@pytest.fixture(scope="module")
def serving(pki):
    """A function that gives a server with one of the certificates; one is kept of each."""
    kept = {}

    def serve(name, *, mutual=False):
        if (name, mutual) not in kept:
            tls = files(pki, name, ca="ca" if mutual else "")
            context = running(layout=PlainLayout(tls))
            kept[name, mutual] = context, context.__enter__()
        return kept[name, mutual][1]

    yield serve
    for context, _ in kept.values():
        context.__exit__(None, None, None)


def advice_of(read, connection, seconds=5.0):
    with pytest.raises(DeadlineExceeded, match=r"^context deadline exceeded$") as caught:
        read(connection, b"a", seconds)
    return caught.value.advice


def test_mutual_tls_serves(secure_etcd, open_connection, read, write, prefix):
    connection = open_connection(secure_etcd.endpoint, tls=secure_etcd.tls)

    write(connection, prefix.encode(), b"value")

    assert read(connection, prefix.encode()) == b"value"


@pytest.mark.parametrize("endpoint", ["{}", "https://{}"])
def test_certificates_make_a_bare_endpoint_secure(secure_etcd, open_connection, read, endpoint):
    connection = open_connection(endpoint.format(secure_etcd.address), tls=secure_etcd.tls)

    assert read(connection, b"nothing") is None


@pytest.mark.parametrize("kind", ["p521", "ed25519"])
@pytest.mark.parametrize("more", [(), ("https://127.0.0.1:1",)], ids=["alone", "one of two"])
def test_keys_that_grpc_does_not_know_are_verified_by_python(
    tmp_path, open_connection, read, write, kind, more
):
    authority = Authority(key_kind=kind)
    authority.pair.write(tmp_path / "ca.crt", tmp_path / "ca.key")
    write_pair(tmp_path, "good", authority.issue("etcd", hosts=LOCAL_NAMES))
    write_pair(tmp_path, "client", authority.issue("client"))
    with running(layout=PlainLayout(files(tmp_path, "good"))) as server:
        connection = open_connection(server.endpoint, *more, tls=files(tmp_path, "client"))
        write(connection, b"k", b"value", 20.0)
        assert read(connection, b"k") == b"value"

        Authority().pair.write(tmp_path / "other.crt", tmp_path / "other.key")
        distrusting = files(tmp_path, "client", ca="other")
        refused = open_connection(server.endpoint, tls=distrusting)
        assert "that is not in" in advice_of(read, refused)[0]


def test_two_authorities_of_one_name_are_distinguished(
    secure_etcd, tmp_path, open_connection, read
):
    Authority().pair.write(tmp_path / "other.crt", tmp_path / "other.key")
    bundle = tmp_path / "bundle.crt"
    with open(secure_etcd.ca) as right:
        bundle.write_text((tmp_path / "other.crt").read_text() + right.read())
    tls = secure_etcd.tls._replace(ca=str(bundle))

    assert read(open_connection(secure_etcd.endpoint, tls=tls), b"nothing") is None


def test_files_that_can_be_read_once_are_kept(secure_etcd, open_connection, read):
    pipes = []
    for path in secure_etcd.tls:
        reader, writer = os.pipe()
        with open(path, "rb") as file:
            os.write(writer, b"\xef\xbb\xbf" + file.read())
        os.close(writer)
        pipes.append(reader)
    names = [f"/dev/fd/{reader}" for reader in pipes]

    connection = open_connection(secure_etcd.endpoint, tls=TlsFiles(*names))

    assert read(connection, b"nothing") is None
    assert read(connection.for_endpoint(secure_etcd.endpoint), b"nothing") is None
    assert [f"{path}" for path in connection.settings.tls] == names
    for reader in pipes:
        os.close(reader)


def test_a_byte_order_mark_before_a_certificate_is_skipped(
    secure_etcd, tmp_path, open_connection, read
):
    ca = tmp_path / "ca.crt"
    with open(secure_etcd.ca, "rb") as file:
        ca.write_bytes(b"\xef\xbb\xbf" + file.read())

    connection = open_connection(secure_etcd.endpoint, tls=secure_etcd.tls._replace(ca=str(ca)))

    assert read(connection, b"nothing") is None


def test_renewed_files_are_read_when_an_endpoint_was_lost(secure_etcd, tmp_path, open_connection):
    copies = TlsFiles(*(shutil.copy(path, tmp_path) for path in secure_etcd.tls))
    connection = open_connection(secure_etcd.endpoint, tls=copies)
    before = connection.channel()

    connection.leave_endpoint()
    assert connection.channel() is before

    with open(copies.key, "rb+") as key:
        key.truncate(0)
    connection.leave_endpoint()  # what is half renewed cannot be used
    assert connection.channel() is before

    shutil.copy(secure_etcd.key, copies.key)
    connection.leave_endpoint()
    assert connection.channel() is not before


def test_an_ipv6_address_is_verified(pki, open_connection, read):
    with running(layout=PlainLayout(files(pki, "good", ca=""), host="::1")) as server:
        assert "[::1]" in server.endpoint
        assert read(open_connection(server.endpoint, tls=files(pki)), b"nothing") is None


def test_a_secure_socket_is_verified_by_its_last_path_element(
    pki, open_connection, read, free_port
):
    name = f"localhost:{free_port}"
    layout = PlainLayout(files(pki, "good", ca=""), more_client_urls=(f"unixs://{name}",))
    with running(layout=layout) as server:
        folder = f"/proc/{server.members[0].process_id}/cwd"
        connection = open_connection(f"unixs://{folder}/{name}", tls=files(pki))
        assert read(connection, b"nothing") is None


def test_several_secure_endpoints_are_raced(secure_etcd, open_connection, read, free_port):
    connection = open_connection(
        secure_etcd.endpoint, f"https://127.0.0.1:{free_port}", tls=secure_etcd.tls
    )

    assert read(connection, b"nothing") is None


def test_rotated_files_take_effect_for_the_next_connection(
    secure_etcd, open_connection, read, tmp_path
):
    """The path is the same; what it held first would not be accepted."""
    rotated = write_pair(tmp_path, "client", Authority("another-ca").issue("client"))
    tls = TlsFiles(secure_etcd.ca, rotated.certificate, rotated.key)
    connection = open_connection(secure_etcd.endpoint, tls=tls)
    advice_of(read, connection)
    connection.close()

    for source, target in ((secure_etcd.cert, tls.certificate), (secure_etcd.key, tls.key)):
        with open(source, "rb") as old, open(target, "wb") as new:
            new.write(old.read())

    assert read(connection, b"nothing") is None


def test_an_expired_certificate_is_reported_with_its_date(serving, pki, open_connection, read):
    server = serving("expired")

    advice = advice_of(read, open_connection(server.endpoint, tls=files(pki)))

    date = EXPIRED.ends.date()
    assert advice[0] == f"The certificate of {server.endpoint} expired on {date} (21 days ago)."
    assert "--insecure-skip-tls-verify" in advice[2]


def test_a_certificate_of_tomorrow_is_reported_with_its_date(serving, pki, open_connection, read):
    server = serving("future")

    advice = advice_of(read, open_connection(server.endpoint, tls=files(pki)))

    assert f"is not valid yet: {FUTURE.begins.date()} (in 5 days)" in advice[0]
    assert "clock" in advice[1]


def test_a_wrong_name_is_reported_with_the_right_ones(serving, pki, open_connection, read):
    server = serving("misnamed")
    port = server.address.rpartition(":")[2]

    advice = advice_of(read, open_connection(server.endpoint, tls=files(pki)))

    assert advice == (
        f"{server.endpoint} presented a certificate for [master-1 localhost 10.0.0.4], "
        "not for 127.0.0.1.",
        f"Try:  --endpoints https://localhost:{port}",
    )
    assert read(open_connection(advice[1].split()[-1], tls=files(pki)), b"nothing") is None


@pytest.mark.parametrize(
    ("ca", "trusted"), [("other", "that is not in "), ("", "that is not trusted by this machine")]
)
def test_an_unknown_authority_is_reported(serving, pki, open_connection, read, ca, trusted):
    server = serving("good")

    advice = advice_of(read, open_connection(server.endpoint, tls=files(pki, ca=ca)))

    assert trusted in advice[0]
    assert "(CN=etcd-ca)" in advice[0]
    assert "--cacert FILE" in advice[1]


def test_a_missing_client_certificate_is_reported(serving, pki, open_connection, read):
    server = serving("good", mutual=True)

    advice = advice_of(read, open_connection(server.endpoint, tls=files(pki)))

    assert advice == (
        f"{server.endpoint} demands a client certificate, and none was given.",
        "Try:  --cert FILE --key FILE",
    )


def test_a_foreign_client_certificate_is_reported(serving, pki, open_connection, read):
    server = serving("good", mutual=True)

    advice = advice_of(read, open_connection(server.endpoint, tls=files(pki, "foreign-client")))

    assert advice[0] == (
        f"{server.endpoint} refused the client certificate {pki}/foreign-client.crt."
    )


def test_an_expired_client_certificate_is_reported(serving, pki, open_connection, read):
    server = serving("good", mutual=True)

    advice = advice_of(read, open_connection(server.endpoint, tls=files(pki, "old-client")))

    date = EXPIRED.ends.date()
    path = f"{pki}/old-client.crt"
    assert advice[0] == f"The client certificate expired on {date} (21 days ago): {path}"


def test_plain_http_to_a_tls_port_is_reported(serving, open_connection, read):
    server = serving("good", mutual=True)

    advice = advice_of(read, open_connection(server.address))

    assert advice[0] == f"{server.address} expects TLS, and the connection was plain HTTP."
    assert f"--endpoints https://{server.address}" in advice[1]


def test_tls_to_a_plain_port_is_reported(etcd, open_connection, read):
    advice = advice_of(read, open_connection(f"https://{etcd.address}"))

    assert advice == (
        f"https://{etcd.address} speaks plain HTTP, and the connection was TLS.",
        f"Try:  --endpoints http://{etcd.address}",
    )


def test_a_certain_cause_is_not_waited_for(serving, pki, open_connection, read):
    started = time.monotonic()

    for name, tls in (("expired", files(pki)), ("good", files(pki, ca="other"))):
        advice_of(read, open_connection(serving(name).endpoint, tls=tls), seconds=30)

    assert time.monotonic() - started < 15


def test_one_bad_certificate_among_several_endpoints_is_passed_over(
    serving, pki, open_connection, read
):
    good, bad = serving("good").endpoint, serving("expired").endpoint

    for _ in range(4):
        connection = open_connection(good, bad, tls=files(pki))
        assert read(connection, b"nothing") is None
        assert connection.endpoint == good


def test_bad_certificates_everywhere_are_not_waited_for(serving, pki, open_connection, read):
    endpoints = [serving(name).endpoint for name in ("misnamed", "expired")]
    started = time.monotonic()

    advice = advice_of(read, open_connection(*endpoints, tls=files(pki)), seconds=30)

    assert time.monotonic() - started < 15
    assert sorted("expired" in line for line in advice[:2]) == [False, True]


@pytest.mark.parametrize("name", ["expired", "future", "misnamed", "good"])
@pytest.mark.parametrize("mutual", [False, True])
def test_skipping_verification_serves_whatever_the_certificate(
    serving, pki, open_connection, read, write, name, mutual
):
    tls = files(pki, "client" if mutual else "", ca="other")
    connection = open_connection(
        serving(name, mutual=mutual).endpoint, tls=tls, insecure_skip_tls_verify=True
    )

    write(connection, b"key", b"x" * 1_500_000)

    assert read(connection, b"key") == b"x" * 1_500_000
    assert connection.verification_skipped


def test_skipping_verification_needs_no_certificate_option(serving, open_connection, read):
    connection = open_connection(serving("expired").address, insecure_skip_tls_verify=True)

    assert read(connection, b"nothing") is None


def test_much_data_passes_the_relay_in_both_directions(serving, open_connection, write):
    connection = open_connection(serving("expired").endpoint, insecure_skip_tls_verify=True)
    for number in range(8):
        write(connection, f"much/{number}".encode(), os.urandom(1_000_000))

    stream = connection.stream(
        "/etcdserverpb.Maintenance/Snapshot", b"", deadline=Deadline.after(10)
    )

    assert sum(map(len, stream)) > 8_000_000


def test_skipping_verification_still_reports_what_is_wrong(serving, pki, open_connection, read):
    server = serving("expired", mutual=True)

    advice = advice_of(read, open_connection(server.endpoint, insecure_skip_tls_verify=True))

    assert "demands a client certificate" in advice[0]


def test_nothing_is_skipped_unasked(secure_etcd, etcd, open_connection):
    assert not open_connection(secure_etcd.endpoint, tls=secure_etcd.tls).verification_skipped
    plain = open_connection(f"http://{etcd.address}", insecure_skip_tls_verify=True)
    assert not plain.verification_skipped


@pytest.mark.parametrize(("certificate", "key"), [("/a.crt", ""), ("", "/a.key")])
def test_a_certificate_without_its_key_is_reported_as_etcdctl_does(
    open_connection, read, certificate, key
):
    connection = open_connection("127.0.0.1:1", tls=TlsFiles("", certificate, key))

    with pytest.raises(BadArguments) as caught:
        read(connection, b"a")

    expected = f"KeyFile and CertFile must both be present[key: {key}, cert: {certificate}]"
    assert caught.value.message == expected
    assert caught.value.exit_code == ExitCode.BAD_ARGUMENTS


def test_a_missing_file_is_reported_even_for_a_plain_endpoint(etcd, open_connection, read):
    connection = open_connection(etcd.endpoint, tls=TlsFiles(ca="/nope"))

    with pytest.raises(BadArguments, match=r"^open /nope: no such file or directory$"):
        read(connection, b"a")


def test_files_that_are_no_certificates_are_reported(etcd, open_connection, read, tmp_path, pki):
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("not PEM")
    good = files(pki, "client")
    wrong = {
        TlsFiles(ca=str(nonsense)): "no PEM certificate in",
        TlsFiles(ca=str(tmp_path)): f"^read {tmp_path}: is a directory$",
        TlsFiles("", str(nonsense), good.key): "^tls: failed to find any PEM data in certificate",
        TlsFiles("", good.certificate, str(nonsense)): "^tls: failed to find any PEM data in key",
        TlsFiles("", good.key, good.certificate): "PEM inputs may have been switched$",
        TlsFiles("", good.certificate, good.certificate): "a certificate rather than a key in",
        TlsFiles("", good.certificate, f"{pki}/good.key"): "private key does not match",
    }

    for tls, message in wrong.items():
        with pytest.raises(BadArguments, match=message):
            read(open_connection(etcd.endpoint, tls=tls), b"a")


def test_a_key_that_cannot_be_used_is_reported_in_gos_words(
    etcd, open_connection, read, tmp_path, pki
):
    kind, encoding = serialization.PrivateFormat.TraditionalOpenSSL, serialization.Encoding.PEM
    key = rsa.generate_private_key(65537, 2048)
    locks = {
        serialization.NoEncryption(): "private key type does not match public key type",
        serialization.BestAvailableEncryption(b"secret"): "failed to parse private key",
    }

    for number, (lock, reported) in enumerate(locks.items()):
        path = tmp_path / f"{number}.key"
        path.write_bytes(key.private_bytes(encoding, kind, lock))
        tls = files(pki, "client")._replace(key=str(path))
        with pytest.raises(BadArguments, match=f"^tls: {reported}$"):
            read(open_connection(etcd.endpoint, tls=tls), b"a")


TRUSTED = """
import sys
from pyetcdctl.client.connection import Connection, Deadline
from pyetcdctl.settings import ConnectionSettings
connection = Connection(ConnectionSettings(endpoints=(sys.argv[1],)))
request = b"\\x0a\\x01a"
connection.unary("/etcdserverpb.KV/Range", request, deadline=Deadline.after(5), repeatable=True)
"""


@pytest.mark.parametrize(("ca", "code"), [("ca.crt", 0), ("other.crt", 1)])
def test_the_systems_authorities_are_trusted(serving, pki, ca, code):
    """SSL_CERT_FILE names them, as for every program with OpenSSL, and for etcdctl."""
    done = subprocess.run(
        [sys.executable, "-c", TRUSTED, serving("good").endpoint],
        env=os.environ | {"SSL_CERT_FILE": str(pki / ca)},
        capture_output=True,
        text=True,
    )

    assert done.returncode == code


def test_the_systems_authorities_are_found():
    assert b"-----BEGIN CERTIFICATE-----" in system_roots()


def test_a_machine_that_trusts_no_authority_verifies_nothing_away(
    serving, open_connection, read, tmp_path, monkeypatch
):
    """gRPC's own bundle must not step in."""
    monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    monkeypatch.setattr("pyetcdctl.client.tls.SYSTEM_BUNDLES", ())

    advice = advice_of(read, open_connection(serving("good").endpoint))

    assert advice == ("This machine trusts no certificate authority.", "Try:  --cacert FILE")
