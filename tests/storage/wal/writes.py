"""Random writes of all kinds for a server; many of them change nothing, or are refused."""

from __future__ import annotations

from contextlib import closing
from itertools import count
from typing import TYPE_CHECKING

from pyetcdctl.client.connection import Connection, Deadline
from pyetcdctl.errors import CallFailed
from pyetcdctl.rpc.kv import DELETE_RANGE, PUT, DeleteRangeRequest, PutRequest, RangeRequest
from pyetcdctl.rpc.lease import GRANT as LEASE_GRANT
from pyetcdctl.rpc.lease import REVOKE as LEASE_REVOKE
from pyetcdctl.rpc.lease import LeaseGrantRequest, LeaseRequest
from pyetcdctl.rpc.txn import TXN, Compare, RequestOp, TxnRequest
from pyetcdctl.settings import ConnectionSettings
from pyetcdctl.storage.replay.conditions import FIGURES

if TYPE_CHECKING:
    import random

    from pyetcdctl.rpc.wire import Message
    from tests.server import Etcd

VALUES = count(10)
"""Values that no other put has."""
KEYS = [b"k%d" % number for number in range(12)]
LEASE, NO_LEASE = 4711, 4712


def dial(etcd: Etcd) -> closing[Connection]:
    """Return a connection that is closed when it is left."""
    return closing(Connection(ConnectionSettings(endpoints=(etcd.endpoint,))))


def call(connection: Connection, method: str, request: Message) -> bytes | None:
    """Make a call and return its response; None where the server refuses it."""
    try:
        return connection.unary(
            method, request.encode(), deadline=Deadline.after(10), repeatable=False
        )
    except CallFailed:
        return None


def random_step(dice: random.Random, depth: int) -> RequestOp:
    """Return an operation of a transaction."""
    key, end = dice.choice(KEYS), dice.choice((b"", b"", b"k5", b"\0"))
    put = PutRequest(
        key=key,
        value=b"%d" % dice.choice((dice.randrange(4), next(VALUES))),
        lease=dice.choice((0, 0, LEASE)),
        ignore_lease=dice.random() < 0.1,
    )
    match dice.randrange(8):
        case 0:
            return RequestOp(request_delete_range=DeleteRangeRequest(key=key, range_end=end))
        case 1:
            return RequestOp(request_range=RangeRequest(key=key, revision=dice.choice((0, 3, 999))))
        case 2 if depth:
            return RequestOp(request_txn=random_transaction(dice, depth - 1))
        case _:
            return RequestOp(request_put=put)


def random_condition(dice: random.Random) -> Compare:
    """Return a condition."""
    target, figure = dice.choice(list(enumerate(FIGURES)))
    value = dice.choice((b"1", b"2")) if figure == "value" else dice.choice((0, 1, 2, 3, 20, LEASE))
    return Compare(
        key=dice.choice(KEYS),
        range_end=dice.choice((b"", b"", b"", b"k5", b"\0")),
        target=target,
        result=dice.randrange(4),
        **{figure: value},
    )


def random_transaction(dice: random.Random, depth: int = 1) -> TxnRequest:
    """Return a transaction."""
    return TxnRequest(
        compare=[random_condition(dice) for _ in range(dice.randrange(3))],
        success=[random_step(dice, depth) for _ in range(dice.randrange(4))],
        failure=[random_step(dice, depth) for _ in range(dice.randrange(3))],
    )


def random_request(dice: random.Random) -> tuple[str, Message]:
    """Return a call's method and request."""
    key = dice.choice(KEYS)
    match dice.randrange(10):
        case 0:
            return DELETE_RANGE, DeleteRangeRequest(key=key)
        case 1 | 2:
            lease = dice.choice((0, 0, LEASE, NO_LEASE))
            ignores = dice.random() < 0.2
            value = b"" if ignores else b"%d" % dice.choice((2, next(VALUES)))
            put = PutRequest(key=key, value=value, lease=lease, ignore_value=ignores)
            return PUT, put
        case 3:
            return LEASE_GRANT, LeaseGrantRequest(ID=LEASE, TTL=9000)
        case 4:
            return LEASE_REVOKE, LeaseRequest(ID=LEASE)
        case _:
            return TXN, random_transaction(dice)
