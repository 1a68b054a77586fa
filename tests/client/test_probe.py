"""Causes that are reported without TLS; those with it are in test_tls."""

import time

import pytest

from pyetcdctl.client.certificates import name_to_use
from pyetcdctl.client.endpoints import parse_endpoint
from pyetcdctl.client.probe import verdict
from pyetcdctl.errors import DeadlineExceeded
from pyetcdctl.settings import ConnectionSettings

SETTINGS = ConnectionSettings()


def cause_of(endpoint, seconds=1.0):
    return verdict(SETTINGS, [parse_endpoint(endpoint)], seconds).advice[0]


def test_a_name_without_an_address_is_reported():
    assert cause_of("nosuch.invalid:2379").startswith(
        "The name nosuch.invalid of nosuch.invalid:2379 has no address here: "
    )


@pytest.mark.parametrize("name", ["a..b", "a" * 64])
def test_a_name_that_cannot_be_looked_up_is_reported(name):
    assert cause_of(f"{name}:2379").endswith("has no address here: it is not a host name.")


def test_a_refused_connection_is_reported(free_port):
    assert "refused the connection" in cause_of(f"127.0.0.1:{free_port}")


def test_a_missing_socket_is_reported(tmp_path):
    path = tmp_path / "etcd.sock"

    assert cause_of(f"unix://{path}") == f"No server listens on the socket {path}."


def test_a_missing_response_is_reported_within_the_time(mute_port, black_hole_port):
    started = time.monotonic()

    assert "sent nothing" in cause_of(f"127.0.0.1:{mute_port}", 0.3)
    assert "did not respond" in cause_of(f"127.0.0.1:{black_hole_port}", 0.3)
    assert time.monotonic() - started < 4


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_that_is_not_etcd_is_reported(web_port, scheme):
    endpoint = f"{scheme}://127.0.0.1:{web_port}"

    expected = "not as etcd does" if scheme == "http" else "speaks plain HTTP"
    assert expected in cause_of(endpoint)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_that_knows_no_http_is_never_called_one_that_speaks_it(ssh_port, scheme):
    assert "not as etcd does" in cause_of(f"{scheme}://127.0.0.1:{ssh_port}")


def test_a_healthy_server_is_reachable(etcd):
    assert "can be reached" in cause_of(etcd.address)


def test_the_file_that_named_the_endpoint_is_reported(open_connection, read, free_port):
    manifest = "/etc/kubernetes/manifests/etcd.yaml"

    with pytest.raises(DeadlineExceeded) as caught:
        read(open_connection(f"127.0.0.1:{free_port}", found_in=manifest), b"a", seconds=0.2)

    assert caught.value.advice[1] == f"The endpoint comes from {manifest}."


@pytest.mark.parametrize(
    ("names", "host", "best"),
    [
        (["master-1", "localhost", "10.0.0.4"], "10.0.0.5", "10.0.0.4"),
        (["master-1", "localhost", "10.0.0.4"], "127.0.0.1", "localhost"),
        (["*.example", "master-1"], "10.0.0.5", "master-1"),
        (["localhost"], "10.0.0.5", ""),
        ([], "10.0.0.5", ""),
    ],
)
def test_the_name_to_use_reaches_the_same_machine(names, host, best):
    assert name_to_use(names, host) == best
