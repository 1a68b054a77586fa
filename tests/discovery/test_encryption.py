"""The API server's EncryptionConfiguration, from its manifest, its unit or k3s's own place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyetcdctl.discovery import Reason, find_encryption_config
from pyetcdctl.kubernetes.encryption import configuration
from tests.discovery.disk import API_SERVER_POD

if TYPE_CHECKING:
    from tests.discovery.disk import Disk

INSIDE = "/etc/kubernetes/enc/enc.yaml"
UNIT = "/etc/systemd/system/kube-apiserver.service"
MOUNTED = """    volumeMounts:
    - {mountPath: /etc/kubernetes/enc, name: enc}
    - {mountPath: /var/run/kms, name: kms}
  volumes:
  - {name: enc, hostPath: {path: /srv/secret/enc}}
  - {name: kms, hostPath: {path: /run/plugin}}
"""
CONTENT = """kind: EncryptionConfiguration
apiVersion: apiserver.config.k8s.io/v1
resources:
- resources: [secrets]
  providers:
  - kms: {apiVersion: v2, name: x, endpoint: "unix:///var/run/kms/a.sock"}
"""


def api_server(disk: Disk, *words: str, extra: str = "") -> None:
    disk.pod(*words, path=API_SERVER_POD, name="kube-apiserver", extra=extra)


@pytest.mark.parametrize(
    "flag", ["encryption-provider-config", "experimental-encryption-provider-config"]
)
def test_the_manifest_names_the_file_where_the_container_sees_it(disk: Disk, flag: str) -> None:
    api_server(disk, f"--{flag}={INSIDE}", extra=MOUNTED)
    disk.write("/srv/secret/enc/enc.yaml", CONTENT)
    found = find_encryption_config(disk.root).found
    assert found is not None
    assert (found.file.path, found.origin) == ("/srv/secret/enc/enc.yaml", f"--{flag}")
    assert found.file.real == str(disk.path("/srv/secret/enc/enc.yaml"))
    assert found.found_in.path == API_SERVER_POD
    assert configuration.load(found.file.real).sources[0].name == "x"
    assert found.locate("/var/run/kms/a.sock") == str(disk.path("/run/plugin/a.sock"))
    assert found.locate("/elsewhere/a.sock") == str(disk.path("/elsewhere/a.sock"))


def test_a_unit_names_the_file_as_it_is(disk: Disk) -> None:
    command = f"ExecStart=/usr/local/bin/kube-apiserver --encryption-provider-config {INSIDE}"
    disk.unit(command, UNIT)
    found = find_encryption_config(disk.root).found
    assert found is not None
    assert (found.file.path, found.found_in.path) == (INSIDE, UNIT)
    assert found.locate("/run/a.sock") == str(disk.path("/run/a.sock"))


FLAG = f"--encryption-provider-config={INSIDE}"
COMMAND = "ExecStart=/usr/bin/kube-apiserver --v=2 "
VARIABLES = "EnvironmentFile=-/etc/kubernetes/apiserver\n"
FROM_FILE = VARIABLES + COMMAND
SERVICES = {
    "in the next line": (f'{COMMAND}\\\n  # why\n\t"{FLAG}" \\\n  --x', ""),
    "with an underscore": (f"{COMMAND}--encryption_provider_config {INSIDE}", ""),
    "in a variable": (f"{FROM_FILE}$LOG $ARGS", f"LOG=--y\nARGS='--x {FLAG}'\n"),
    "in a variable of many lines": (f"{FROM_FILE}$ARGS", f'NOTE=it\'s\nARGS="--x\n {FLAG}\n -y"\n'),
    "in a continued variable": (f"{FROM_FILE}${{ARGS}}", f"ARGS={FLAG[:9]}\\\n{FLAG[9:]}\n"),
    "in a shell": (
        f"{VARIABLES}ExecStart=/bin/sh -c 'exec kube-apiserver $ARGS'",
        f'ARGS="{FLAG}"\n',
    ),
}


@pytest.mark.parametrize("where", SERVICES)
def test_a_unit_may_name_the_file_in_many_ways(disk: Disk, where: str) -> None:
    service, variables = SERVICES[where]
    disk.unit(service, UNIT)
    disk.write("/etc/kubernetes/apiserver", variables)
    found = find_encryption_config(disk.root).found
    assert found is not None
    assert found.file.path == INSIDE


@pytest.mark.parametrize(
    ("mount", "place"),
    [
        ("{mountPath: /etc/kubernetes/enc/, name: v}", "/srv/enc.yaml"),
        (f"{{mountPath: {INSIDE}, name: v, subPath: a/b.yaml}}", "/srv/a/b.yaml"),
        ("{mountPath: /etc, name: v, subPath: x}", "/srv/x/kubernetes/enc/enc.yaml"),
        ("{mountPath: /etc/kubernetes/en, name: v}", INSIDE),
    ],
)
def test_the_file_is_looked_for_where_it_is_mounted(disk: Disk, mount: str, place: str) -> None:
    volumes = f"    volumeMounts: [{mount}]\n  volumes: [{{name: v, hostPath: {{path: /srv}}}}]\n"
    api_server(disk, FLAG, extra=volumes)
    found = find_encryption_config(disk.root).found
    assert found is not None
    assert found.file.path == place


@pytest.mark.parametrize("end", [".manifest", ".yml", ".json"])
def test_a_manifest_may_have_another_ending(disk: Disk, end: str) -> None:
    words = ("--log-file=/x", "/usr/local/bin/kube-apiserver", FLAG)
    path = API_SERVER_POD.replace(".yaml", end)
    disk.pod(*words, path=path, name="kube-apiserver", extra="")
    found = find_encryption_config(disk.root).found
    assert found is not None
    assert (found.file.path, found.found_in.path) == (INSIDE, path)


@pytest.mark.parametrize("name", ["k3s", "rke2"])
def test_the_file_that_k3s_writes_is_found(disk: Disk, name: str) -> None:
    path = f"/var/lib/rancher/{name}/server/cred/encryption-config.json"
    disk.write(path, "{}")
    found = find_encryption_config(disk.root).found
    assert found is not None
    assert (found.file.path, found.origin) == (path, "")


def test_an_api_server_without_encryption_has_no_file(disk: Disk) -> None:
    api_server(disk, "--etcd-servers=https://127.0.0.1:2379")
    assert find_encryption_config(disk.root) == (None, ())


def test_a_link_out_of_the_root_stays_inside(disk: Disk) -> None:
    api_server(disk, f"--encryption-provider-config={INSIDE}")
    disk.link(INSIDE, "/../../../../srv/real.yaml")
    found = find_encryption_config(disk.root).found
    assert found is not None
    assert found.file.real == str(disk.path("/srv/real.yaml"))


def test_a_damaged_manifest_is_reported_and_the_unit_is_read(disk: Disk) -> None:
    disk.write(API_SERVER_POD, "spec: [")
    disk.unit(f"ExecStart=kube-apiserver --encryption-provider-config={INSIDE}", UNIT)
    found, skipped = find_encryption_config(disk.root)
    assert found is not None
    assert found.found_in.path == UNIT
    assert [(skip.file.path, skip.reason) for skip in skipped] == [
        (API_SERVER_POD, Reason.MALFORMED)
    ]
