"""Writes through kubectl ask first, naming the cluster and the user of the kubeconfig."""

import pytest

from tests.runner import run_here
from tests.terminal import typed

VIA = ("--via", "kubectl")
WHERE = "the cluster lab as jane, pod kube-system/etcd-m1"


@pytest.mark.parametrize(
    ("words", "input"),
    [
        (["put", "k", "v"], b""),
        (["del", "k"], b""),
        (["txn"], b"\nput k v\n\n\n"),
        (["txn"], b'mod("k") = "7"\n\nget k\n\ndel k\n\n'),
    ],
)
def test_without_a_terminal_or_yes_nothing_is_written(pod_of, etcd, words, input):
    standin = pod_of(etcd)

    found = run_here(*words, *VIA, env=standin.environment, input=input)

    assert found.exit_code == 128
    assert f"this writes to {WHERE}" in found.stderr
    assert "  Try:  the same with --yes\n" in found.stderr
    assert not standin.executions


@pytest.mark.parametrize(
    ("response", "end", "exit_code", "stored"),
    [("y", "OK", 0, b"v\n"), ("n", "nothing was written", 1, b"")],
)
def test_at_a_terminal_a_write_asks(pod_of, etcd, prefix, response, end, exit_code, stored):
    standin = pod_of(etcd)

    shown = typed("put", prefix, "v", *VIA, keys=response, env=standin.environment)

    assert f"Write to {WHERE}? [y/N] {response}" in shown.text
    assert shown.text.rstrip().endswith(end)
    assert shown.exit_code == exit_code
    assert etcd.etcdctl("get", prefix, "--print-value-only").stdout == stored


def test_writes_print_what_they_print_directly(pod_of, etcd, prefix):
    standin = pod_of(etcd)
    key, other = f"{prefix}through", f"{prefix}directly"
    lines = [
        ["put", "KEY", "v w"],
        ["put", "KEY", "--prev-kv", "--", "-x"],
        ["del", "KEY", "--prev-kv"],
    ]

    for line in lines:
        through = run_here(*VIA, "--yes", *_about(key, line), env=standin.environment)
        direct = run_here(*_about(other, line), env=etcd.environment)
        assert through.stdout.replace(key.encode(), other.encode()) == direct.stdout
        assert (through.stderr, through.exit_code) == ("", 0)


def _about(key, line):
    return [key if word == "KEY" else word for word in line]


def test_any_bytes_are_written(pod_of, etcd, prefix):
    standin = pod_of(etcd)
    value = bytes(range(256)) * 400

    found = run_here("put", prefix, "--yes", *VIA, env=standin.environment, input=value)

    assert found.stdout == b"OK\n"
    assert etcd.etcdctl("get", prefix, "--print-value-only").stdout == value + b"\n"


def test_a_transaction_is_applied_whole(pod_of, etcd, prefix):
    standin = pod_of(etcd)
    text = (
        f'create("{prefix}a") = "0"\n\nput {prefix}a "1 2"\nget {prefix}a\n\n'
        f"put {prefix}a 3\nget {prefix} --prefix\n\n"
    )

    first, second = (
        run_here("txn", "--yes", *VIA, env=standin.environment, input=text) for _ in range(2)
    )

    assert first.stdout == f"SUCCESS\n\nOK\n\n{prefix}a\n1 2\n".encode()
    assert second.stdout == f"FAILURE\n\nOK\n\n{prefix}a\n3\n".encode()


def test_what_a_server_refuses_is_refused_in_its_words(pod_of, etcd, prefix):
    standin = pod_of(etcd)

    found = run_here("put", prefix, "v", "--lease=7b", "--yes", *VIA, env=standin.environment)

    assert found.stderr == "Error: etcdserver: requested lease not found\n"
    assert found.exit_code == 1
