"""Revisions are dated by the renewals of Leases, and a compaction keeps what is younger."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import timedelta

import pytest

from pyetcdctl.client.connection import Connection
from pyetcdctl.client.live_source import LiveSource
from pyetcdctl.measuring.dating import revision_before
from pyetcdctl.settings import ConnectionSettings
from tests.measuring.injuries import connected, put, statuses
from tests.runner import run_here
from tests.upkeep.test_recover_nospace import lease

RENEWED = "/registry/leases/kube-system/a"


@pytest.fixture
def dated(own_etcd):
    """A server with a renewal for each minute, and the revision of each."""
    etcd = own_etcd()
    revisions = {}
    with connected(etcd) as connection:
        for minute in range(10):
            put(connection, RENEWED.encode(), lease(minute))
            revisions[minute] = statuses(etcd)[0]["header"]["revision"]
            put(connection, b"other", b"%d" % minute)
    return etcd, revisions


def test_the_newest_revision_of_an_age_is_found(dated):
    etcd, revisions = dated
    with closing(Connection(ConnectionSettings(endpoints=(etcd.address,)))) as connection:
        source, current = LiveSource(connection), statuses(etcd)[0]["header"]["revision"]
        for minutes in range(1, 9):
            found = revision_before(source, b"/registry/", current, timedelta(minutes=minutes))
            # At the revision before the next renewal this age still holds.
            assert found == revisions[9 - minutes + 1] - 1
        assert revision_before(source, b"/elsewhere/", current, timedelta(minutes=1)) is None


def test_a_compaction_keeps_what_is_younger(dated):
    etcd, revisions = dated
    words = ("defrag", "--compact-keep", "5m", "--rule", "false")
    result = run_here(*words, env=etcd.environment)
    expected = revisions[5] - 1
    assert result.exit_code == 0, result.stderr
    assert result.stdout.decode().startswith(f"Compacted to revision {expected} of ")
    old = run_here("get", RENEWED, "--rev", str(expected - 1), env=etcd.environment)
    assert "has been compacted" in old.stderr
    assert run_here("get", RENEWED, "--rev", str(expected), env=etcd.environment).exit_code == 0
    again = run_here(*words, env=etcd.environment)
    assert (again.exit_code, again.stdout) == (0, b"")
    assert "Nothing to compact" in again.stderr


def test_without_leases_no_age_is_guessed(etcd):
    result = run_here("defrag", "--compact-keep", "5m", env=etcd.environment)
    assert (result.exit_code, result.stdout) == (3, b"")
    assert re.search(r"there is no Lease below /\S*/leases/", result.stderr)
