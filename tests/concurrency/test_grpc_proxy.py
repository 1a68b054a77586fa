"""Leases, locks, elections and histories through etcd's own grpc-proxy."""

from __future__ import annotations

import json
import signal

import pytest

from tests.concurrency.holders import keys, until_waiting
from tests.runner import command, run_here
from tests.server import behind_grpc_proxy


@pytest.fixture(scope="module")
def environment(etcd):
    with behind_grpc_proxy(etcd) as endpoint:
        yield {"ETCDCTL_ENDPOINTS": endpoint}


def test_a_lease_is_renewed_once(etcd, environment):
    lease = json.loads(etcd.etcdctl("lease", "grant", "60", "-w", "json", check=True).stdout)["ID"]

    done = run_here("lease", "keep-alive", "--once", f"{lease:x}", env=environment)

    assert done.stdout == b"lease %016x keepalived with TTL(60)\n" % lease, done.stderr


def test_a_lease_and_a_lock_are_kept_longer_than_they_would_live(etcd, environment, start, prefix):
    name = prefix.rstrip("/")
    first = start(command("lock", name, "--ttl", "4"), environment)
    key = first.line()
    second = start(command("lock", name, "--ttl", "4"), environment)
    until_waiting(etcd, name, 2)
    lease = json.loads(etcd.etcdctl("lease", "grant", "4", "-w", "json", check=True).stdout)["ID"]
    running = start(command("lease", "keep-alive", f"{lease:x}"), environment)

    # The proxy renews it each 1.5 s.
    for _ in range(4):
        assert running.line() == f"lease {lease:016x} keepalived with TTL(4)"

    assert key in keys(etcd, name)
    first.process.send_signal(signal.SIGINT)
    assert first.ended() == (0, "")
    assert second.line() != key


def test_an_election_is_held(etcd, environment, start, prefix):
    name = prefix.rstrip("/")
    leader = start(command("elect", name, "me"), environment)
    assert leader.line().startswith(name)
    assert leader.line() == "me"
    observer = start(command("elect", "--listen", name), environment)
    assert [observer.line().rpartition("/")[0], observer.line()] == [name, "me"]


def test_the_history_of_a_key_that_is_older_than_the_compaction_needs_no_progress(own_etcd):
    """The proxy reports none."""
    etcd = own_etcd()
    etcd.etcdctl("put", "k", "1", check=True)
    etcd.etcdctl("put", "other", "1", check=True)
    etcd.etcdctl("compact", "3", check=True)
    with behind_grpc_proxy(etcd) as endpoint:
        done = run_here("history", "k", env={"ETCDCTL_ENDPOINTS": endpoint})
    assert done.stdout.decode().splitlines()[0] == "2\t\tcreated\t1\t", done.stderr
