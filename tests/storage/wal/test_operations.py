"""What an entry asks for is read the same from the bytes as through the messages."""

import random

import pytest

from pyetcdctl.rpc.kv import DeleteRangeRequest, PutRequest, RangeRequest
from pyetcdctl.rpc.raft_internal import InternalRaftRequest, RequestHeader
from pyetcdctl.rpc.txn import Compare, RequestOp, TxnRequest
from pyetcdctl.rpc.wire import append_varint
from pyetcdctl.storage.wal.entries import WalEntry
from pyetcdctl.storage.wal.log import Log
from pyetcdctl.storage.wal.operations import operation_of
from pyetcdctl.storage.wal.transactions import Condition, LoggedStep

MEMBERS_BITS = 48
TARGETS = ("version", "create_revision", "mod_revision", "value", "lease")


def operation(data, kind=0):
    return operation_of(WalEntry(1, 1, kind, data, 0))


def request_of(**request):
    return InternalRaftRequest(header=RequestHeader(ID=7 << MEMBERS_BITS | 5), **request).encode()


def test_a_put_is_read_with_all_its_fields():
    put = PutRequest(key=b"k" * 200, value=bytes(20_000), lease=-5, prev_kv=True, ignore_lease=True)
    found = operation(request_of(put=put))
    assert (found.name, found.header.ID >> MEMBERS_BITS) == ("put", 7)
    (step,) = found.transaction.success
    assert step == LoggedStep("put", b"k" * 200, b"", bytes(20_000), -5, 0, True, False, True)


def random_bytes(dice):
    return dice.randbytes(dice.choice((0, 1, 3, 130, 20_000)))


def random_step(dice, depth):
    put = PutRequest(
        key=random_bytes(dice),
        value=random_bytes(dice),
        lease=dice.choice((0, 5, 1 << 62)),
        ignore_value=dice.random() < 0.2,
    )
    deletion = DeleteRangeRequest(key=random_bytes(dice), range_end=random_bytes(dice))
    asked = RangeRequest(key=random_bytes(dice), revision=dice.choice((0, 9)))
    steps = [
        (
            RequestOp(request_put=put),
            LoggedStep("put", put.key, b"", put.value, put.lease, 0, False, put.ignore_value),
        ),
        (
            RequestOp(request_delete_range=deletion),
            LoggedStep("delete", deletion.key, deletion.range_end),
        ),
        (RequestOp(request_range=asked), LoggedStep("range", asked.key, revision=asked.revision)),
    ]
    if depth:
        inner, transaction = random_transaction(dice, depth - 1)
        steps.append((RequestOp(request_txn=inner), LoggedStep("txn", transaction=transaction)))
    return dice.choice(steps)


def random_condition(dice):
    target = dice.randrange(5)
    expected = random_bytes(dice) if TARGETS[target] == "value" else dice.choice((0, 1, 1 << 40))
    key, end = random_bytes(dice), dice.choice((b"", b"", b"\0"))
    message = Compare(
        result=dice.randrange(4),
        target=target,
        key=key,
        range_end=end,
        **{TARGETS[target]: expected},
    )
    return message, Condition(key, target, message.result, expected, end)


def random_transaction(dice, depth):
    conditions = [random_condition(dice) for _ in range(dice.randrange(3))]
    success = [random_step(dice, depth) for _ in range(dice.randrange(3))]
    failure = [random_step(dice, depth) for _ in range(dice.randrange(3))]
    message = TxnRequest(
        compare=[message for message, _ in conditions],
        success=[message for message, _ in success],
        failure=[message for message, _ in failure],
    )
    return message, tuple([each for _, each in part] for part in (conditions, success, failure))


@pytest.mark.parametrize("seed", range(100))
def test_any_transaction_is_read_as_it_was_written(seed):
    message, expected = random_transaction(random.Random(seed), 2)
    found = operation(request_of(txn=message))
    assert (found.name, found.header.ID >> MEMBERS_BITS) == ("txn", 7)
    assert found.transaction == expected


def test_a_request_whose_fields_are_in_another_order_is_read():
    header = bytearray(RequestHeader(ID=7).encode())
    data = (
        b"\xa2\x06"
        + bytes([len(header)])
        + header
        + InternalRaftRequest(put=PutRequest(key=b"k")).encode()
    )
    found = operation(data)
    assert (found.name, found.header.ID, found.transaction.success[0].key) == ("put", 7, b"k")


@pytest.mark.parametrize(
    "data", [b"\x22", b"\x22\x05\x0a\x01k", b"\xff\xff", b"\x32\x02\x0a\x09", b"\xf8\x3f\x01"]
)
def test_what_is_no_request_is_unknown(data):
    assert operation(data).name == "unknown"


def test_transactions_that_are_nested_without_end_are_unknown():
    body = b""
    for _ in range(3000):
        size = bytearray()
        append_varint(size, len(body))
        step = b"\x22" + size + body
        size = bytearray()
        append_varint(size, len(step))
        body = b"\x12" + size + step
    size = bytearray()
    append_varint(size, len(body))
    assert operation(b"\x32" + size + body).name == "unknown"


def test_every_kind_of_request_of_a_server_has_its_name(own_etcd, programs):
    etcd = own_etcd(programs)
    lines = """
        put a 1
        del a
        compaction 2
        lease grant 100
        alarm disarm
        role add reader
        role grant-permission reader read a
        role revoke-permission reader a
        user add ann:pw
        user grant-role ann reader
        user revoke-role ann reader
        role delete reader
        user delete ann
        user add root:pw
        user grant-role root root
        auth enable
        --user root:pw auth disable
        member add second --peer-urls=http://127.0.0.1:1 --learner
    """
    for line in filter(None, map(str.strip, lines.splitlines())):
        etcd.etcdctl(*line.split(), check=True)
    lease = etcd.etcdctl("lease", "list").stdout.split()[-1]
    etcd.etcdctl("lease", "revoke", lease, check=True)
    with Log(str(etcd.members[0].site.data_folder)) as log:
        found = [operation_of(entry) for entry in log.entries()]
    names = [each.name for each in found]
    assert names[:2] == ["member add", "new leader"]
    assert {"member attributes", "cluster version"} <= set(names[2:5])
    assert "unknown" not in names
    expected = ["put", "delete", "compaction", "lease grant", "alarm", "role add"]
    expected += ["role grant permission", "role revoke permission", "user add", "user grant role"]
    expected += ["user revoke role", "role delete", "user delete", "user add", "user grant role"]
    expected += ["auth enable", "authenticate", "auth disable", "member add", "lease revoke"]
    assert [name for name in names if name in set(expected)][1:] == expected
    assert len({each.header.ID >> MEMBERS_BITS for each in found[4:]}) == 1
