"""The operations of entries on keys: conditions, and steps for when they hold and when not.

A log may hold millions of puts and of an API server's guarded puts. Those are parsed directly from
the bytes, unusual ones through the messages of rpc/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.rpc.kv import DeleteRangeRequest, PutRequest, RangeRequest
from pyetcdctl.rpc.txn import VALUE, Compare
from pyetcdctl.rpc.wire import WireError, read_varint, signed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PUT, DELETE, RANGE, TXN = "put", "delete", "range", "txn"

_CONDITION, _SUCCESS, _FAILURE = 0x0A, 0x12, 0x1A
_RANGE_STEP, _PUT_STEP, _DELETE_STEP, _TXN_STEP = 0x0A, 0x12, 0x1A, 0x22
_KEY, _VALUE, _PUT_LEASE = 0x0A, 0x12, 0x18
_RESULT, _TARGET, _CONDITION_KEY = 0x08, 0x10, 0x1A
_EXPECTED_TAGS = (0x20, 0x28, 0x30, 0x3A, 0x40)
_EXPECTED_NAMES = ("version", "create_revision", "mod_revision", "value", "lease")
_MOST_NESTED = 100


class Condition(NamedTuple):
    """A comparison of a transaction: a figure of one key, or of each in ``[key, range_end)``."""

    key: bytes
    target: int
    result: int
    expected: int | bytes
    range_end: bytes = b""


class LoggedStep(NamedTuple):
    """One operation on keys, with the names of etcd's requests; ``transaction`` is a nested one."""

    kind: str
    key: bytes = b""
    range_end: bytes = b""
    value: bytes = b""
    lease: int = 0
    revision: int = 0
    prev_kv: bool = False
    ignore_value: bool = False
    ignore_lease: bool = False
    transaction: Transaction | None = None


class Transaction(NamedTuple):
    """Steps for when all conditions hold, and for when not; a plain put has no conditions."""

    conditions: Sequence[Condition]
    success: Sequence[LoggedStep]
    failure: Sequence[LoggedStep] = ()

    def steps(self) -> Iterator[LoggedStep]:
        """Yield all steps of both branches, with the steps of nested transactions in their
        place.
        """
        for step in (*self.success, *self.failure):
            if step.transaction is None:
                yield step
            else:
                yield from step.transaction.steps()


def transaction_at(data: bytes, at: int, end: int, depth: int = 0) -> Transaction:
    """Read a TxnRequest. Raises WireError, or IndexError where it ends too early."""
    if depth > _MOST_NESTED:
        raise WireError("transactions are nested too deeply")
    conditions: list[Condition] = []
    success: list[LoggedStep] = []
    failure: list[LoggedStep] = []
    while at < end:
        tag = data[at]
        size, at = length_at(data, at + 1)
        if tag == _CONDITION:
            conditions.append(_condition_at(data, at, at + size))
        elif tag in (_SUCCESS, _FAILURE):
            branch = success if tag == _SUCCESS else failure
            branch.append(_step_at(data, at, at + size, depth))
        else:
            raise WireError(f"field {tag >> 3} is not one of a transaction")
        at += size
    if at != end:
        raise WireError("a transaction ends inside a field")
    return Transaction(conditions, success, failure)


def put_at(data: bytes, at: int, end: int) -> LoggedStep:
    """Read a PutRequest; WireError and IndexError as above."""
    start, value, lease = at, b"", 0
    if at < end and data[at] == _KEY:
        size, at = length_at(data, at + 1)
        key = data[at : at + size]
        at += size
        if at < end and data[at] == _VALUE:
            size, at = length_at(data, at + 1)
            value = data[at : at + size]
            at += size
        if at < end and data[at] == _PUT_LEASE:
            lease, at = read_varint(data, at + 1)
        if at == end:
            return LoggedStep(PUT, key, b"", value, signed(lease))
    put = PutRequest.decode(data[start:end])
    return LoggedStep(
        PUT,
        put.key,
        value=put.value,
        lease=put.lease,
        prev_kv=put.prev_kv,
        ignore_value=put.ignore_value,
        ignore_lease=put.ignore_lease,
    )


def delete_at(data: bytes, at: int, end: int) -> LoggedStep:
    """Read a DeleteRangeRequest; WireError as above."""
    deletion = DeleteRangeRequest.decode(data[at:end])
    return LoggedStep(DELETE, deletion.key, deletion.range_end, prev_kv=deletion.prev_kv)


def length_at(data: bytes, at: int) -> tuple[int, int]:
    """Return the length at an offset, and the offset after it: most have one byte or two."""
    size = data[at]
    if size < 0x80:
        return size, at + 1
    following = data[at + 1]
    if following < 0x80:
        return size - 0x80 | following << 7, at + 2
    return read_varint(data, at)


def _step_at(data: bytes, at: int, end: int, depth: int) -> LoggedStep:
    """Read a RequestOp, which holds one request."""
    if at == end:
        return LoggedStep(RANGE)  # etcd skips a step without a request
    tag = data[at]
    size, at = length_at(data, at + 1)
    if at + size != end:
        raise WireError("a step of a transaction has more than one request")
    if tag == _PUT_STEP:
        return put_at(data, at, end)
    if tag == _DELETE_STEP:
        return delete_at(data, at, end)
    if tag == _RANGE_STEP:
        if end - at > 1 and data[at] == _KEY and data[at + 1] == end - at - 2:
            return LoggedStep(RANGE, data[at + 2 : end])
        asked = RangeRequest.decode(data[at:end])
        return LoggedStep(RANGE, asked.key, asked.range_end, revision=asked.revision)
    if tag == _TXN_STEP:
        return LoggedStep(TXN, transaction=transaction_at(data, at, end, depth + 1))
    raise WireError(f"field {tag >> 3} is not one of a transaction's steps")


def _condition_at(data: bytes, at: int, end: int) -> Condition:
    start, result, target = at, 0, 0
    if data[at] == _RESULT:
        result = data[at + 1]
        at += 2
    if data[at] == _TARGET:
        target = data[at + 1]
        at += 2
    if data[at] == _CONDITION_KEY and target < len(_EXPECTED_TAGS) and target != VALUE:
        size, at = length_at(data, at + 1)
        key = data[at : at + size]
        at += size
        if at < end and data[at] == _EXPECTED_TAGS[target]:
            expected, at = read_varint(data, at + 1)
            if at == end:
                return Condition(key, target, result, signed(expected))
    compare = Compare.decode(data[start:end])
    name = _EXPECTED_NAMES[min(compare.target, VALUE + 1)]
    return Condition(
        compare.key, compare.target, compare.result, getattr(compare, name), compare.range_end
    )
