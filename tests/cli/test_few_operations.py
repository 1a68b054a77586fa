"""A server that takes few operations in one transaction: everything is read as from another."""

import pytest

from tests.runner import run_here
from tests.server import running

LINES = (
    *("tree", "tree /registry --depth 1 --sizes", "du --depth 2", "get / --prefix --keys-only"),
    *("kubernetes get all -A", "kubernetes resources", "kubernetes get crd"),
    *("kubernetes encryption status", "__complete get /registry/p", "__complete tree /"),
)


@pytest.fixture(scope="module")
def servers():
    """A server that takes eight operations, and one of the usual kind, with the same keys."""
    with running(sample=True, flags=("--max-txn-ops=8",)) as few, running(sample=True) as many:
        yield few, many


@pytest.mark.parametrize("line", LINES)
def test_what_is_read_is_the_same(servers, line):
    few, many = (run_here(*line.split(), env=each.environment) for each in servers)
    assert many.stdout
    assert (few.stdout, few.exit_code) == (many.stdout, many.exit_code)
