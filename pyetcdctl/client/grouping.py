"""Reads, writes and deletions of single keys, several to a transaction, in their order.

Invariant: the operations of a group take effect in the order in which they were added, all or none,
and each response is the one that the operation alone would have had: etcd lets an operation of a
transaction see those before it, and refuses two changes of one key, which therefore never share a
group. Groups that are sent one after the other keep the order of all operations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.status import PERHAPS_APPLIED, never_left
from pyetcdctl.errors import CallFailed, DeadlineExceeded, ResponseMakesNoSense
from pyetcdctl.rpc.txn import TXN, TxnRequest, TxnResponse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.responses import PendingResponse
    from pyetcdctl.rpc.txn import RequestOp, ResponseOp
    from pyetcdctl.rpc.wire import Message

GROUP_BYTES = 512 * 1024
"""A group stays well below the server's limit for a request (1.5 MiB by default)."""

REFUSALS = frozenset(
    {
        *("ALREADY_EXISTS", "FAILED_PRECONDITION", "INVALID_ARGUMENT", "NOT_FOUND"),
        *("OUT_OF_RANGE", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "UNAUTHENTICATED"),
    }
)
"""Codes of a server that has not applied a transaction (etcd, api/v3rpc/rpctypes)."""

_KINDS = ("range", "put", "delete_range")


class NotApplied(Exception):
    """The transaction was refused or reached no server: its operations may be made one by one."""


class Group:
    """Operations that fit into one transaction."""

    def __init__(self, most_operations: int) -> None:
        self._most = most_operations
        self._size = 0
        self.operations: list[RequestOp] = []
        self.keys: set[bytes] = set()
        """The keys that are read or changed."""
        self._changed: set[bytes] = set()

    def takes(self, operation: RequestOp) -> bool:
        """Add an operation if it fits; return whether it did."""
        key, size, changes = _key_of(operation)
        if self.operations and (
            len(self.operations) >= self._most
            or self._size + size > GROUP_BYTES
            or (changes and key in self._changed)
        ):
            return False
        self.operations.append(operation)
        self._size += size
        self.keys.add(key)
        if changes:
            self._changed.add(key)
        return True

    def send(self, connection: Connection) -> SentGroup:
        """Send the transaction without waiting for its response."""
        deadline = Deadline.after(connection.settings.command_timeout)
        request = TxnRequest(success=self.operations).encode()
        return SentGroup(connection.future(TXN, request, deadline=deadline), self.operations)


class SentGroup:
    """A group that was sent and whose response is pending."""

    def __init__(self, pending: PendingResponse, operations: Sequence[RequestOp]) -> None:
        self._pending = pending
        self._operations = operations

    def responses(self) -> Sequence[Message | None]:
        """Wait for the response of each operation.

        Raises NotApplied where nothing was applied, and CallFailed, with the advice to check first,
        where that is not known.
        """
        try:
            response = TxnResponse.decode(self._pending.result())
        except CallFailed as error:
            if _was_refused(error) or _was_not_sent(error):
                raise NotApplied from error
            raise _in_doubt(error) from error
        return responses_to(self._operations, response)


def responses_to(
    operations: Sequence[RequestOp], response: TxnResponse
) -> Sequence[Message | None]:
    """Return the response to each operation; raises ResponseMakesNoSense where one is another's."""
    wanted = [_kind(each, "request_") for each in operations]
    if wanted != [_kind(each, "response_") for each in response.responses]:
        raise ResponseMakesNoSense("it has not one response for each operation", code="INTERNAL")
    return [each.response for each in response.responses]


def _kind(operation: RequestOp | ResponseOp, start: str) -> str:
    return next((kind for kind in _KINDS if getattr(operation, start + kind) is not None), "")


def _was_refused(error: CallFailed) -> bool:
    """Whether etcd itself reports that it did not apply the transaction."""
    return error.code in REFUSALS and error.details.startswith("etcdserver")


def _was_not_sent(error: CallFailed) -> bool:
    import grpc  # the table of commands imports this module before any call is made

    cause = error.__cause__
    return isinstance(cause, grpc.RpcError) and never_left(cause)


def _in_doubt(error: CallFailed) -> CallFailed:
    advice = (PERHAPS_APPLIED, *(line for line in error.advice if line != PERHAPS_APPLIED))
    kind = DeadlineExceeded if isinstance(error, DeadlineExceeded) else CallFailed
    return kind(error.message, *advice, code=error.code)


def _key_of(operation: RequestOp) -> tuple[bytes, int, bool]:
    """Return the key of an operation, its approximate size in bytes, and whether it changes the
    key.
    """
    if operation.request_put is not None:
        put = operation.request_put
        return put.key, len(put.key) + len(put.value) + 32, True
    if operation.request_delete_range is not None:
        key = operation.request_delete_range.key
        return key, len(key) + 16, True
    assert operation.request_range is not None
    return operation.request_range.key, len(operation.request_range.key) + 16, False
