"""Values at keys that had none: encrypted by the first key of their resource's block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyetcdctl.errors import BadEncryptionConfig, NotDecrypted
from pyetcdctl.kubernetes.codec.envelope import wrap
from pyetcdctl.kubernetes.encryption.configuration import Block, EncryptionConfig, GroupResource
from pyetcdctl.kubernetes.encryption.encrypted_value import Provider
from pyetcdctl.kubernetes.encryption.keyring import Keyring
from tests.kubernetes.test_encryption_of_the_sample import config, given_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.kubernetes.sample import Stored

SECRETS = GroupResource("secrets")
KEY = b"/registry/secrets/default/new"
PLAIN = wrap("v1", "Secret", b"")
PROVIDERS = [each for each in Provider if each is not Provider.IDENTITY]


def keyring_that_writes_by(provider: Provider) -> Keyring:
    [block] = (each for each in config().blocks if SECRETS in each.resources)
    sources = sorted(block.sources, key=lambda source: source.provider is not provider)
    chosen = EncryptionConfig((Block((SECRETS,), tuple(sources)),))
    return Keyring(lambda: chosen, given_keys())


@pytest.mark.parametrize("provider", [Provider.AESGCM, Provider.SECRETBOX, *PROVIDERS[-2:]])
def test_a_new_value_is_encrypted_as_the_api_server_would(
    stored: Mapping[str, Stored], provider: Provider
) -> None:
    keyring = keyring_that_writes_by(provider)
    beside = [(key.encode(), value) for key, value, _ in stored.values() if "/secrets/" in key]
    sealed = keyring.encrypt_new(PLAIN, key=KEY, neighbours=beside)
    opened = keyring.decrypt(KEY, sealed)
    assert (opened.plaintext, opened.provider, opened.stale) == (PLAIN, provider, False)
    again = keyring.encrypt_new(PLAIN, key=KEY, neighbours=beside)
    assert again != sealed


def test_a_plugin_without_a_value_of_its_own_cannot_be_written_for() -> None:
    keyring = keyring_that_writes_by(Provider.KMS_V2)
    with pytest.raises(NotDecrypted, match="kms v2 plugin local-kms"):
        keyring.encrypt_new(PLAIN, key=KEY, neighbours=[])
    damaged = [(KEY, Provider.KMS_V2.header("local-kms") + b"damaged")]
    with pytest.raises(NotDecrypted, match="kms v2 plugin local-kms"):
        keyring.encrypt_new(PLAIN, key=KEY, neighbours=damaged)


def test_a_resource_that_no_key_encrypts_stays_plain() -> None:
    pod = b"/registry/pods/default/new"
    for keyring in (Keyring(config), Keyring()):
        assert keyring.encrypt_new(PLAIN, key=pod, neighbours=[]) is PLAIN


def test_a_configuration_that_cannot_be_read_is_no_leave_to_write_plain() -> None:
    def load() -> EncryptionConfig:
        raise BadEncryptionConfig("cannot read /etc/enc.yaml: permission denied")

    with pytest.raises(NotDecrypted, match="permission denied"):
        Keyring(load).encrypt_new(PLAIN, key=KEY, neighbours=[])
