"""What the cluster adds to an error after the failure."""

import pytest

from tests.runner import run_here


@pytest.fixture(scope="module")
def compacted_etcd():
    from tests.server import running

    with running() as server:
        for value in range(5):
            server.etcdctl("put", "/registry/k", f"v{value}", check=True)
        server.etcdctl("compaction", "5", check=True)
        yield server


@pytest.mark.parametrize(
    "words",
    [
        ("get", "/registry/k", "--rev", "3"),
        ("get", "", "--prefix", "--rev", "3"),
        ("compaction", "4"),
        ("watch", "/registry/k", "--rev", "2"),
        ("tree", "/", "--rev", "3"),
        ("kubernetes", "get", "pods", "--rev", "3"),
    ],
)
def test_a_compacted_revision_is_reported_with_the_oldest_that_is_kept(compacted_etcd, words):
    failed = run_here(*words, env=compacted_etcd.environment)
    lines = failed.stderr.splitlines()
    assert "compacted" in lines[0] or "compacted" in lines[1]
    assert "  The oldest revision that is kept is 5." in lines


def test_the_oldest_revision_that_is_named_can_be_read(compacted_etcd):
    kept = run_here("get", "/registry/k", "--rev", "5", env=compacted_etcd.environment)
    assert kept.stdout.split() == [b"/registry/k", b"v3"]
