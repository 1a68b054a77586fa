"""The outcomes that ``wal`` finds are those that the server reported to its clients."""

import random
import shutil
from collections import Counter
from contextlib import ExitStack

import pytest

from pyetcdctl.cli.logs import beside
from pyetcdctl.client.live_source import LiveSource
from pyetcdctl.rpc.kv import (
    DELETE_RANGE,
    PUT,
    DeleteRangeRequest,
    DeleteRangeResponse,
    PutRequest,
    PutResponse,
    RangeRequest,
)
from pyetcdctl.rpc.lease import LeaseGrantResponse, LeaseRevokeResponse
from pyetcdctl.rpc.raft_internal import InternalRaftRequest, RequestHeader
from pyetcdctl.rpc.txn import MOD, TXN, Compare, RequestOp, TxnRequest, TxnResponse
from pyetcdctl.storage.replay.lines import log_lines
from pyetcdctl.storage.wal.entries import WalEntry
from pyetcdctl.storage.wal.log import Log
from pyetcdctl.storage.wal.operations import operation_of
from tests.server import LOSING
from tests.storage.wal.writes import call, dial, random_request

KINDS = {
    PUT: ("put", PutResponse),
    DELETE_RANGE: ("delete_range", DeleteRangeResponse),
    TXN: ("txn", TxnResponse),
    "/etcdserverpb.Lease/LeaseRevoke": ("lease_revoke", LeaseRevokeResponse),
    "/etcdserverpb.Lease/LeaseGrant": ("lease_grant", LeaseGrantResponse),
}
EXISTING = b"/registry/namespaces/default"


def write(etcd, requests):
    """Make calls; return what was asked for, as a log has it, with the responses."""
    asked = []
    with dial(etcd) as connection:
        for method, request in requests:
            field, kind = KINDS[method]
            response = call(connection, method, request)
            header = RequestHeader(ID=1)
            data = InternalRaftRequest(header=header, **{field: request}).encode()
            reported = response and kind.decode(response)
            asked.append((operation_of(WalEntry(0, 0, 0, data, 0)), reported))
    return asked


def guarded(key, revision, step):
    """Return what an API server sends: a write if the key's revision is this one, else a read."""
    return TXN, TxnRequest(
        compare=[Compare(target=MOD, key=key, mod_revision=revision)],
        success=[step],
        failure=[RequestOp(request_range=RangeRequest(key=key))],
    )


def guarded_writes(dice, last, count):
    """Yield writes of which a third lose, by a client that knows what revisions it makes."""
    revisions = dict.fromkeys([b"/registry/pods/a/%d" % number for number in range(9)], 0)
    revisions[EXISTING] = None
    for number in range(count):
        key = dice.choice(list(revisions))
        known = revisions[key]
        wins = known is not None and dice.random() < 0.66
        put = PutRequest(key=key, value=b"value %d" % number)
        if dice.random() < 0.1:
            last += 1
            revisions[key] = last
            yield PUT, put
        elif known and dice.random() < 0.2:
            step = RequestOp(request_delete_range=DeleteRangeRequest(key=key))
            last += wins
            revisions[key] = 0 if wins else known
            yield guarded(key, known if wins else known - 1, step)
        else:
            last += wins
            revisions[key] = last if wins else known
            yield guarded(key, known if wins else last + 7, RequestOp(request_put=put))


def pairs(lines, asked):
    """Yield each line with the response: what the server refused at once is not in its log."""
    asked = iter(asked)
    for line in lines:
        found = line.read()
        if found.name not in ("put", "delete", "txn", "lease grant", "lease revoke"):
            continue
        for operation, reported in asked:
            if (operation.transaction, operation.message) == (found.transaction, found.message):
                yield line, reported
                break


def outcome_received(reported, before):
    """Return outcome and revision as the line should have them; revision None if unclear."""
    if reported is None:
        return "refused", 0
    name = "applied"
    if isinstance(reported, TxnResponse):
        name = "succeeded" if reported.succeeded else "failed"
    revision = reported.header.revision
    return name, None if before is None else revision if revision > before else 0


def judged(folder, asked):
    """Count right, unknown and wrong outcomes."""
    counts, before = Counter(), None
    with ExitStack() as opened, Log(folder) as log:
        for line, reported in pairs(log_lines(log, lambda: beside(folder, opened)), asked):
            name, revision = outcome_received(reported, before)
            before = reported.header.revision if reported else before
            if line.outcome == name and revision in (line.revision, None):
                counts["right"] += 1
            elif line.outcome == name and not line.revision:
                counts["without revision"] += 1
            elif line.outcome == "unknown":
                counts["unknown"] += 1
            else:
                counts["wrong"] += 1
    return counts


def revision_of(etcd):
    with dial(etcd) as connection:
        page = LiveSource(connection).ranges([RangeRequest(key=b"x", count_only=True)])[0]
    return page.header.revision


@pytest.fixture(params=[False, True], ids=["running", "killed"])
def ended(request):
    """A function that kills a server, or lets it run."""
    return lambda etcd: etcd.members[0].kill() if request.param else None


def test_outcomes_in_a_log_from_its_beginning_are_those_that_clients_received(
    own_etcd, programs, ended
):
    etcd, dice = own_etcd(programs), random.Random(7)
    asked = write(etcd, (random_request(dice) for _ in range(300)))
    ended(etcd)
    counts = judged(str(etcd.members[0].site.data_folder), asked)
    assert counts["right"] > 200
    assert set(counts) == {"right"}


def test_outcomes_in_a_restored_members_log_are_those_that_clients_received(
    own_etcd, programs, ended
):
    etcd = own_etcd(programs, sample=True)
    asked = write(etcd, guarded_writes(random.Random(3), revision_of(etcd), 150))
    ended(etcd)
    counts = judged(str(etcd.members[0].site.data_folder), asked)
    # A killed one of those may count an entry that it has not applied: that one is not known.
    assert counts["unknown"] <= (programs.version in LOSING)
    assert counts["right"] + counts["unknown"] == 150


def test_without_its_database_a_restored_members_log_shows_less(own_etcd, tmp_path):
    etcd = own_etcd(sample=True)
    asked = write(etcd, guarded_writes(random.Random(3), revision_of(etcd), 50))
    copied = shutil.copytree(etcd.members[0].site.data_folder / "member/wal", tmp_path / "wal")
    counts = judged(str(copied), asked)
    assert counts["unknown"] > 10
    assert not counts["wrong"]
