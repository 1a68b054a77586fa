"""Servers start, respond, fail and restart."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from pyetcdctl.errors import SandboxFailed
from pyetcdctl.sandbox.sample import KEYS
from pyetcdctl.sandbox.sites import PlainLayout
from tests.server import freeze, running, thaw

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.server import Etcd


def test_a_plain_member_keeps_what_is_put(every_etcd: Etcd, prefix: str) -> None:
    every_etcd.etcdctl("put", prefix + "a", "1", check=True)
    assert every_etcd.etcdctl("get", prefix + "a").stdout == f"{prefix}a\n1\n".encode()


def test_a_secure_member_wants_a_client_certificate(secure_etcd: Etcd, prefix: str) -> None:
    assert secure_etcd.endpoint.startswith("https://127.0.0.1:")
    assert secure_etcd.etcdctl("put", prefix, "1").stdout == b"OK\n"
    without = {"ETCDCTL_CERT": "", "ETCDCTL_KEY": ""}
    assert secure_etcd.etcdctl("get", prefix, "--command-timeout=1s", env=without).returncode


def test_an_authenticating_member_wants_a_password(auth_etcd: Etcd, prefix: str) -> None:
    assert auth_etcd.etcdctl("put", prefix, "1").stdout == b"OK\n"
    assert auth_etcd.etcdctl("get", prefix, env={"ETCDCTL_USER": ""}).returncode == 1


def test_the_sample_has_all_its_keys(sample_etcd: Etcd) -> None:
    counted = sample_etcd.etcdctl("get", "", "--prefix", "--count-only", "-w", "fields").stdout
    assert f'"Count" : {KEYS}\n'.encode() in counted
    assert KEYS == 1175


def test_three_members_share_the_sample(own_etcd: Callable[..., Etcd]) -> None:
    etcd = own_etcd(size=3, sample=True)
    assert len(etcd.etcdctl("member", "list").stdout.splitlines()) == 3
    for url in etcd.client_urls:
        counted = etcd.etcdctl(
            "get", "", "--prefix", "--keys-only", "--consistency=s", env={"ETCDCTL_ENDPOINTS": url}
        )
        assert len(counted.stdout.split()) == KEYS


def test_two_of_three_members_go_on(own_etcd: Callable[..., Etcd]) -> None:
    etcd = own_etcd(size=3)
    etcd.members[0].kill()
    # What is written before they have a leader again is lost, not delayed.
    for member in etcd.members[1:]:
        member.wait_until_healthy()
    rest = {"ETCDCTL_ENDPOINTS": ",".join(etcd.client_urls[1:])}
    assert etcd.etcdctl("put", "a", "1", env=rest).stdout == b"OK\n"
    etcd.members[0].start()
    etcd.members[0].wait_until_healthy()
    assert etcd.etcdctl("get", "a", env={"ETCDCTL_ENDPOINTS": etcd.endpoint}).stdout == b"a\n1\n"


def test_a_restarted_member_remembers(own_etcd: Callable[..., Etcd]) -> None:
    etcd = own_etcd()
    etcd.etcdctl("put", "a", "1", check=True)
    etcd.members[0].restart()
    assert etcd.etcdctl("get", "a").stdout == b"a\n1\n"


def test_a_frozen_member_is_silent_until_it_thaws(own_etcd: Callable[..., Etcd]) -> None:
    etcd = own_etcd()
    freeze(etcd.members[0])
    assert etcd.etcdctl("get", "a", "--command-timeout=300ms").returncode == 1
    thaw(etcd.members[0])
    etcd.members[0].wait_until_healthy()
    assert etcd.etcdctl("get", "a").returncode == 0


def test_a_stopped_member_refuses(own_etcd: Callable[..., Etcd]) -> None:
    etcd = own_etcd()
    etcd.members[0].stop()
    refused = etcd.etcdctl("get", "a", "--command-timeout=500ms")
    assert refused.returncode == 1


def test_a_member_listens_on_ipv6_when_asked(own_etcd: Callable[..., Etcd]) -> None:
    etcd = own_etcd(layout=PlainLayout(host="::1"))
    assert etcd.endpoint.startswith("http://[::1]:")
    assert etcd.etcdctl("put", "a", "1").stdout == b"OK\n"


def test_the_sockets_of_a_member_lie_in_the_private_folder(own_etcd: Callable[..., Etcd]) -> None:
    etcd = own_etcd(layout=PlainLayout(more_client_urls=("unix://localhost:1",)))
    assert (etcd.members[0].site.folder.parent / "localhost:1").is_socket()


def test_more_flags_reach_the_server(own_etcd: Callable[..., Etcd]) -> None:
    etcd = own_etcd(flags=["--quota-backend-bytes=100000"])
    full = etcd.etcdctl("put", "a", "x" * 90_000)
    assert b"database space exceeded" in full.stderr


def test_a_flag_that_etcd_does_not_know_is_quoted_from_its_log() -> None:
    with pytest.raises(SandboxFailed) as failure, running(flags=["--no-such-flag"]):
        raise AssertionError
    assert "etcd ended with code" in failure.value.message
    assert "no-such-flag" in failure.value.advice[0]


def test_a_single_member_serves_within_a_second(own_etcd: Callable[..., Etcd]) -> None:
    fastest = float("inf")
    for _ in range(3):  # the machine may be busy with something else
        begun = time.monotonic()
        own_etcd()
        fastest = min(fastest, time.monotonic() - begun)
    assert fastest < 1
