"""Which certificate is chosen, and why others are not."""

from __future__ import annotations

import base64
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from pyetcdctl.discovery import Reason, discover, find_connection
from pyetcdctl.discovery.certificates import examine_pair
from pyetcdctl.discovery.glance import is_current, is_fine
from pyetcdctl.discovery.node import Node, Unusable
from pyetcdctl.sandbox.certificates import Authority, KeyPair, Validity
from tests.discovery.disk import EXPIRED, FUTURE, PKI

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pyetcdctl.discovery import Discovery
    from tests.discovery.disk import Disk

FIRST = f"{PKI}/apiserver-etcd-client.crt"
SECOND = f"{PKI}/etcd/healthcheck-client.crt"
THIRD = f"{PKI}/etcd/server.crt"
BOTH_WAYS = pytest.mark.parametrize("search", [discover, find_connection])


def chosen(found: Discovery) -> str:
    return found.client.file.path if found.client else ""


@BOTH_WAYS
def test_an_expired_certificate_gives_way_to_the_next(
    disk: Disk, search: Callable[..., Discovery]
) -> None:
    disk.kubeadm()
    disk.issue(FIRST, validity=EXPIRED)
    found = search(disk.root)
    assert chosen(found) == SECOND
    (skip,) = found.skipped
    assert (skip.file.path, skip.reason) == (FIRST, Reason.EXPIRED)
    assert skip.why == f"expired {EXPIRED.ends:%Y-%m-%d}"


@BOTH_WAYS
def test_a_certificate_of_the_future_gives_way(
    disk: Disk, search: Callable[..., Discovery]
) -> None:
    disk.kubeadm()
    disk.issue(FIRST, validity=FUTURE)
    disk.issue(SECOND, validity=FUTURE)
    found = search(disk.root)
    assert chosen(found) == THIRD
    assert [skip.reason for skip in found.skipped] == [Reason.NOT_YET_VALID] * 2
    assert found.skipped[0].why == f"not valid before {FUTURE.begins:%Y-%m-%d}"


@BOTH_WAYS
def test_a_key_of_another_certificate_is_not_used(
    disk: Disk, search: Callable[..., Discovery]
) -> None:
    disk.kubeadm()
    disk.issue(f"{PKI}/other.crt", f"{PKI}/apiserver-etcd-client.key")
    found = search(disk.root)
    assert chosen(found) == SECOND
    assert [skip.reason for skip in found.skipped] == [Reason.KEY_MISMATCH]


@BOTH_WAYS
@pytest.mark.parametrize(
    ("path", "content", "reason"),
    [
        (FIRST, b"", Reason.MALFORMED),
        (FIRST, b"\0\xff" * 99, Reason.MALFORMED),
        (
            FIRST,
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            Reason.MALFORMED,
        ),
        (FIRST, b"-----BEGIN CERTIFICATE-----\n", Reason.MALFORMED),
        (FIRST, b"x" * 300_000, Reason.MALFORMED),
        (FIRST.replace("crt", "key"), b"", Reason.MALFORMED),
        (FIRST.replace("crt", "key"), b"\xff" * 9, Reason.MALFORMED),
        (
            FIRST.replace("crt", "key"),
            b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            Reason.MALFORMED,
        ),
    ],
)
def test_a_malformed_file_gives_way(
    disk: Disk, search: Callable[..., Discovery], path: str, content: bytes, reason: Reason
) -> None:
    disk.kubeadm()
    disk.write(path, content)
    found = search(disk.root)
    assert chosen(found) == SECOND
    assert [skip.reason for skip in found.skipped] == [reason]


@BOTH_WAYS
def test_a_key_that_is_not_there_is_named(disk: Disk, search: Callable[..., Discovery]) -> None:
    disk.kubeadm()
    disk.path(f"{PKI}/apiserver-etcd-client.key").unlink()
    found = search(disk.root)
    assert chosen(found) == SECOND
    (skip,) = found.skipped
    assert (skip.file.path, skip.reason) == (f"{PKI}/apiserver-etcd-client.key", Reason.MISSING)


def test_an_encrypted_key_is_not_used(disk: Disk) -> None:
    disk.kubeadm()
    key = serialization.load_pem_private_key(disk.issue(FIRST).key, None)
    locked = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"secret")
    )
    disk.write(FIRST.replace("crt", "key"), locked)
    found = find_connection(disk.root)
    assert chosen(found) == SECOND
    assert found.skipped[0].why == "its key is encrypted"


@BOTH_WAYS
def test_a_certificate_for_servers_only_is_not_shown_to_one(
    disk: Disk, search: Callable[..., Discovery]
) -> None:
    disk.kubeadm()
    write(disk, FIRST, *self_signed(ec.generate_private_key(ec.SECP256R1()), server_only=True))
    found = search(disk.root)
    assert chosen(found) == SECOND
    assert found.skipped[0].reason is Reason.UNSUITABLE


@BOTH_WAYS
def test_with_no_usable_certificate_the_endpoint_remains(
    disk: Disk, search: Callable[..., Discovery]
) -> None:
    disk.kubeadm()
    for path in (FIRST, SECOND, THIRD):
        disk.issue(path, validity=EXPIRED)
    found = search(disk.root)
    assert found
    assert found.needs_client_certificate
    assert not found.tls.certificate
    assert found.tls.ca
    assert [skip.file.path for skip in found.skipped] == [FIRST, SECOND, THIRD]


def test_the_full_search_reports_a_bad_certificate_after_a_good_one(disk: Disk) -> None:
    disk.kubeadm()
    disk.issue(SECOND, validity=EXPIRED)
    found = discover(disk.root)
    assert chosen(found) == FIRST
    assert [skip.file.path for skip in found.skipped] == [SECOND]


def test_the_quick_way_stops_at_the_first_good_certificate(disk: Disk) -> None:
    disk.kubeadm()
    disk.write(SECOND, "never looked at")
    assert not find_connection(disk.root).skipped


def test_the_full_search_reports_dates(disk: Disk) -> None:
    disk.kubeadm()
    window = Validity.of(timedelta(days=7))
    disk.issue(FIRST, validity=window)
    found = discover(disk.root)
    assert found.client is not None
    assert found.client.not_before == window.begins.replace(microsecond=0)
    assert found.client.not_after == window.ends.replace(microsecond=0)
    assert found.ca is not None
    assert found.ca.not_after is not None


@BOTH_WAYS
def test_an_expired_ca_is_kept_so_that_the_connection_can_say_so(
    disk: Disk, search: Callable[..., Discovery]
) -> None:
    disk.kubeadm()
    expired = Authority(validity=EXPIRED).pair.certificate
    disk.write(f"{PKI}/etcd/ca.crt", expired)
    found = search(disk.root)
    assert found.tls.ca
    assert found.ca is not None
    assert found.ca.not_after == EXPIRED.ends.replace(microsecond=0)


@BOTH_WAYS
def test_a_missing_or_broken_ca_is_reported(disk: Disk, search: Callable[..., Discovery]) -> None:
    disk.kubeadm()
    disk.write(f"{PKI}/etcd/ca.crt", "nothing")
    found = search(disk.root)
    assert not found.tls.ca
    assert found.skipped[0].file.path == f"{PKI}/etcd/ca.crt"


def test_a_usable_node_is_found_without_loading_cryptography(disk: Disk) -> None:
    disk.kubeadm()
    script = (
        "import sys; from pyetcdctl.discovery import find_connection\n"
        "assert find_connection(sys.argv[1]).tls.key\n"
        "print('cryptography' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(disk.root)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


KEYS = {
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "rsa2048": lambda: rsa.generate_private_key(65537, 2048),
    "rsa3072": lambda: rsa.generate_private_key(65537, 3072),
}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_glance_knows_every_usual_kind_of_key(
    key: Callable[[], ec.EllipticCurvePrivateKey], form: PrivateFormat
) -> None:
    own, other = (self_signed(key(), form=form) for _ in range(2))
    assert is_fine(*own)
    assert not is_fine(own[0], other[1])


def test_a_certificate_of_no_known_version_gives_way(disk: Disk) -> None:
    disk.kubeadm()
    certificate = x509.load_pem_x509_certificate(disk.issue(FIRST).certificate)
    der = certificate.public_bytes(Encoding.DER)
    third_version = b"\xa0\x03\x02\x01\x02"
    assert third_version in der
    odd = base64.encodebytes(der.replace(third_version, b"\xa0\x03\x02\x01\x72", 1))
    disk.write(FIRST, b"-----BEGIN CERTIFICATE-----\n%b-----END CERTIFICATE-----\n" % odd)
    found = discover(disk.root)
    assert chosen(found) == SECOND
    assert found.skipped[0].reason is Reason.MALFORMED


def test_a_glance_leaves_rare_keys_to_the_full_check(disk: Disk) -> None:
    pair = self_signed(ed25519.Ed25519PrivateKey.generate())
    assert not is_fine(*pair)
    disk.kubeadm()
    write(disk, FIRST, *pair)
    assert chosen(find_connection(disk.root)) == FIRST


def test_a_key_file_may_begin_with_curve_parameters(disk: Disk) -> None:
    disk.kubeadm()
    pair = disk.issue(FIRST)
    parameters = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    disk.write(FIRST.replace("crt", "key"), parameters + pair.key)
    assert chosen(find_connection(disk.root)) == FIRST


@pytest.mark.parametrize("validity", [None, EXPIRED, FUTURE])
def test_a_glance_and_the_full_check_agree_on_dates(
    tmp_path: Path, authority: Authority, validity: object
) -> None:
    pair = authority.issue("x", validity=validity)  # type: ignore[arg-type]
    assert is_fine(pair.certificate, pair.key) is passes(tmp_path, pair)
    assert is_current(pair.certificate) is (validity is None)


def test_a_glance_refuses_every_shortened_file(authority: Authority) -> None:
    pair = authority.issue("x")
    assert is_fine(pair.certificate.strip(), pair.key.strip())
    for length in range(len(pair.certificate) - 2):
        assert not is_fine(pair.certificate[:length], pair.key)
        assert not is_current(pair.certificate[:length])
    for length in range(len(pair.key) - 2):
        assert not is_fine(pair.certificate, pair.key[:length])


def test_a_glance_survives_every_damaged_byte(authority: Authority) -> None:
    pair = authority.issue("x")
    for position in range(len(pair.certificate)):
        damaged = bytearray(pair.certificate)
        damaged[position] ^= 0x15
        assert is_fine(bytes(damaged), pair.key) in (True, False)
    for position in range(len(pair.key)):
        damaged = bytearray(pair.key)
        damaged[position] ^= 0x15
        assert is_fine(pair.certificate, bytes(damaged)) in (True, False)


def passes(folder: Path, pair: KeyPair) -> bool:
    pair.write(folder / "x.crt", folder / "x.key")
    try:
        examine_pair(Node(folder), "/x.crt", "/x.key")
    except Unusable:
        return False
    return True


def write(disk: Disk, path: str, certificate: bytes, key: bytes) -> None:
    disk.write(path, certificate)
    disk.write(path.replace(".crt", ".key"), key)


def self_signed(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey,
    *,
    form: PrivateFormat = PrivateFormat.PKCS8,
    server_only: bool = False,
) -> tuple[bytes, bytes]:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "x")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(EXPIRED.begins)
        .not_valid_after(FUTURE.ends)
    )
    if server_only:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        builder = builder.add_extension(usage, False)
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    certificate = builder.sign(key, algorithm).public_bytes(Encoding.PEM)
    return certificate, key.private_bytes(Encoding.PEM, form, serialization.NoEncryption())
