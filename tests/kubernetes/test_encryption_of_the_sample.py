"""Every encrypted value of the sample cluster, against what Kubernetes' own code reads from it."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from pyetcdctl.errors import NotDecrypted
from pyetcdctl.kubernetes import stored_value
from pyetcdctl.kubernetes.codec.envelope import ENCRYPTED
from pyetcdctl.kubernetes.codec.json_writing import json_text
from pyetcdctl.kubernetes.codec.yaml_writing import yaml_text
from pyetcdctl.kubernetes.encryption import configuration
from pyetcdctl.kubernetes.encryption.keyring import Keyring
from pyetcdctl.kubernetes.encryption.kms import GivenKeys, PluginSockets
from pyetcdctl.kubernetes.encryption.status import EncryptedBy, survey, violations
from tests.kubernetes.plugin import Kek, KmsV1, KmsV2, listening
from tests.kubernetes.sample import DATA, Stored, responses, stored_values

if TYPE_CHECKING:
    from pathlib import Path

    from pyetcdctl.kubernetes.encryption.configuration import EncryptionConfig
    from tests.server import Etcd

CONFIG = DATA / "encryption-config.yaml"
KMS = json.loads((DATA / "kms.json").read_text())
KEY_ID = KMS["key_id"].encode()


def config() -> EncryptionConfig:
    return configuration.load(str(CONFIG))


def given_keys() -> GivenKeys:
    pairs = ((pair["wrapped"], pair["plain"]) for pair in KMS["unwrapped"])
    return GivenKeys({base64.b64decode(w): base64.b64decode(p) for w, p in pairs})


@pytest.fixture(scope="module")
def values(sample_etcd: Etcd) -> list[Stored]:
    return stored_values(sample_etcd)


@pytest.fixture(scope="module")
def encrypted(values: list[Stored]) -> list[Stored]:
    found = [stored for stored in values if stored.value.startswith(ENCRYPTED)]
    assert len(found) == 80
    return found


def assert_as_in_response(stored: Stored, keyring: Keyring) -> None:
    response = responses()[stored.key]
    found = stored_value.read(stored.key.encode(), stored.value, keyring)
    assert found.remarks == []
    assert found.decoded.object is not None
    assert json_text(found.decoded.object) == response["json"]
    assert yaml_text(found.decoded.object) == response["yaml"]
    assert found.report is not None
    provider, _, version = found.report.provider.partition(" ")
    assert response["encryption"] == f"{provider}:{version or 'v1'}:{found.report.key_name}"
    assert found.report.shortest is not None
    assert found.report.longest is not None
    assert found.report.shortest <= len(found.plain) <= found.report.longest


def test_the_file_alone_opens_all_but_the_plugins_values(encrypted: list[Stored]) -> None:
    keyring = Keyring(config, GivenKeys({}))
    in_reach = [s for s in encrypted if responses()[s.key]["config_decrypts"]]
    assert len(in_reach) == 56
    for stored in in_reach:
        assert_as_in_response(stored, keyring)
    for stored in set(encrypted) - set(in_reach):
        with pytest.raises(NotDecrypted, match="not among the given ones"):
            keyring.decrypt(stored.key.encode(), stored.value)


def test_data_keys_given_by_hand_open_the_plugins_values(encrypted: list[Stored]) -> None:
    keyring = Keyring(config, given_keys())
    for stored in encrypted:
        assert_as_in_response(stored, keyring)


def test_the_plugins_themselves_open_their_values(encrypted: list[Stored], tmp_path: Path) -> None:
    kek = Kek(base64.b64decode(KMS["kek_aes_gcm"]))
    v1, v2 = KmsV1(kek), KmsV2(kek, KEY_ID)
    with (
        listening(v1, tmp_path / "legacy.sock"),
        listening(v2, tmp_path / "local.sock"),
        PluginSockets(lambda path: str(tmp_path / path.rpartition("/")[2])) as sockets,
    ):
        keyring = Keyring(config, sockets)
        for stored in encrypted:
            assert_as_in_response(stored, keyring)
    assert len(v1.requests) == 16
    seeds = {stored.value for stored in encrypted if b":local-kms:" in stored.value}
    assert 1 <= len(v2.requests) < len(seeds), "a seed that is known is not asked for again"
    assert {request.key_id for request in v2.requests} == {KEY_ID}


def test_the_sample_opens_at_its_own_keys_only_where_the_cipher_is_bound(
    encrypted: list[Stored],
) -> None:
    keyring = Keyring(config, given_keys())
    for stored in encrypted:
        elsewhere = stored.key.encode() + b"x"
        if b":aesgcm:" in stored.value or b":v2:" in stored.value:
            with pytest.raises(NotDecrypted, match="moved here from another etcd key"):
                keyring.decrypt(elsewhere, stored.value)
        elif b":kms:" not in stored.value:
            assert keyring.decrypt(elsewhere, stored.value).plaintext


def test_sealed_again_the_sample_opens_as_it_was(encrypted: list[Stored]) -> None:
    keyring = Keyring(config, given_keys())
    for key, value in ((stored.key.encode(), stored.value) for stored in encrypted):
        before = keyring.decrypt(key, value)
        resealed = keyring.encrypt_like(value, before.plaintext, key=key)
        assert resealed != value
        assert len(resealed) == len(value)
        assert keyring.decrypt(key, resealed) == before


def test_the_status_counts_each_provider_and_key(values: list[Stored]) -> None:
    status = survey(
        ((stored.key.encode(), stored.value) for stored in values), Keyring(config, given_keys())
    )
    rows = {row.name: row for row in status}
    secrets = rows["secrets"]
    assert secrets.encrypted == {
        EncryptedBy("aescbc", "key1"): 6,
        EncryptedBy("aescbc", "key2"): 10,
        EncryptedBy("aesgcm", "gcm-a"): 8,
        EncryptedBy("aesgcm", "gcm-b"): 8,
        EncryptedBy("secretbox", "box-2026"): 8,
        EncryptedBy("kms v1", "legacy-kms"): 16,
        EncryptedBy("kms v2", "local-kms"): 8,
    }
    assert (secrets.total, secrets.plain, secrets.not_decrypted) == (77, 13, 0)
    assert secrets.stale == 77 - 10, "only aescbc key2 writes today"
    assert rows["vaultentries.sec.example.com"].encrypted == {
        EncryptedBy("secretbox", "box-2026"): 8
    }
    assert rows["vaultentries.sec.example.com"].stale == 0
    assert sum(row.total for row in status) == len(values)
    assert rows["pods"].stale == rows["leases.coordination.k8s.io"].stale == 0
    assert [(v.name, v.plain, v.by_configuration) for v in violations(status, config())] == [
        ("configmaps", 51, False),
        ("secrets", 13, False),
    ]


def test_without_a_plugin_the_status_reports_what_is_not_decrypted(values: list[Stored]) -> None:
    pairs = [(stored.key.encode(), stored.value) for stored in values]
    rows = {row.name: row for row in survey(pairs, Keyring(config))}
    assert rows["secrets"].not_decrypted == 24
    assert "is not on this host" in rows["secrets"].problem
    assert rows["configmaps"].not_decrypted == 0


def test_without_a_file_every_encrypted_value_is_reported_and_none_is_opened(
    encrypted: list[Stored],
) -> None:
    for stored in encrypted:
        found = stored_value.read(stored.key.encode(), stored.value, Keyring())
        assert found.decoded.object is None
        assert found.decryption_error.startswith("encrypted by ")
        assert "no encryption configuration is known" in found.decryption_error
