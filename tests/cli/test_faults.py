"""The last resort for what no part of the program expected."""

import pytest

from pyetcdctl.client.connection import Connection
from tests.runner import run_here


@pytest.fixture
def broken(monkeypatch):
    def fail(*arguments, **options):
        raise KeyError("surprise")

    monkeypatch.setattr(Connection, "unary", fail)


def test_a_fault_of_the_program_is_said_to_be_one(broken):
    done = run_here("get", "k")

    first, second, third = done.stderr.splitlines()
    assert first == "Error: internal error: KeyError: 'surprise'"
    assert second.startswith("  This is a fault of pyetcdctl ")
    assert third == "  Try:  the same with --debug, which shows where it happened"
    assert (done.exit_code, done.stdout) == (1, b"")


def test_its_traceback_is_shown_with_debug_alone(broken):
    done = run_here("get", "k", "--debug")

    assert "Traceback (most recent call last):" in done.stderr
    assert 'raise KeyError("surprise")' in done.stderr
    assert done.exit_code == 1
