"""EncryptionConfiguration files: who encrypts what, and what is said of a bad file."""

from __future__ import annotations

import base64
import json
import traceback
from typing import TYPE_CHECKING

import pytest
import yaml

from pyetcdctl.errors import BadEncryptionConfig
from pyetcdctl.kubernetes.encryption.configuration import (
    EncryptionConfig,
    GroupResource,
    load,
    parse,
    resource_of,
)

if TYPE_CHECKING:
    from pathlib import Path

SECRET = base64.b64encode(b"a secret of thirty-two bytes !!!").decode()
HEAD = "kind: EncryptionConfiguration\napiVersion: apiserver.config.k8s.io/v1\nresources:\n"
KMS = 'name: k, endpoint: "unix:///run/k.sock"'


def block(resources: str, *providers: str) -> str:
    listed = "".join(f"  - {provider}\n" for provider in providers)
    return f"- resources: [{resources}]\n  providers:\n{listed}"


def cipher(provider: str, name: str, secret: str = SECRET) -> str:
    return f"{provider}: {{keys: [{{name: {name}, secret: {secret}}}]}}"


def read(*blocks: str, head: str = HEAD) -> EncryptionConfig:
    return parse((head + "".join(blocks)).encode(), "enc.yaml")


def names(config: EncryptionConfig, resource: str) -> list[str]:
    sources = config.sources_of(GroupResource.parse(resource))
    return [f"{source.provider} {source.name}".strip() for source in sources]


def test_the_first_block_that_covers_a_resource_holds() -> None:
    config = read(
        block("secrets, pandas.awesome.example", cipher("aescbc", "a"), "identity: {}"),
        block("'*.apps'", cipher("aescbc", "b")),
        block("'*.'", cipher("aescbc", "c")),
        block("'*.*'", cipher("aescbc", "d")),
    )
    assert names(config, "secrets") == ["aescbc a", "identity"]
    assert names(config, "pandas.awesome.example") == ["aescbc a", "identity"]
    assert names(config, "deployments.apps") == ["aescbc b"]
    assert names(config, "configmaps") == ["aescbc c"]
    assert names(config, "leases.coordination.k8s.io") == ["aescbc d"]
    assert names(config, "secrets.example.com") == ["aescbc d"]


def test_a_later_name_is_masked_by_an_earlier_wildcard() -> None:
    config = read(
        block("'*.'", cipher("aescbc", "wide")), block("secrets", cipher("aescbc", "narrow"))
    )
    assert names(config, "secrets") == ["aescbc wide"]


def test_blocks_of_the_same_name_are_one_list() -> None:
    config = read(block("secrets", cipher("aescbc", "a")), block("secrets", cipher("aesgcm", "b")))
    assert names(config, "secrets") == ["aescbc a", "aesgcm b"]


def test_what_no_block_covers_is_plain() -> None:
    config = read(block("leases", cipher("aescbc", "a")))
    assert names(config, "leases.coordination.k8s.io") == ["identity"]
    assert not config.names(GroupResource.parse("leases.coordination.k8s.io"))
    assert not config.names(None)


@pytest.mark.parametrize(
    ("key", "resource"),
    [
        ("/registry/secrets/default/db", "secrets"),
        ("/registry/deployments/default/web", "deployments.apps"),
        ("/registry/services/specs/default/web", "services"),
        ("/registry/services/endpoints/default/web", "endpoints"),
        ("/registry/minions/master-1", "nodes"),
        ("/registry/ingress/default/web", "ingresses.networking.k8s.io"),
        ("/registry/apiregistration.k8s.io/apiservices/v1.", "apiservices.apiregistration.k8s.io"),
        ("/registry/sec.example.com/vaultentries/ns/a", "vaultentries.sec.example.com"),
        ("/registry/novelties/ns/a", "novelties"),
        ("/registry/ranges/serviceips", "None"),
        ("/registry/masterleases/10.0.0.5", "None"),
        ("compact_rev_key", "None"),
        ("/calico/secrets/x", "None"),
    ],
)
def test_a_key_belongs_to_a_resource(key: str, resource: str) -> None:
    assert str(resource_of(key.encode())) == resource


def test_a_resource_of_an_unknown_group_is_covered_by_its_name_and_by_everything() -> None:
    novelty = resource_of(b"/registry/novelties/ns/a")
    for covering, entry in ((True, "novelties.new.k8s.io"), (True, "'*.*'"), (False, "'*.'")):
        assert read(block(entry, cipher("aescbc", "a"))).names(novelty) is covering


@pytest.mark.parametrize(
    "head",
    [
        "kind: EncryptionConfig\napiVersion: v1\nresources:\n",
        "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n",
        "\ufeff# comment\nkind: EncryptionConfiguration\napiVersion: apiserver.config.k8s.io/v1\n"
        "resources:\n",
    ],
)
def test_old_and_new_kinds_are_read(head: str) -> None:
    config = read(block("secrets", cipher("aescbc", "a")), head=head)
    assert names(config, "secrets") == ["aescbc a"]


def test_json_is_read_as_k3s_writes_it() -> None:
    keys = {"keys": [{"name": "aescbckey", "secret": SECRET}]}
    document = {
        "kind": "EncryptionConfiguration",
        "apiVersion": "apiserver.config.k8s.io/v1",
        "resources": [
            {"resources": ["secrets"], "providers": [{"aescbc": keys}, {"identity": {}}]}
        ],
    }
    config = parse(json.dumps(document).encode(), "x")
    assert names(config, "secrets") == ["aescbc aescbckey", "identity"]


def test_names_that_look_like_numbers_and_dates_stay_names() -> None:
    config = read(block("secrets", cipher("aescbc", "1"), cipher("aescbc", "2026-11-23")))
    assert names(config, "secrets") == ["aescbc 1", "aescbc 2026-11-23"]


@pytest.mark.parametrize(
    ("settings", "provider", "seconds"),
    [
        (KMS, "kms v1", 3.0),
        (f"apiVersion: v2, {KMS}, timeout: 500ms", "kms v2", 0.5),
        (f"apiVersion: v1, {KMS}, cachesize: 100, timeout: 1s500ms", "kms v1", 1.5),
        (f"apiVersion: v2, {KMS}, timeout: 5m", "kms v2", 10.0),
    ],
)
def test_a_plugin_is_waited_for_as_long_as_the_file_says_within_reason(
    settings: str, provider: str, seconds: float
) -> None:
    (source,) = read(block("secrets", f"kms: {{{settings}}}")).sources
    assert (source.provider, source.name, source.endpoint) == (provider, "k", "unix:///run/k.sock")
    assert source.timeout_seconds == seconds


def short(length: int) -> str:
    return base64.b64encode(b"s" * length).decode()


MALFORMED = {
    "empty": ("", "not a mapping"),
    "another kind": ("kind: Pod\napiVersion: v1\n", "apiVersion and kind"),
    "no blocks": (HEAD, "resources is not a list"),
    "no resources": (
        HEAD + "- providers: [identity: {}]",
        "resources[0].resources is not a list",
    ),
    "no providers": (HEAD + "- resources: [secrets]", "resources[0].providers is not a list"),
    "a bare star": (HEAD + block("'*'", "identity: {}"), "not the name of a resource"),
    "an unknown provider": (
        HEAD + block("secrets", cipher("rot13", "a")),
        "resources[0].providers[0] is none of",
    ),
    "two in one": (
        HEAD + block("secrets", f"{{{cipher('aescbc', 'a')}, identity: {{}}}}"),
        "exactly one provider",
    ),
    "no keys": (HEAD + block("secrets", "aescbc: {}"), "aescbc.keys is not a list"),
    "no name": (
        HEAD + block("secrets", f"aescbc: {{keys: [{{secret: {SECRET}}}]}}"),
        "keys[0] has no name",
    ),
    "no secret": (HEAD + block("secrets", "aescbc: {keys: [{name: a}]}"), "has no secret"),
    "secret a list": (HEAD + block("secrets", cipher("aescbc", "a", f"[{SECRET}]")), "no secret"),
    "not base64": (
        HEAD + block("secrets", cipher("aescbc", "a", SECRET[:-2] + "%")),
        "secret (key a) is not base64",
    ),
    "not ASCII": (HEAD + block("secrets", cipher("aescbc", "a", SECRET + "é")), "not base64"),
    "an AES key of 20 bytes": (
        HEAD + block("secrets", cipher("aesgcm", "a", short(20))),
        "has 20 bytes, not 16, 24, 32",
    ),
    "a short box": (
        HEAD + block("secrets", cipher("secretbox", "a", short(16))),
        "has 16 bytes, not 32",
    ),
    "a plugin by TCP": (
        HEAD + block("secrets", "kms: {name: a, endpoint: 'http://user:pw@x'}"),
        "does not begin with unix:///",
    ),
    "a plugin with a colon": (
        HEAD + block("secrets", "kms: {name: 'a:b', endpoint: 'unix:///x'}"),
        "must not have a colon",
    ),
    "a plugin of v3": (HEAD + block("secrets", f"kms: {{apiVersion: v3, {KMS}}}"), "v1 nor v2"),
    "no time": (HEAD + block("secrets", f"kms: {{{KMS}, timeout: 0s}}"), "not above zero"),
    "a vague time": (HEAD + block("secrets", f"kms: {{{KMS}, timeout: soon}}"), "not a duration"),
    "broken YAML at the secret": (
        HEAD + block("secrets", cipher("aescbc", "a", f"'{SECRET}")),
        "not YAML (line ",
    ),
    "an alias of the secret": (
        HEAD + block("secrets", cipher("aescbc", "a", f"*{SECRET[:-1]}")),
        "not YAML (line ",
    ),
    "a list as a key": (HEAD + f"? [{SECRET}]\n: b", "not YAML"),
    "brackets beyond the parser's own limit": ("[" * 100_000, "nested deeper than"),
    "brackets that the parser takes": ("[" * 500 + "]" * 500, "nested deeper than"),
    "aliases": ("a: &a [x]\nb: [" + "*a, " * 100 + "]", "too many aliases"),
    "huge": ("a: b\n" * 300_000, "larger than 1 MiB"),
}


@pytest.mark.parametrize(("text", "why"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_file_is_refused_with_its_reason_and_without_its_secrets(
    text: str, why: str
) -> None:
    with pytest.raises(BadEncryptionConfig) as caught:
        parse(text.encode(), "enc.yaml")
    assert why in caught.value.message
    assert caught.value.message.startswith("enc.yaml is not a usable EncryptionConfiguration: ")
    assert caught.value.exit_code == 128
    reported = "".join(traceback.format_exception_only(caught.value)) + repr(caught.value)
    assert SECRET[:12] not in reported
    assert "user:pw" not in reported
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(("text", "why"), MALFORMED.values(), ids=MALFORMED)
def test_without_libyaml_the_words_are_the_same(
    monkeypatch: pytest.MonkeyPatch, text: str, why: str
) -> None:
    # PyYAML's own parser, unlike libyaml's, quotes the line in its complaints.
    monkeypatch.delattr(yaml, "CBaseLoader", raising=False)
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    test_a_malformed_file_is_refused_with_its_reason_and_without_its_secrets(text, why)


def test_bytes_that_are_no_text_are_refused() -> None:
    for content in (b"\xff\xfe\x00", b"\0", bytes(range(256))):
        with pytest.raises(BadEncryptionConfig, match="not YAML"):
            parse(content, "x")


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(BadEncryptionConfig, match=r"cannot read .*no such file"):
        load(str(tmp_path / "none.yaml"))
    with pytest.raises(BadEncryptionConfig, match="is a directory"):
        load(str(tmp_path))


def test_content_in_the_place_of_a_name_is_not_repeated() -> None:
    content = block("secrets", cipher("aescbc", "a"))
    for given in (content, content.replace("\n", " ") + " " * 200):
        with pytest.raises(BadEncryptionConfig) as refused:
            load(given)
        assert SECRET not in str(refused.value)


def test_no_form_of_a_configuration_shows_a_secret() -> None:
    config = read(block("secrets", cipher("aescbc", "a")))
    source = config.sources[0]
    raw = source.secret.reveal()
    reported = f"{config} {config!r} {source} {config.blocks} {source._asdict()} {source.secret}"
    for form in (SECRET, raw.decode(), raw.hex(), repr(raw)):
        assert form not in reported
    assert "Secret(32 bytes)" in reported
