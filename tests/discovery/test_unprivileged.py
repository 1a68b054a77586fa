"""What an ordinary user gets on a node whose files belong to root."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.discovery.disk import ETCD_POD, PKI, Disk
from tests.runner import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.sandbox.certificates import Authority

SCRIPT = """
import os, sys
import pyetcdctl.discovery.systemd
from pyetcdctl.discovery import advice, discover, find_connection
search = {"full": discover, "quick": find_connection}[sys.argv[2]]
discover(sys.argv[1])  # loads every library while its files can be read
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
found = search(sys.argv[1])
print(*[endpoint.url for endpoint in found.endpoints])
print(bool(found.tls.ca), bool(found.tls.key), found.needs_root)
print(*[f"{skip.reason} {skip.file.path}" for skip in found.skipped], sep="\\n")
print(*advice(found), sep="\\n")
"""


@pytest.fixture
def shared(authority: Authority) -> Iterator[Disk]:
    """A node whose root other users may enter, as pytest's own folders may not be."""
    with tempfile.TemporaryDirectory() as folder:
        disk = Disk(Path(folder), authority)
        disk.root.chmod(0o755)
        yield disk
        for path in [disk.root, *disk.root.rglob("*")]:
            path.chmod(0o755)


def close(disk: Disk, *paths: str) -> None:
    """Take all permissions away, so that not even the tester may read, unless that is root."""
    for path in paths:
        disk.path(path).chmod(0)


def as_nobody(disk: Disk, way: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(disk.root), way],
        capture_output=True,
        text=True,
        check=True,
        cwd=PROJECT,
        env={"PATH": os.defpath},
    )
    return done.stdout.splitlines()


KEYS = tuple(
    f"{PKI}/{stem}.key"
    for stem in ("apiserver-etcd-client", "etcd/healthcheck-client", "etcd/server")
)
BOTH_WAYS = pytest.mark.parametrize("way", ["full", "quick"])


@BOTH_WAYS
def test_unreadable_keys_leave_the_endpoint_and_say_sudo(shared: Disk, way: str) -> None:
    shared.kubeadm()
    close(shared, *KEYS)
    endpoints, state, *rest = as_nobody(shared, way)
    assert endpoints == "https://127.0.0.1:2379"
    assert state == "True False True"
    assert rest[:3] == [f"unreadable {key}" for key in KEYS]
    assert rest[4] == f"{KEYS[0]}: not readable by this user: use sudo"


@BOTH_WAYS
def test_an_unreadable_manifest_leaves_kubeadms_own_endpoint(shared: Disk, way: str) -> None:
    shared.kubeadm("https://127.0.0.1:9999")
    close(shared, ETCD_POD, *KEYS)
    endpoints, state, *rest = as_nobody(shared, way)
    assert endpoints == "https://127.0.0.1:2379"
    assert state == "True False True"
    assert rest[0] == f"unreadable {ETCD_POD}"
    assert any(ETCD_POD in line and "static pod" in line for line in rest)


def test_an_unreadable_folder_of_manifests_is_reported(shared: Disk) -> None:
    shared.pod("--name=x")
    close(shared, "/etc/kubernetes/manifests")
    endpoints, state, first, *_ = as_nobody(shared, "full")
    assert endpoints == ""
    assert state.endswith("True")
    assert first == f"unreadable {ETCD_POD}"


def test_a_pair_that_is_readable_is_used_by_anybody(shared: Disk) -> None:
    shared.kubeadm()
    close(shared, KEYS[0], KEYS[2])
    shared.path(KEYS[1]).chmod(0o644)
    _, state, *_ = as_nobody(shared, "quick")
    assert state == "True True True"


def test_an_unreadable_k3s_is_reported(shared: Disk) -> None:
    shared.write("/var/lib/rancher/k3s/server/db/etcd/config", "name: x")
    close(shared, "/var/lib/rancher/k3s/server")
    _, state, first, *_ = as_nobody(shared, "full")
    assert state == "False False True"
    assert first == "unreadable /var/lib/rancher/k3s/server/db/etcd/config"
