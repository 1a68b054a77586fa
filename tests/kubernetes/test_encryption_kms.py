"""KMS values, through plugins that listen, are silent, refuse, or talk nonsense."""

from __future__ import annotations

import hmac
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pyetcdctl.errors import NotDecrypted
from pyetcdctl.kubernetes.codec.envelope import wrap
from pyetcdctl.kubernetes.encryption.configuration import (
    Block,
    EncryptionConfig,
    GroupResource,
    KeySource,
)
from pyetcdctl.kubernetes.encryption.encrypted_value import Provider, inspect
from pyetcdctl.kubernetes.encryption.keyring import Keyring
from pyetcdctl.kubernetes.encryption.kms import PluginSockets, path_of
from tests.kubernetes.plugin import (
    Hung,
    Kek,
    KmsV1,
    KmsV2,
    Raw,
    Undecided,
    field,
    fields_of,
    listening,
)
from tests.kubernetes.test_encryption import cbc
from tests.runner import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = b"/registry/secrets/default/db"
PLAIN = wrap("v1", "Secret", b"\x0a\x04\x0a\x02db\x12\x13\x0a\x08password\x12\x07hunter2")
KEK = Kek(os.urandom(32))
HEADERS = {"v1": b"k8s:enc:kms:v1:vault:", "v2": b"k8s:enc:kms:v2:vault:"}


def gcm(secret: bytes, plain: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(secret).encrypt(nonce, plain, KEY)


def seeded(seed: bytes, plain: bytes) -> bytes:
    info = os.urandom(32)
    # One block of HKDF's expansion.
    return info + gcm(hmac.digest(seed, info + b"\x01", "sha256"), plain)


def v1_value(data: bytes, data_key: bytes) -> bytes:
    wrapped = KEK.wrap(data_key)
    return HEADERS["v1"] + len(wrapped).to_bytes(2, "big") + wrapped + data


def v2_value(
    data: bytes, data_key: bytes, *more: bytes, is_seed: bool = True, key_id: bytes = b"id-1"
) -> bytes:
    fields = [field(1, data), field(2, key_id), field(3, KEK.wrap(data_key)), *more]
    return HEADERS["v2"] + b"".join(fields) + b"\x28\x01" * is_seed


def keyring(sockets: PluginSockets, place: Path | str, version: str, timeout: float = 5) -> Keyring:
    endpoint = f"unix://{place}"
    source = KeySource(
        Provider(f"kms {version}"), "vault", endpoint=endpoint, timeout_seconds=timeout
    )
    block = Block((GroupResource("secrets"),), (source,))
    return Keyring(lambda: EncryptionConfig((block,), "enc.yaml"), sockets)


@contextmanager
def served(plugin: KmsV1, folder: Path, timeout: float = 5) -> Iterator[Keyring]:
    place = folder / "k.sock"
    version = "v2" if plugin.service.startswith("v2") else "v1"
    with listening(plugin, place), PluginSockets() as sockets:
        yield keyring(sockets, place, version, timeout)


def refusal(ring: Keyring, value: bytes, key: bytes = KEY) -> str:
    with pytest.raises(NotDecrypted) as caught:
        ring.decrypt(key, value)
    assert caught.value.message.isprintable()
    return caught.value.message


def test_v1_opens_both_of_its_forms_and_the_older_is_stale(tmp_path: Path) -> None:
    data_key = os.urandom(32)
    with served(KmsV1(KEK), tmp_path) as ring:
        for data, stale in ((gcm(data_key, PLAIN), False), (cbc(data_key, PLAIN), True)):
            value = v1_value(data, data_key)
            found = ring.decrypt(KEY, value)
            assert (found.plaintext, found.provider, found.stale) == (PLAIN, "kms v1", stale)
            again = ring.encrypt_like(value, PLAIN + b"\x1a\x00", key=KEY)
            assert ring.decrypt(KEY, again).plaintext == PLAIN + b"\x1a\x00"
            assert ring.decrypt(KEY, again).stale is stale
            assert again[: len(value) - len(data)] == value[: len(value) - len(data)]


@pytest.mark.parametrize("is_seed", [True, False])
def test_v2_opens_both_kinds_of_data_key(tmp_path: Path, is_seed: bool) -> None:
    data_key = os.urandom(32)
    data = (seeded if is_seed else gcm)(data_key, PLAIN)
    value = v2_value(data, data_key, is_seed=is_seed)
    report = inspect(value)
    assert report.shortest == report.longest == len(PLAIN)
    assert (report.key_id, report.data_key) == ("id-1", "HKDF seed" if is_seed else "AES-GCM key")
    with served(KmsV2(KEK, b"id-1"), tmp_path) as ring:
        found = ring.decrypt(KEY, value)
        assert (found.plaintext, found.provider, found.stale) == (PLAIN, "kms v2", False)
        again = ring.encrypt_like(value, b"{}", key=KEY)
        assert ring.decrypt(KEY, again).plaintext == b"{}"
        unsealed = [
            dict(fields_of(v[len(HEADERS["v2"]) :][: -2 * is_seed or None])) for v in (value, again)
        ]
        assert unsealed[0].pop(1) != unsealed[1].pop(1)
        assert unsealed[0] == unsealed[1], "the wrapped key and all about it stay"


def test_v2_hands_the_annotations_to_the_plugin_and_back_into_the_value(tmp_path: Path) -> None:
    seed = os.urandom(32)
    notes = [field(4, field(1, name) + field(2, b"\x00\x01")) for name in (b"a.example", b"b.c")]
    value = v2_value(seeded(seed, PLAIN), seed, *notes)
    assert inspect(value).annotations == ("a.example", "b.c")
    plugin = KmsV2(KEK, b"id-1")
    with served(plugin, tmp_path) as ring:
        assert ring.decrypt(KEY, value).plaintext == PLAIN
        (request,) = plugin.requests
        assert request.annotations == {b"a.example": b"\0\1", b"b.c": b"\0\1"}
        assert len(request.uid) == 36
        assert all(note in ring.encrypt_like(value, PLAIN, key=KEY) for note in notes)


def test_v2_values_of_another_key_id_are_stale(tmp_path: Path) -> None:
    seed = os.urandom(32)
    with served(KmsV2(KEK, b"id-2"), tmp_path) as ring:
        assert ring.decrypt(KEY, v2_value(seeded(seed, PLAIN), seed)).stale
        now = v2_value(seeded(seed, PLAIN), seed, key_id=b"id-2")
        assert not ring.decrypt(KEY, now).stale


def test_a_changed_or_moved_value_cannot_be_decrypted(tmp_path: Path) -> None:
    secret = os.urandom(32)
    values = {
        "v1": v1_value(gcm(secret, PLAIN), secret),
        "v2": v2_value(seeded(secret, PLAIN), secret),
    }
    for version, plugin in (("v1", KmsV1(KEK)), ("v2", KmsV2(KEK, b"id-1"))):
        value = values[version]
        at = len(value) - 40 if version == "v1" else 60
        changed = value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]
        (tmp_path / version).mkdir()
        with served(plugin, tmp_path / version) as ring:
            assert ring.decrypt(KEY, value).plaintext == PLAIN
            reported = {refusal(ring, changed), refusal(ring, value, b"/registry/secrets/x/y")}
            assert len(reported) == 1
            assert "moved here from another etcd key" in reported.pop()


def test_a_plugin_that_refuses_a_key_is_quoted_safely_and_asked_once(tmp_path: Path) -> None:
    plugin = KmsV1(Kek(os.urandom(32)))
    secret = os.urandom(32)
    value = v1_value(gcm(secret, PLAIN), secret)
    with served(plugin, tmp_path) as ring:
        reported = refusal(ring, value)
        assert "refused: INVALID_ARGUMENT: not wrapped\\x1b[2J by this key" in reported
        assert refusal(ring, value) == reported
        assert len(plugin.requests) == 1
        refusal(ring, v1_value(gcm(secret, PLAIN), secret))
        assert len(plugin.requests) == 2, "another data key may fare better"


def test_a_hung_plugin_is_waited_for_once_and_no_longer_than_its_timeout(tmp_path: Path) -> None:
    secret = os.urandom(32)
    plugin = Hung()
    begin = time.monotonic()
    with served(plugin, tmp_path, timeout=0.3) as ring:
        for _ in range(50):
            reported = refusal(ring, v1_value(gcm(secret, PLAIN), secret))
            assert "did not respond within 0.3 s" in reported
        assert len(plugin.requests) == 1
        assert time.monotonic() - begin < 5


def test_a_socket_without_a_server_is_reported(tmp_path: Path) -> None:
    place = tmp_path / "dead.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(place))
    secret = os.urandom(32)
    with PluginSockets() as sockets:
        ring = keyring(sockets, place, "v1", timeout=2)
        reported = refusal(ring, v1_value(gcm(secret, PLAIN), secret))
        assert f"its plugin at {place} cannot be reached" in reported


def test_a_socket_that_accepts_and_says_nothing_is_waited_for_within_bounds(tmp_path: Path) -> None:
    place = tmp_path / "mute.sock"
    secret = os.urandom(32)
    begin = time.monotonic()
    with socket.socket(socket.AF_UNIX) as mute, PluginSockets() as sockets:
        mute.bind(str(place))
        mute.listen()
        ring = keyring(sockets, place, "v2", timeout=0.3)
        reported = refusal(ring, v2_value(seeded(secret, PLAIN), secret))
    assert "did not respond within 0.3 s" in reported
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda place: None, "is not on this host"),
        (lambda place: place.write_text("x"), "is not a socket"),
        (lambda place: place.mkdir(), "is not a socket"),
    ],
    ids=["missing", "a file", "a folder"],
)
def test_a_place_without_a_socket_is_reported(tmp_path: Path, make: object, why: str) -> None:
    place = tmp_path / "k.sock"
    assert callable(make)
    make(place)
    secret = os.urandom(32)
    with PluginSockets() as sockets:
        reported = refusal(keyring(sockets, place, "v1"), v1_value(gcm(secret, PLAIN), secret))
    assert reported.endswith(f"its plugin's socket {place} {why}")
    assert "kms v1 plugin vault" in reported


AS_NOBODY = """
import os, sys
from pyetcdctl.kubernetes.encryption.configuration import KeySource
from pyetcdctl.kubernetes.encryption.kms import NotUnwrapped, PluginSockets, Wrapped
from pyetcdctl.kubernetes.encryption.encrypted_value import Provider
import grpc
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
for place in sys.argv[1:]:
    try:
        source = KeySource(Provider.KMS_V2, "k", endpoint=f"unix://{place}")
        PluginSockets().unwrap(source, Wrapped(b"x"))
    except NotUnwrapped as error:
        print(error)
"""


def test_a_socket_of_another_user_is_reported() -> None:
    # pytest's own folders may be closed to other users.
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        os.chmod(folder, 0o755)
        closed, inside = f"{folder}/k.sock", f"{folder}/closed/k.sock"
        listener.bind(closed)
        listener.listen()
        os.chmod(closed, 0)
        os.mkdir(os.path.dirname(inside), 0)
        words = [sys.executable, "-c", AS_NOBODY, closed, inside]
        reported = subprocess.run(
            words, capture_output=True, text=True, check=True, cwd=PROJECT
        ).stdout
        os.chmod(os.path.dirname(inside), 0o700)
    why = "its plugin's socket {} is not accessible to this user: use sudo"
    assert reported.splitlines() == [why.format(closed), why.format(inside)]


def test_a_path_longer_than_a_socket_can_have_is_reported(tmp_path: Path) -> None:
    folder = tmp_path / ("d" * 120)
    folder.mkdir()
    short = tmp_path / "k.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(short))
        short.rename(folder / "k.sock")
    secret = os.urandom(32)
    with PluginSockets() as sockets:
        ring = keyring(sockets, folder / "k.sock", "v1")
        assert "has too long a path" in refusal(ring, v1_value(gcm(secret, PLAIN), secret))


def test_a_socket_in_the_abstract_namespace_is_reached() -> None:
    name = f"pyetcdctl-test-{os.getpid()}"
    secret = os.urandom(32)
    with (
        listening(KmsV1(KEK), f"unix-abstract:{name}"),
        PluginSockets() as sockets,
    ):
        ring = keyring(sockets, f"/@{name}", "v1")
        assert ring.decrypt(KEY, v1_value(gcm(secret, PLAIN), secret)).plaintext == PLAIN


@pytest.mark.parametrize(
    ("endpoint", "path"),
    [
        ("unix:///run/k.sock", "/run/k.sock"),
        ("unix:/run/k.sock", "/run/k.sock"),
        ("unix:///run/k%20s.sock?x#y", "/run/k s.sock"),
        ("unix://run/k.sock", "/k.sock"),
        ("unix:///@name", "@name"),
        ("unix://@name", "@name"),
    ],
)
def test_an_endpoint_is_read_as_the_api_server_reads_it(endpoint: str, path: str) -> None:
    assert path_of(KeySource(Provider.KMS_V2, "k", endpoint=endpoint)) == path


def test_a_plugin_that_hangs_only_when_asked_for_its_status_still_opens(tmp_path: Path) -> None:
    plugin = Undecided(KEK, b"id-1")
    begin = time.monotonic()
    with served(plugin, tmp_path, timeout=0.3) as ring:
        for secret in (os.urandom(32), os.urandom(32), os.urandom(32)):
            found = ring.decrypt(KEY, v2_value(seeded(secret, PLAIN), secret))
            assert (found.plaintext, found.stale) == (PLAIN, False)
        plugin.released.set()
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize(
    ("response", "why"),
    [
        (b"", "decryption failed"),
        (b"\xff\xff\xff", "sent a response that is not a message"),
        (field(1, b"short"), "decryption failed"),
        (field(1, os.urandom(32)), "decryption failed"),
        (field(1, os.urandom(5000)), "decryption failed"),
        (field(2, os.urandom(32)), "decryption failed"),
        (b"\x08\x05", "decryption failed"),
    ],
    ids=["empty", "no message", "short key", "wrong key", "long key", "other field", "a number"],
)
@pytest.mark.parametrize("version", ["v1", "v2", "v2 type 0"])
def test_a_plugin_that_talks_nonsense_opens_nothing(
    tmp_path: Path, response: bytes, why: str, version: str
) -> None:
    secret = os.urandom(32)
    value = {
        "v1": v1_value(gcm(secret, PLAIN), secret),
        "v2": v2_value(seeded(secret, PLAIN), secret),
        "v2 type 0": v2_value(gcm(secret, PLAIN), secret, is_seed=False),
    }[version]
    service = "v1beta1" if version == "v1" else "v2"
    with served(Raw(response, f"{service}.KeyManagementService"), tmp_path) as ring:
        assert why in refusal(ring, value)


def test_a_plugin_of_the_other_version_is_reported(tmp_path: Path) -> None:
    secret = os.urandom(32)
    place = tmp_path / "k.sock"
    with listening(KmsV2(KEK, b"id"), place), PluginSockets() as sockets:
        reported = refusal(keyring(sockets, place, "v1"), v1_value(gcm(secret, PLAIN), secret))
    assert "refused: UNIMPLEMENTED" in reported


def test_few_data_keys_are_kept_however_many_there_are(tmp_path: Path) -> None:
    from pyetcdctl.kubernetes.encryption import kms

    secret = os.urandom(32)
    with listening(KmsV1(KEK), tmp_path / "k.sock"), PluginSockets() as sockets:
        ring = keyring(sockets, tmp_path / "k.sock", "v1")
        for _ in range(kms.MOST_KEYS + 50):
            ring.decrypt(KEY, v1_value(gcm(secret, PLAIN), secret))
        assert len(sockets._known) == kms.MOST_KEYS
        assert secret.hex() not in repr(vars(sockets))
        assert repr(secret)[2:-1] not in repr(vars(sockets))
