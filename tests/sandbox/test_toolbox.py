"""The programs in the sandbox: etcdctl and etcdutl, the stand-in for kubectl, the KMS plugins."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from pyetcdctl.sandbox.session import Sandbox
from tests.runner import run_here

if TYPE_CHECKING:
    from collections.abc import Iterator

POD = "kubectl exec etcd-master -n kube-system --"
PKI = "/etc/kubernetes/pki/etcd"
CERTIFICATES = f"--cacert={PKI}/ca.crt --cert={PKI}/server.crt --key={PKI}/server.key"
FIRST = "/registry/apiextensions.k8s.io/customresourcedefinitions/anythings.misc.example.com"
LECTURES = [
    f"{POD} etcdctl get / --prefix --keys-only",
    f"{POD} etcdctl --endpoints=https://127.0.0.1:2379 {CERTIFICATES} get / --prefix --keys-only",
    "kubectl -n kube-system exec -it pod/etcd-master -c etcd -- "
    f'sh -c "ETCDCTL_API=3 etcdctl get / --prefix --keys-only {CERTIFICATES}"',
    f"{POD} etcdctl get / --prefix --keys-only --limit 1 {CERTIFICATES.replace('=', ' ')}",
]


@pytest.fixture(scope="module")
def node() -> Iterator[Sandbox]:
    """A node of kubeadm, in an environment that has nothing but the system's programs."""
    with Sandbox({"PATH": os.defpath}, layout="kubeadm") as sandbox:
        yield sandbox


def shell(sandbox: Sandbox, line: str) -> subprocess.CompletedProcess[str]:
    """Run a line as a user of the sandbox types it."""
    return subprocess.run(
        ["sh", "-c", line],
        env=sandbox.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("line", LECTURES)
def test_a_lectures_line_works_as_typed(node: Sandbox, line: str) -> None:
    done = shell(node, line)
    assert done.stdout.splitlines()[0] == FIRST
    assert (done.stderr, done.returncode) == ("", 0)


def test_a_lectures_line_works_without_a_layout() -> None:
    with Sandbox({"PATH": os.defpath}) as sandbox:
        assert shell(sandbox, f"{LECTURES[0]} | head -n 1").stdout == f"{FIRST}\n"


def test_a_lectures_backup_is_saved_and_read(node: Sandbox) -> None:
    saved = node.lifetime.folder / "backup.db"
    line = f"{POD} etcdctl --endpoints=127.0.0.1:2379 {CERTIFICATES} snapshot save {saved}"
    assert shell(node, line).returncode == 0
    status = shell(node, f"etcdutl snapshot status {saved} -w json")
    assert json.loads(status.stdout)["revision"] >= 2564


def test_programs_of_etcd_are_there_without_an_active_environment(node: Sandbox) -> None:
    for name in ("etcdctl", "etcdutl"):
        found = shell(node, f"{name} version; command -v {name}")
        assert found.stdout.startswith(f"{name} version: {node.version}\n")
        assert found.stdout.splitlines()[-1] == f"{node.lifetime.folder}/bin/{name}"


@pytest.mark.parametrize("line", ["get nodes", "get pods -n kube-system", "-n shop get svc web"])
def test_kubectl_reads_what_is_in_etcd(node: Sandbox, line: str) -> None:
    own = run_here("kubernetes", *line.split(), env={**node.environment, "PYETCDCTL_DISCOVERY": ""})
    assert own.stdout
    assert shell(node, f"kubectl {line}").stdout.encode() == own.stdout


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("exec etcd-master -- etcdctl get /", 'pods "etcd-master" not found'),
        ("exec etcd-0 -n kube-system -- etcdctl get /", 'pods "etcd-0" not found'),
        ("exec -n kube-system etcd-master etcdctl get /", "-n kube-system -- etcdctl get /"),
        ("exec", "pod, type/name or --filename must be specified"),
        ("exec etcd-master -n kube-system -- no-such", '"no-such": executable file not found'),
        ("apply -f x", "stand-in of pyetcdctl's sandbox"),
    ],
)
def test_what_the_stand_in_does_not_do_it_says(node: Sandbox, line: str, message: str) -> None:
    done = shell(node, f"kubectl {line}")
    assert (done.stdout, done.returncode) == ("", 1)
    assert message in done.stderr


@pytest.mark.parametrize("program", ["pyetcdctl --via=kubectl", "kubectl etcd"])
def test_this_program_reads_through_the_stand_in(node: Sandbox, program: str) -> None:
    shown = shell(node, f"{program} get / --prefix --keys-only --limit 1")
    assert (shown.stdout.split(), shown.stderr, shown.returncode) == ([FIRST], "", 0)


def test_a_program_that_fails_in_a_pod_ends_as_kubectl_ends(node: Sandbox) -> None:
    for words, code in (("exit 3", 3), ("kill -9 $$", 137)):
        done = shell(node, f"{POD} sh -c '{words}'")
        assert done.returncode == code
    failed = shell(node, "pyetcdctl get k --rev 1 --via kubectl")
    assert failed.stderr.startswith("Error: etcdserver: mvcc: required revision has been compacted")


def test_the_stand_in_is_named_as_one(node: Sandbox) -> None:
    for line in ("kubectl", "kubectl --help"):
        assert shell(node, line).stdout.startswith("This kubectl is a stand-in")


def test_every_value_of_the_sample_is_decrypted(node: Sandbox) -> None:
    environment = {**node.environment, "PYETCDCTL_DISCOVERY": ""}
    status = run_here("kubernetes", "encryption", "status", "-o", "json", env=environment)
    assert {row["resource"]: row["notDecrypted"] for row in json.loads(status.stdout)} == {
        "configmaps": 0,
        "secrets": 0,
        "vaultentries.sec.example.com": 0,
    }
    read = run_here("kubernetes", "get", "secrets,configmaps", "-A", "-o", "yaml", env=environment)
    assert (read.stderr, read.exit_code) == ("", 0)
    for namespace in (b"vault-kms1", b"vault-kms1-cbc", b"vault-kms2"):
        assert b"namespace: %b\n" % namespace in read.stdout
