"""Real servers whose files lie as kubeadm or a guide leaves them are found and reached."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from pyetcdctl.discovery import discover, find_connection
from pyetcdctl.sandbox.session import layout_named
from pyetcdctl.sandbox.sites import PlainLayout
from tests.runner import run_here
from tests.server import distributed, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from pyetcdctl.sandbox.sites import Site
    from tests.discovery.disk import Disk
    from tests.server import Etcd

EXPECTED = {"kubeadm": "kubeadm", "scratch": "systemd"}


@pytest.fixture(scope="module", params=EXPECTED)
def node(request: pytest.FixtureRequest) -> Iterator[tuple[str, Etcd]]:
    """The name of a layout and a server that has it."""
    programs = distributed()
    with running(programs, layout_named(request.param, programs)) as etcd:
        yield request.param, etcd


def root(etcd: Etcd) -> Path:
    return etcd.members[0].site.folder


def test_a_sandbox_is_found_as_what_it_imitates(node: tuple[str, Etcd]) -> None:
    layout, etcd = node
    found = discover(root(etcd))
    assert found.layout == EXPECTED[layout]
    assert [endpoint.url for endpoint in found.endpoints] == [etcd.endpoint]
    assert [member.name for member in found.members] == [etcd.members[0].site.name]
    assert found.tls == find_connection(root(etcd)).tls
    assert found.tls.key
    assert not found.skipped


def test_a_command_without_any_flag_reaches_the_sandbox(node: tuple[str, Etcd]) -> None:
    _, etcd = node
    env = {"PYETCDCTL_ROOT": str(root(etcd)), "PYETCDCTL_DISCOVERY": "on"}
    assert run_here("put", "found", "by itself", env=env).stdout == b"OK\n"
    assert run_here("get", "found", env=env).stdout == b"found\nby itself\n"


def test_etcdctl_reaches_the_sandbox_by_the_exported_lines(node: tuple[str, Etcd]) -> None:
    _, etcd = node
    done = etcdctl_put(etcd, root(etcd))
    assert (done.stdout, done.returncode) == (b"OK\n", 0), done.stderr


def etcdctl_put(etcd: Etcd, node: Path) -> subprocess.CompletedProcess[bytes]:
    """Write a key with the real etcdctl, led by what ``discover --export`` prints."""
    env = {"PYETCDCTL_ROOT": str(node), "PYETCDCTL_DISCOVERY": "on"}
    exported = run_here("discover", "--export", env=env).stdout.decode()
    return subprocess.run(
        ["sh", "-c", f'eval "$LINES"; exec {etcd.cluster.programs.beside("etcdctl")} put a b'],
        env={"PATH": os.defpath, "ETCDCTL_API": "3", "LINES": exported},
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("way", ["flag", "variable"])
def test_an_endpoint_that_is_given_wins_over_what_is_found(
    etcd: Etcd, disk: Disk, way: str
) -> None:
    disk.kubeadm()
    env = {"PYETCDCTL_ROOT": str(disk.root), "PYETCDCTL_DISCOVERY": "on"}
    flags = ("--endpoints", etcd.endpoint) if way == "flag" else ()
    given = {} if flags else {"ETCDCTL_ENDPOINTS": etcd.endpoint}
    assert run_here("put", "given", "endpoint", *flags, env={**env, **given}).stdout == b"OK\n"


def test_a_server_that_made_its_own_certificate_is_trusted_by_it(
    own_etcd: Callable[..., Etcd], disk: Disk
) -> None:
    etcd = own_etcd(layout=SelfMadeCertificate())
    data = str(etcd.members[0].site.data_folder)
    disk.unit(f"ExecStart=etcd --data-dir /data --auto-tls --listen-client-urls {etcd.endpoint}")
    shutil.copytree(f"{data}/fixtures", disk.path("/data/fixtures"))
    done = etcdctl_put(etcd, disk.root)
    assert (done.stdout, done.returncode) == (b"OK\n", 0), done.stderr


class SelfMadeCertificate(PlainLayout):
    """etcd started by hand with ``--auto-tls``."""

    @property
    def scheme(self) -> str:
        return "https"

    def prepare(self, site: Site, initial_cluster: str) -> Sequence[str]:
        return [*super().prepare(site, initial_cluster), "--auto-tls"]
