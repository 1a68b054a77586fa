"""Write objects, each in one transaction and only if the stored value is still the one that was
read.

The guard is the mod_revision that was read, 0 for an absent key: kine, too, supports exactly these
transactions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from pyetcdctl.errors import CallFailed, NotWritten
from pyetcdctl.rpc.kv import DeleteRangeRequest, PutRequest, RangeRequest
from pyetcdctl.rpc.txn import EQUAL, MOD, Compare, RequestOp, TxnRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.registry.targets import Target
    from pyetcdctl.rpc.kv import KeyValue
    from pyetcdctl.rpc.txn import TxnResponse

_READ_AGAIN = "Try:  reading it again, and changing what is there now"


class Writer(Protocol):
    """A server that runs transactions."""

    @property
    def name(self) -> str:
        """The endpoint in messages."""

    def commit(self, request: TxnRequest) -> TxnResponse:
        """Run a transaction; raises CallFailed."""


class Change(NamedTuple):
    """The change of one key; without a value the key is deleted."""

    target: Target
    before: KeyValue | None
    value: bytes | None
    verb: str
    lease: int | None = None
    """The lease of the key from now on, 0 for none; None keeps the present one."""


def write(writer: Writer, change: Change) -> None:
    """Make a change; raises NotWritten where another client changed the key first."""
    try:
        response = writer.commit(_transaction(change))
    except CallFailed as error:
        about = f"This was about {change.target.title}."
        raise error.with_advice(*error.advice, about) from error.__cause__
    if not response.succeeded:
        found = response.responses[0].response_range if response.responses else None
        raise _overtaken(change, found.kvs if found else ())


def _transaction(change: Change) -> TxnRequest:
    key, before = change.target.key, change.before
    revision = before.mod_revision if before else 0
    guard = Compare(key=key, target=MOD, result=EQUAL, mod_revision=revision)
    if change.value is None:
        step = RequestOp(request_delete_range=DeleteRangeRequest(key=key))
    else:
        lease = change.lease
        if lease is None:
            lease = before.lease if before else 0
        step = RequestOp(request_put=PutRequest(key=key, value=change.value, lease=lease))
    look = RequestOp(request_range=RangeRequest(key=key))
    return TxnRequest(compare=[guard], success=[step], failure=[look] if before else [])


def _overtaken(change: Change, found: Sequence[KeyValue]) -> NotWritten:
    title, before = change.target.title, change.before
    if before is None:
        return NotWritten(f"{title} was created by another client meanwhile", _READ_AGAIN)
    if not found:
        return NotWritten(f"{title} was deleted by another client after it was read")
    return NotWritten(
        f"{title} was changed by another client after it was read: "
        f"its mod_revision was {before.mod_revision} and is {found[0].mod_revision}",
        _READ_AGAIN,
    )
