"""Kubernetes' objects in a file are shown as a server shows them."""

import pytest

from tests.runner import run_here

LINES = [
    ("get", "pods", "-A"),
    ("get", "pods", "-n", "kube-system", "-o", "wide"),
    ("get", "deploy,svc", "-A", "-o", "name"),
    ("get", "nodes", "-o", "yaml"),
    ("get", "secret", "pull", "-n", "shop", "-o", "jsonpath={.data}"),
    ("get", "secrets", "-A", "-o", "json"),
    ("get", "cm", "-A", "-l", "app"),
    ("get", "anythings", "-A"),
    ("get", "nothings"),
    ("get", "pod", "missing"),
    ("get", "ns", "--sort-by", ".metadata.name"),
    ("get", "all", "-n", "shop", "--no-headers"),
    ("get", "events", "-A", "-o", "custom-columns=NAME:.metadata.name"),
    ("resources",),
    ("resources", "--prefix", "/registry"),
    ("encryption", "status"),
    ("encryption", "status", "--require-encrypted"),
    ("path", "/registry/pods/kube-system/coredns-78fcdf6894-prwl"),
    ("path", "pod", "coredns-78fcdf6894-prwl", "-n", "kube-system"),
    ("path", "anything", "x"),
]


@pytest.fixture(scope="module")
def snapshot(sample_etcd, tmp_path_factory):
    path = tmp_path_factory.mktemp("snapshot") / "saved.db"
    saved = run_here("snapshot", "save", str(path), env=sample_etcd.environment)
    assert saved.exit_code == 0, saved.stderr
    return path


@pytest.mark.parametrize("words", LINES, ids=" ".join)
def test_objects_in_a_file_are_those_of_the_server(words, sample_etcd, snapshot):
    live = run_here("kubernetes", *words, env=sample_etcd.environment)
    file = run_here("kubernetes", *words, "--from", str(snapshot))
    assert (file.stdout, file.stderr) == (live.stdout, live.stderr)
    assert file.exit_code == live.exit_code


@pytest.mark.parametrize(
    "words",
    [
        ("get", "/registry/pods/", "--prefix", "-w", "yaml"),
        ("get", "/registry/secrets/", "--prefix", "-w", "jsonl"),
        ("get", "/registry/", "--prefix", "--keys-only"),
        ("get", "/registry/services/", "--prefix", "--decode"),
        ("tree", "/registry", "--depth", "1", "--counts"),
        ("tree", "/registry", "--sizes", "--depth", "2"),
        ("tree", "/registry/pods", "-w", "json"),
    ],
    ids=" ".join,
)
def test_keys_in_a_file_are_those_of_the_server(words, sample_etcd, snapshot):
    live = run_here(*words, env=sample_etcd.environment)
    file = run_here(*words, "--from", str(snapshot))
    assert (file.stdout, file.stderr) == (live.stdout, live.stderr)
    assert file.exit_code == live.exit_code


def test_watching_objects_needs_a_server(snapshot):
    watched = run_here("kubernetes", "get", "pods", "-A", "--watch", "--from", str(snapshot))
    assert watched.stderr.startswith("Error: this command needs a running server\n")
    assert watched.stdout == b""
