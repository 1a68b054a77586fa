"""Encrypted values that are in order, tampered with, of another key, or written back.

The values are made here with the libraries' ciphers, not with the package's own sealing.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import traceback
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.padding import PKCS7
from nacl.secret import SecretBox

from pyetcdctl.errors import BadEncryptionConfig, NotDecrypted
from pyetcdctl.kubernetes import stored_value
from pyetcdctl.kubernetes.codec.envelope import wrap
from pyetcdctl.kubernetes.codec.input_forms import values_in
from pyetcdctl.kubernetes.encryption.configuration import (
    Block,
    EncryptionConfig,
    GroupResource,
    KeySource,
    Secret,
)
from pyetcdctl.kubernetes.encryption.encrypted_value import Provider, inspect
from pyetcdctl.kubernetes.encryption.keyring import Keyring

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = b"/registry/secrets/default/db"
# Metadata with a name, then data with one entry: password = hunter2.
PLAIN = wrap("v1", "Secret", b"\x0a\x04\x0a\x02db\x12\x13\x0a\x08password\x12\x07hunter2")
SIZES = {
    Provider.AESCBC: (16, 24, 32),
    Provider.AESGCM: (16, 24, 32),
    Provider.SECRETBOX: (32,),
}
EVERY = [(provider, size) for provider, sizes in SIZES.items() for size in sizes]
IDENTITY = KeySource(Provider.IDENTITY)


def cbc(secret: bytes, plain: bytes) -> bytes:
    iv = os.urandom(16)
    padder = PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(secret), modes.CBC(iv)).encryptor()
    return iv + encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()


def gcm(secret: bytes, plain: bytes, key: bytes = KEY) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(secret).encrypt(nonce, plain, key)


def box(secret: bytes, plain: bytes) -> bytes:
    return bytes(SecretBox(secret).encrypt(plain))


WRITERS: dict[Provider, Callable[[bytes, bytes], bytes]] = {
    Provider.AESCBC: cbc,
    Provider.AESGCM: gcm,
    Provider.SECRETBOX: box,
}


def source(provider: Provider, name: str, secret: bytes) -> KeySource:
    return KeySource(provider, name, Secret(secret))


def written(by: KeySource, plain: bytes = PLAIN) -> bytes:
    header = f"k8s:enc:{by.provider.value}:v1:{by.name}:".encode()
    return header + WRITERS[by.provider](by.secret.reveal(), plain)


def keyring(*sources: KeySource, more: tuple[Block, ...] = ()) -> Keyring:
    config = EncryptionConfig((Block((GroupResource("secrets"),), sources), *more), "enc.yaml")
    return Keyring(lambda: config)


def refusal(ring: Keyring, value: bytes, key: bytes = KEY) -> str:
    with pytest.raises(NotDecrypted) as caught:
        ring.decrypt(key, value)
    assert not caught.value.advice or "Try" in caught.value.advice[0]
    return caught.value.message


@pytest.mark.parametrize(("provider", "size"), EVERY)
def test_each_cipher_opens_with_each_size_of_key(provider: Provider, size: int) -> None:
    key = source(provider, "k", os.urandom(size))
    for length in (*range(40), 1000):
        plain = wrap("v1", "Secret", b"\x0a" + bytes([length % 128]) + b"x" * (length % 128))
        found = keyring(key).decrypt(KEY, written(key, plain))
        assert (found.plaintext, found.provider, found.key_name) == (plain, provider, "k")
        assert not found.stale


@pytest.mark.parametrize("plain", [b'{"kind":"X"}\n', b"\xd9\xd9\xf7\xa0", PLAIN])
def test_every_stored_format_may_be_inside(plain: bytes) -> None:
    for provider, size in EVERY:
        key = source(provider, "k", os.urandom(size))
        assert keyring(key).decrypt(KEY, written(key, plain)).plaintext == plain


def test_any_key_of_the_file_opens_and_all_but_the_first_are_stale() -> None:
    keys = [source(p, f"{p.value}-{n}", os.urandom(32)) for p in WRITERS for n in (1, 2)]
    ring = keyring(*keys, IDENTITY)
    found = [ring.decrypt(KEY, written(key)) for key in keys]
    assert [one.key_name for one in found] == [key.name for key in keys]
    assert [one.stale for one in found] == [False, *[True] * 5]
    assert all(one.server_reads for one in found)


def test_a_plain_value_is_stale_unless_identity_writes() -> None:
    key = source(Provider.AESGCM, "k", bytes(32))
    for sources, stale, readable in (
        ((key, IDENTITY), True, True),
        ((IDENTITY, key), False, True),
        ((key,), True, False),
    ):
        found = keyring(*sources).decrypt(KEY, PLAIN)
        assert (found.plaintext, found.provider) == (PLAIN, Provider.IDENTITY)
        assert (found.stale, found.server_reads) == (stale, readable)
    assert not keyring(key).decrypt(b"/registry/pods/default/x", PLAIN).stale


def test_a_key_of_another_block_opens_what_the_api_server_cannot_read() -> None:
    ours, theirs = (source(Provider.AESGCM, name, os.urandom(32)) for name in "ab")
    ring = keyring(ours, more=(Block((GroupResource("pods"),), (theirs,)),))
    found = ring.decrypt(KEY, written(theirs))
    assert (found.plaintext, found.stale, found.server_reads) == (PLAIN, True, False)


@pytest.mark.parametrize("provider", WRITERS)
def test_keys_of_the_same_name_are_all_tried(provider: Provider) -> None:
    keys = [source(provider, "key1", os.urandom(32)) for _ in range(8)]
    ring = keyring(*keys)
    for number, key in enumerate(keys):
        found = ring.decrypt(KEY, written(key))
        assert (found.plaintext, found.stale) == (PLAIN, number > 0)


def test_a_name_with_colons_is_matched_whole() -> None:
    short, long = (source(Provider.AESGCM, name, os.urandom(32)) for name in ("a", "a:b:c"))
    ring = keyring(short, long)
    assert ring.decrypt(KEY, written(long)).key_name == "a:b:c"
    assert ring.report(written(long)).key_name == "a:b:c"
    assert ring.report(written(short)).key_name == "a"
    assert ring.report(written(long)).shortest == len(PLAIN)


def test_a_name_with_a_time_is_read_whole_without_its_configuration() -> None:
    # k3s names a rotated key by the time.
    name = "aescbckey-2026-01-01T00:00:00Z"
    value = written(source(Provider.AESCBC, name, os.urandom(32)))
    assert inspect(value).key_name == name
    found = values_in(b"/registry/secrets/a/x\n" + value + b"\n")
    assert [each.value for each in found] == [value]


@pytest.mark.parametrize(("provider", "size"), EVERY)
def test_a_wrong_key_opens_nothing(provider: Provider, size: int) -> None:
    # One in 256 wrong keys leaves a padding that CBC accepts.
    value = written(source(provider, "k", os.urandom(size)))
    tries = 1500 if provider is Provider.AESCBC else 20
    reported = {
        refusal(keyring(source(provider, "k", os.urandom(size))), value) for _ in range(tries)
    }
    assert len(reported) == 1, "every wrong key is answered in the same words"
    assert "the key is another one, or the value was changed" in reported.pop()


@pytest.mark.parametrize("provider", [Provider.AESGCM, Provider.SECRETBOX])
def test_one_changed_bit_anywhere_closes_an_authenticated_value(provider: Provider) -> None:
    key = source(provider, "k", os.urandom(32))
    value = written(key)
    begin = len(key.header)
    reported = set()
    for at in range(begin, len(value)):
        for bit in range(8):
            changed = bytearray(value)
            changed[at] ^= 1 << bit
            reported.add(refusal(keyring(key), bytes(changed)))
    assert len(reported) == 1


def test_a_cut_or_lengthened_value_cannot_be_decrypted() -> None:
    for provider in WRITERS:
        key = source(provider, "k", os.urandom(32))
        value = written(key)
        reported = {
            # The length that the report names is the only difference.
            refusal(keyring(key), damaged).partition(";")[2].partition(";")[2]
            for damaged in [*(value[:end] for end in range(len(key.header), len(value))), value * 2]
        }
        assert len(reported) == 1


def test_a_changed_cbc_value_never_shows_bytes_that_are_no_value() -> None:
    key = source(Provider.AESCBC, "k", os.urandom(32))
    value = written(key, wrap("v1", "ConfigMap", b"\x0a\x7a\x0a\x78" + b"n" * 120))
    ring = keyring(key)
    words = set()
    for at in range(len(key.header) + 16, len(value)):
        changed = bytearray(value)
        changed[at] ^= 0x40
        found = stored_value.read(KEY, bytes(changed), ring)
        assert found.decryption_error, f"byte {at} was changed and nobody noticed"
        assert found.decoded.object is None
        assert found.plain == bytes(changed)
        words.add(found.decryption_error)
    assert len(words) == 1, "padding, envelope and contents are refused in the same words"


def test_a_moved_value_is_refused_where_the_cipher_is_bound_to_its_key() -> None:
    bound = source(Provider.AESGCM, "k", os.urandom(32))
    assert "moved here from another etcd key" in refusal(
        keyring(bound), written(bound), b"/registry/secrets/default/other"
    )
    for provider in (Provider.AESCBC, Provider.SECRETBOX):
        free = source(provider, "k", os.urandom(32))
        assert keyring(free).decrypt(b"/elsewhere", written(free)).plaintext == PLAIN


@pytest.mark.parametrize(("provider", "size"), EVERY)
def test_a_value_is_written_back_with_its_own_key_though_another_writes_today(
    provider: Provider, size: int
) -> None:
    newest = source(Provider.SECRETBOX, "newest", os.urandom(32))
    key = source(provider, "old", os.urandom(size))
    ring = keyring(newest, key, IDENTITY)
    original = written(key)
    sealed = {ring.encrypt_like(original, b'{"a":1}', key=KEY) for _ in range(3)}
    assert len(sealed) == 3, "no nonce is used twice"
    for value in sealed:
        assert value.startswith(key.header)
        found = keyring(key).decrypt(KEY, value)
        assert (found.plaintext, found.key_name) == (b'{"a":1}', "old")


def test_a_key_that_cannot_read_never_writes() -> None:
    value = written(source(Provider.AESGCM, "k", os.urandom(32)))
    with pytest.raises(NotDecrypted):
        keyring(source(Provider.AESGCM, "k", os.urandom(32))).encrypt_like(value, PLAIN, key=KEY)


def test_a_plain_value_is_written_back_plain() -> None:
    key = source(Provider.AESGCM, "k", os.urandom(32))
    assert keyring(key, IDENTITY).encrypt_like(PLAIN, b"{}", key=KEY) == b"{}"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"k8s:enc:", "encrypted by (no provider); the plain value has an unknown length"),
        (b"k8s:enc:rot13:v9:k:data", "rot13:v9 key k"),
        (b"k8s:enc:aescbc:v2:k:data", "aescbc:v2 key k"),
        (b"k8s:enc:identity:v1:k:data", "identity:v1 key k"),
        (b"k8s:enc:kms:v3:k:data", "kms:v3 plugin k"),
        (b"k8s:enc:kms:v1:k:\xff\xffdata", "kms v1 plugin k"),
        (b"k8s:enc:kms:v2:k:\xff\xff\xff", "kms v2 plugin k"),
        (b"k8s:enc:kms:v2:k:", "kms v2 plugin k"),
        (b"k8s:enc:aesgcm:v1:k\x1b[2J\xff:data", "aesgcm key k\\x1b[2J"),
        (b"k8s:enc:aesgcm:v1:" + b"k" * 5000 + b":data", "k" * 100 + "…"),
    ],
)
def test_a_damaged_or_unknown_header_is_reported_in_one_safe_line(value: bytes, words: str) -> None:
    reported = str(inspect(value))
    assert words in reported
    assert reported.isprintable()
    assert len(reported) < 400
    assert refusal(keyring(source(Provider.AESGCM, "q", bytes(32))), value).startswith(reported)


def test_reports_bound_the_length_of_the_plain_value() -> None:
    for length in range(1, 70):
        for provider, slack in (
            (Provider.AESCBC, 15),
            (Provider.AESGCM, 0),
            (Provider.SECRETBOX, 0),
        ):
            report = inspect(written(source(provider, "k", bytes(32)), b"x" * length))
            assert report.shortest is not None
            assert report.longest is not None
            assert report.shortest <= length <= report.longest
            assert report.longest - report.shortest == slack


def test_random_values_are_refused_and_nothing_else_is_raised() -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    keys = [source(p, "k", chance.randbytes(32)) for p in WRITERS]
    plugins = [KeySource(Provider(f"kms v{n}"), "k", endpoint="unix:///none.sock") for n in (1, 2)]
    ring = keyring(*keys, *plugins)
    headers = [each.header for each in (*keys, *plugins)]
    for _ in range(5_000):
        header = chance.choice(headers)[: chance.choice((99, 99, 99, 14))]
        found = stored_value.read(KEY, header + chance.randbytes(chance.randrange(200)), ring)
        assert found.decryption_error
        assert found.decoded.object is None


def test_no_error_and_no_repr_shows_a_secret_or_a_plain_value() -> None:
    secret = os.urandom(32)
    key = source(Provider.AESGCM, "k", secret)
    ring = keyring(key)
    reported = [repr(ring), repr(ring.config), repr(ring.decrypt(KEY, written(key)))]
    reported += [
        repr(stored_value.read(KEY, written(key), ring)),
        f"{ring.decrypt(KEY, written(key))}",
    ]
    with pytest.raises(NotDecrypted) as caught:
        ring.decrypt(KEY, written(key)[:-1])
    reported += traceback.format_exception(caught.value)
    for form in (secret.hex(), repr(secret)[2:-1], "hunter2"):
        assert not any(form in text for text in reported)


def test_an_unusable_file_is_reported_where_it_is_needed() -> None:
    def load() -> EncryptionConfig:
        raise BadEncryptionConfig("cannot read /etc/enc.yaml: permission denied")

    value = written(source(Provider.AESGCM, "k", bytes(32)))
    assert "cannot read /etc/enc.yaml: permission denied" in refusal(Keyring(load), value)
    assert Keyring(load).decrypt(KEY, PLAIN).plaintext == PLAIN


def test_a_missing_key_is_reported_with_the_files_name() -> None:
    value = written(source(Provider.AESCBC, "key9", bytes(32)))
    reported = refusal(keyring(source(Provider.AESCBC, "key1", bytes(32))), value)
    assert "aescbc key key9" in reported
    assert reported.endswith("enc.yaml has no such key or plugin")


def test_a_keyring_loads_no_library_before_it_needs_one() -> None:
    probe = (
        "import sys; from pyetcdctl.kubernetes.encryption.keyring import Keyring\n"
        "from pyetcdctl.kubernetes import stored_value\n"
        "from pyetcdctl.kubernetes.encryption import status\n"
        "Keyring().decrypt(b'k', b'{}')\n"
        "print([n for n in ('cryptography', 'nacl', 'yaml', 'grpc') if n in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=30)
    assert run.stdout.strip() == "[]", run.stderr
