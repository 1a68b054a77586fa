"""A layout's files are those of the deployment, and its etcd runs with their flags."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING

import pytest
import yaml
from cryptography import x509

from pyetcdctl.sandbox.session import Sandbox
from tests.server import every_programs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyetcdctl.sandbox.programs import Programs


@pytest.fixture(scope="module")
def kubeadm() -> Iterator[Sandbox]:
    """One control-plane node."""
    with Sandbox(os.environ, layout="kubeadm") as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def scratch() -> Iterator[Sandbox]:
    """Three controllers."""
    with Sandbox(os.environ, layout="scratch", members=3) as sandbox:
        yield sandbox


def flags_of(sandbox: Sandbox, manifest: str) -> dict[str, str]:
    """Return the flags in a static pod's manifest."""
    text = (sandbox.root / "etc/kubernetes/manifests" / manifest).read_text()
    (container,) = yaml.safe_load(text)["spec"]["containers"]
    return dict(flag.split("=", 1) for flag in container["command"][1:])


def mode(path: Path) -> int:
    """Return a file's permissions."""
    return stat.S_IMODE(path.stat().st_mode)


def test_the_manifests_paths_are_a_nodes_and_the_files_lie_under_the_root(kubeadm: Sandbox) -> None:
    for manifest in ("etcd.yaml", "kube-apiserver.yaml"):
        flags = flags_of(kubeadm, manifest)
        paths = [value for value in flags.values() if value.startswith("/etc/kubernetes/")]
        assert len(paths) >= 4
        assert all((kubeadm.root / path.lstrip("/")).is_file() for path in paths)


def test_etcd_runs_with_the_manifests_flags(kubeadm: Sandbox) -> None:
    flags = flags_of(kubeadm, "etcd.yaml")
    (member,) = kubeadm.cluster.members
    running = dict(flag.split("=", 1) for flag in member.command[1:] if "=" in flag)
    for name, value in flags.items():
        assert running[name] in (value, f"{kubeadm.root}{value}")
    assert flags["--client-cert-auth"] == "true"
    assert flags["--listen-client-urls"].startswith(f"{kubeadm.endpoints[0]},https://127.0.0.")


def test_the_api_server_is_led_to_etcd(kubeadm: Sandbox) -> None:
    flags = flags_of(kubeadm, "kube-apiserver.yaml")
    assert flags["--etcd-servers"] == kubeadm.endpoints[0]


def test_keys_and_manifests_are_readable_by_root_alone(kubeadm: Sandbox) -> None:
    kubernetes = kubeadm.root / "etc/kubernetes"
    keys = list(kubernetes.rglob("*.key"))
    assert len(keys) == 6
    assert {mode(path) for path in (*keys, *kubernetes.rglob("*.yaml"))} == {0o600}
    assert {mode(path) for path in kubernetes.rglob("*.crt")} == {0o644}
    assert mode(kubeadm.root / "var/lib/etcd") == 0o700


def test_the_clusters_authority_is_not_etcds(kubeadm: Sandbox) -> None:
    pki = kubeadm.root / "etc/kubernetes/pki"
    client = x509.load_pem_x509_certificate((pki / "apiserver-etcd-client.crt").read_bytes())
    own, other = (
        x509.load_pem_x509_certificate((pki / name).read_bytes())
        for name in ("etcd/ca.crt", "ca.crt")
    )
    client.verify_directly_issued_by(own)
    assert client.issuer != other.subject


def test_the_unit_names_all_controllers_over_continued_lines(scratch: Sandbox) -> None:
    unit = (scratch.root / "etc/systemd/system/etcd.service").read_text()
    (start,) = re.findall(r"^ExecStart=((?:.*\\\n)*.*)", unit, re.MULTILINE)
    words = start.replace("\\\n", " ").split()
    assert words[0] == "/usr/local/bin/etcd"
    members = words[words.index("--initial-cluster") + 1].split(",")
    assert [member.split("=https://")[0] for member in members] == [
        "controller-0",
        "controller-1",
        "controller-2",
    ]
    for name in ("ca.pem", "kubernetes.pem", "kubernetes-key.pem"):
        assert f"/etc/etcd/{name}" in start
        assert (scratch.root / "etc/etcd" / name).is_file()
    assert mode(scratch.root / "etc/etcd/kubernetes-key.pem") == 0o600


def test_a_layouts_environment_holds_the_root_and_no_endpoint(kubeadm: Sandbox) -> None:
    environment = kubeadm.environment
    assert environment["PYETCDCTL_ROOT"] == str(kubeadm.root)
    assert not [name for name in environment if name.startswith("ETCDCTL_")]


def test_nothing_in_the_environment_leads_elsewhere() -> None:
    outer = {
        "PATH": os.environ["PATH"],
        "ETCDCTL_ENDPOINTS": "https://production:2379",
        "ETCDCTL_CACERT": "/etc/ca.pem",
        "ETCDCTL_USER": "root",
        "PYETCDCTL_ROOT": "/mnt",
        "PYETCDCTL_VIA": "kubectl",
        "PYETCDCTL_FROM": "/backup.db",
        "ETCDCTL_ENCRYPTION_CONFIG": "/etc/kubernetes/enc.yaml",
        "ETCDCTL_WRITE_OUT": "json",
        "LANG": "C",
    }
    with Sandbox(outer, empty=True) as sandbox:
        inner = sandbox.environment
    assert inner["ETCDCTL_ENDPOINTS"] == sandbox.endpoints[0]
    assert set(outer) & set(inner) == {"PATH", "ETCDCTL_ENDPOINTS", "ETCDCTL_WRITE_OUT", "LANG"}


@pytest.mark.parametrize("programs", every_programs(), ids=lambda programs: programs.version)
@pytest.mark.parametrize("layout", ["kubeadm", "scratch"])
def test_every_release_runs_every_layout_with_three_members(
    layout: str, programs: Programs
) -> None:
    with Sandbox(os.environ, etcd=str(programs.etcd), layout=layout, members=3) as sandbox:
        assert len(sandbox.endpoints) == 3
        assert sandbox.version == programs.version
