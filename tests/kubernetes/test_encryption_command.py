"""``kubernetes encryption status``: what is plain, and by which key the rest is encrypted."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.kubernetes.sample import DATA, responses
from tests.runner import run_here as run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runner import Result
    from tests.server import Etcd

FILE = DATA / "encryption-config.yaml"
CONFIG = ("--encryption-config", str(FILE))
HEAD = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n"


def status(server: Etcd, *flags: str, env: dict[str, str] | None = None) -> Result:
    environment = {**server.environment, **(env or {})}
    return run("kubernetes", "encryption", "status", *flags, env=environment)


def encrypted_under(prefix: str) -> int:
    held = (response for key, response in responses().items() if key.startswith(prefix))
    return sum(bool(response.get("encryption")) for response in held)


def test_every_resource_with_encrypted_values_is_counted(sample_etcd: Etcd) -> None:
    rows = json.loads(status(sample_etcd, "-o", "json", *CONFIG).stdout)
    names = [row["resource"] for row in rows]
    assert names == ["configmaps", "secrets", "vaultentries.sec.example.com"]
    for row in rows:
        counted = sum(each["count"] for each in row["encrypted"])
        assert counted + row["plain"] == row["values"]
        name, _, group = row["resource"].partition(".")
        prefix = f"/registry/{group}/{name}/" if group else f"/registry/{name}/"
        assert counted == encrypted_under(prefix)
    secrets = rows[1]
    assert {"provider": "aescbc", "key": "key2", "count": 10} in secrets["encrypted"]
    # All but those of the first key.
    assert secrets["stale"] == 77 - 10 - secrets["notDecrypted"]


def test_the_table_has_a_line_for_each_key_and_shows_no_secret(sample_etcd: Etcd) -> None:
    shown = status(sample_etcd, *CONFIG)
    lines = shown.stdout.decode().splitlines()
    assert lines[0].split() == [
        *("RESOURCE", "VALUES", "PLAIN", "ENCRYPTED", "BY", "STALE", "NOT", "DECRYPTED")
    ]
    assert lines[1].split() == ["configmaps", "59", "51", "aesgcm", "gcm-a", "(4)", "55", "0"]
    assert lines[2].split() == ["secretbox", "box-2026", "(4)"]
    everything = shown.stdout.decode() + shown.stderr
    secrets = [
        line.split("secret: ")[1] for line in FILE.read_text().splitlines() if "secret: " in line
    ]
    assert len(secrets) > 3
    assert not any(secret.rstrip("}") in everything for secret in secrets)


def test_without_a_file_what_is_stale_is_not_claimed(sample_etcd: Etcd) -> None:
    shown = status(sample_etcd)
    assert shown.exit_code == 0
    assert shown.stdout.decode().splitlines()[1].split()[-2:] == ["?", "8"]
    assert "No EncryptionConfiguration is known" in shown.stderr


def test_plain_values_of_a_resource_of_the_file_fail_when_asked(sample_etcd: Etcd) -> None:
    failed = status(sample_etcd, "--require-encrypted", *CONFIG)
    assert failed.exit_code == 1
    assert "configmaps: 51 plain values\nsecrets: 13 plain values\n" in failed.stderr
    passed = status(sample_etcd, *CONFIG)
    assert passed.exit_code == 0
    assert "# leases (is leases.coordination.k8s.io meant?): named in the conf" in passed.stderr


def test_all_encrypted_is_what_is_required(sample_etcd: Etcd, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"

    def required(name: str, secret: str) -> Result:
        file.write_text(
            f"{HEAD}- resources: [vaultentries.sec.example.com]\n"
            f"  providers: [{{secretbox: {{keys: [{{name: {name}, secret: {secret}}}]}}}}]\n"
        )
        return status(sample_etcd, "--require-encrypted", "--encryption-config", str(file))

    [box] = re.findall("name: box-2026, secret: ([^}]*)", FILE.read_text())[:1]
    assert required("box-2026", box).exit_code == 0
    # Encrypted, but with a key that the file does not have, or has otherwise.
    other = base64.b64encode(bytes(32)).decode()
    for name in ("box-2025", "box-2026"):
        refused = required(name, other)
        assert refused.exit_code == 1
        assert "cannot read 8 of 8 values by the configuration\n" in refused.stderr


@pytest.mark.parametrize(
    ("resources", "code", "why"),
    [
        ("leases", 1, "leases (is leases.coordination.k8s.io meant?): the configuration encrypts"),
        ("'*.batch'", 1, "cronjobs.batch: 7 plain values"),
    ],
)
def test_a_rule_that_means_nothing_or_others_is_not_met(
    sample_etcd: Etcd, tmp_path: Path, resources: str, code: int, why: str
) -> None:
    file = tmp_path / "config.yaml"
    secret = base64.b64encode(bytes(32)).decode()
    file.write_text(
        f"{HEAD}- resources: [{resources}]\n"
        f"  providers: [{{secretbox: {{keys: [{{name: a, secret: {secret}}}]}}}}]\n"
    )
    refused = status(sample_etcd, "--require-encrypted", "--encryption-config", str(file))
    assert refused.exit_code == code
    assert why in refused.stderr


def test_a_check_that_saw_no_object_does_not_pass(sample_etcd: Etcd) -> None:
    refused = status(sample_etcd, "--require-encrypted", "--etcd-prefix", "/elsewhere", *CONFIG)
    assert refused.exit_code == 2
    assert "nothing was checked: no object was found below /elsewhere/" in refused.stderr
    passed = status(sample_etcd, "--etcd-prefix", "/elsewhere", *CONFIG)
    assert passed.exit_code == 0
    assert "No object was found below /elsewhere/" in passed.stderr


def test_values_that_the_api_server_cannot_decrypt_are_reported(
    sample_etcd: Etcd, tmp_path: Path
) -> None:
    file = tmp_path / "config.yaml"
    without_identity = FILE.read_text().replace("  - identity: {}\n- resources:", "- resources:", 1)
    file.write_text(without_identity.replace("'vaultentries.sec", "'vaultentry.sec"))
    reported = status(sample_etcd, "-o", "json", "--encryption-config", str(file))
    rows = {row["resource"]: row for row in json.loads(reported.stdout)}
    cannot = "by the configuration, the API server cannot read"
    assert f"# secrets: {cannot} {rows['secrets']['plain']} of 77 values" in reported.stderr
    assert f"# vaultentries.sec.example.com: {cannot} 8 of 8 values" in reported.stderr
    assert "# vaultentry.sec.example.com: named in the configuration" in reported.stderr
    assert "cannot read" not in status(sample_etcd, *CONFIG).stderr


def test_without_a_file_nothing_can_be_required(sample_etcd: Etcd) -> None:
    refused = status(sample_etcd, "--require-encrypted")
    assert refused.exit_code == 128
    assert "--encryption-config FILE" in refused.stderr
    assert run("kubernetes", "encryption", env=sample_etcd.environment).exit_code == 128


def test_the_file_of_this_nodes_api_server_is_found(sample_etcd: Etcd, tmp_path: Path) -> None:
    manifest = tmp_path / "etc/kubernetes/manifests/kube-apiserver.yaml"
    manifest.parent.mkdir(parents=True)
    (tmp_path / "etc/kubernetes/enc.yaml").write_bytes(FILE.read_bytes())
    manifest.write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: kube-apiserver}\nspec:\n  containers:\n"
        "  - name: kube-apiserver\n    command:\n    - kube-apiserver\n"
        "    - --encryption-provider-config=/etc/kubernetes/enc.yaml\n"
    )
    found = {"PYETCDCTL_ROOT": str(tmp_path), "PYETCDCTL_DISCOVERY": ""}
    shown = status(sample_etcd, "-o", "json", env=found)
    assert json.loads(shown.stdout) == json.loads(status(sample_etcd, "-o", "json", *CONFIG).stdout)


def test_why_the_file_of_this_node_cannot_be_used_is_reported(
    sample_etcd: Etcd, tmp_path: Path
) -> None:
    manifest = tmp_path / "etc/kubernetes/manifests/kube-apiserver.yaml"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(
        "spec: {containers: [{name: kube-apiserver, args: [--encryption-provider-config=/x]}]}"
    )
    found = {"PYETCDCTL_ROOT": str(tmp_path), "PYETCDCTL_DISCOVERY": ""}
    refused = status(sample_etcd, "--require-encrypted", env=found)
    assert refused.exit_code == 128
    why = f"cannot read {tmp_path}/x: no such file or directory"
    assert f"what has to be encrypted is not known: {why}\n" in refused.stderr
    assert f"No EncryptionConfiguration is known ({why})" in status(sample_etcd, env=found).stderr


def test_an_unusable_file_is_reported_without_its_words(sample_etcd: Etcd, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("password: hunter2")
    refused = status(sample_etcd, "--encryption-config", str(file))
    assert refused.exit_code == 128
    assert "hunter2" not in refused.stderr
