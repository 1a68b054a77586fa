"""Conditional transactions while one leader after the other is killed: none lost, none doubled.

Each transaction counts one up, guarded by the counter's mod_revision, and writes a key of its own.
The results of its calls are compared with the content of the cluster at the end, when no request is
under way any more.
"""

from __future__ import annotations

import subprocess
import threading
from contextlib import closing
from itertools import count

from pyetcdctl.client.connection import Connection, Deadline
from pyetcdctl.client.kv import commit, read
from pyetcdctl.client.status import PERHAPS_APPLIED
from pyetcdctl.errors import CallFailed
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.rpc.kv import PutRequest, RangeRequest
from pyetcdctl.rpc.txn import MOD, Compare, RequestOp, TxnRequest
from pyetcdctl.settings import ConnectionSettings
from tests.concurrency.holders import leading_member
from tests.runner import clean_environment, command

KILLS = 20
APPLIED, REFUSED, PERHAPS, FAILED = "applied", "refused", "perhaps", "failed"


def by_the_client(etcd, connection, counter, revision, total, key):
    """Try to count with the client; return what it said of the transaction's fate."""
    puts = [PutRequest(key=counter, value=b"%d" % total), PutRequest(key=key, value=b"%d" % total)]
    request = TxnRequest(
        compare=[Compare(target=MOD, key=counter, mod_revision=revision)],
        success=[RequestOp(request_put=each) for each in puts],
    )
    try:
        response = commit(connection, request, Deadline.after(5))
    except CallFailed as error:
        return PERHAPS if PERHAPS_APPLIED in error.advice else FAILED
    return APPLIED if response.succeeded else REFUSED


def by_the_command(etcd, connection, counter, revision, total, key):
    """Try to count with ``txn``; return what it said of the transaction's fate."""
    lines = (
        f'mod("{counter.decode()}") = "{revision}"\n\n'
        f"put {counter.decode()} {total}\nput {key.decode()} {total}\n\n\n"
    )
    done = subprocess.run(
        command("txn"),
        input=lines.encode(),
        env=clean_environment(etcd.environment),
        capture_output=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        return PERHAPS if PERHAPS_APPLIED.encode() in done.stderr else FAILED
    return APPLIED if done.stdout.startswith(b"SUCCESS") else REFUSED


class Worker(threading.Thread):
    """Counts until it is stopped."""

    def __init__(self, etcd, prefix, name, attempt, counter):
        super().__init__()
        self._etcd, self._attempt = etcd, attempt
        self._counter = f"{prefix}counters/{counter}".encode()
        self._keys = (f"{prefix}done/{name}-{number}".encode() for number in count())
        self.over = threading.Event()
        self.fates = {}

    def run(self):
        settings = ConnectionSettings(endpoints=self._etcd.client_urls)
        with closing(Connection(settings)) as connection:
            while not self.over.is_set():
                found = read(connection, RangeRequest(key=self._counter), Deadline.after(30)).kvs
                revision, total = (found[0].mod_revision, int(found[0].value)) if found else (0, 0)
                key = next(self._keys)
                self.fates[key] = self._attempt(
                    self._etcd, connection, self._counter, revision, total + 1, key
                )


def test_transactions_through_twenty_leader_kills_are_neither_lost_nor_doubled(
    three_members, prefix
):
    # A command, which takes its time to start, would seldom win a race with clients.
    ways = {"a": (by_the_client, 1), "b": (by_the_client, 1), "c": (by_the_command, 2)}
    workers = [Worker(three_members, prefix, name, *way) for name, way in ways.items()]
    for worker in workers:
        worker.start()
    try:
        for _ in range(KILLS):
            leading_member(three_members).restart()
    finally:
        for worker in workers:
            worker.over.set()
        for worker in workers:
            worker.join()
    leading_member(three_members)

    kept, counted = what_is_kept(three_members, prefix)
    assert counted == len(kept)
    fates = {key: fate for worker in workers for key, fate in worker.fates.items()}
    reported = {
        fate: {key for key in fates if fates[key] == fate}
        for fate in (APPLIED, REFUSED, PERHAPS, FAILED)
    }
    assert kept.isdisjoint(reported[REFUSED] | reported[FAILED])
    assert kept - reported[PERHAPS] == reported[APPLIED]
    assert all(worker.fates and APPLIED in worker.fates.values() for worker in workers)


def what_is_kept(etcd, prefix):
    """Return the keys that transactions wrote, and how many the counters say these are."""
    key, range_end = prefix_range(prefix.encode())
    with closing(Connection(ConnectionSettings(endpoints=etcd.client_urls))) as connection:
        request = RangeRequest(key=key, range_end=range_end)
        found = {kv.key: kv for kv in read(connection, request, Deadline.after(30)).kvs}
    counters = [found.pop(f"{prefix}counters/{number}".encode()) for number in (1, 2)]
    assert all(int(counter.value) == counter.version for counter in counters)
    assert all(kv.version == 1 for kv in found.values())
    return set(found), sum(counter.version for counter in counters)
