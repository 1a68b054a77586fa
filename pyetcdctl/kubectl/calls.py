"""Calls of etcd's API through the etcdctl in an etcd pod; request and response are etcd's messages.

Calls for which etcdctl has no command, or no output with the whole response, are not possible.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.errors import CallFailed, KubectlFailed, NeedsConnection
from pyetcdctl.kubectl.etcdctl_words import fits_command_line, transaction_text
from pyetcdctl.kubectl.failures import TRY_DIRECTLY
from pyetcdctl.kubectl.source import KubectlSource
from pyetcdctl.rpc import auth
from pyetcdctl.rpc.kv import (
    DELETE_RANGE,
    PUT,
    RANGE,
    DeleteRangeRequest,
    DeleteRangeResponse,
    PutRequest,
    PutResponse,
    RangeRequest,
    RangeResponse,
)
from pyetcdctl.rpc.lease import LEASES, TIME_TO_LIVE, LeaseTimeToLiveRequest
from pyetcdctl.rpc.txn import TXN, RequestOp, TxnRequest, TxnResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyetcdctl.kubectl.etcdctl import Etcdctl

CLUSTER, MAINTENANCE = "/etcdserverpb.Cluster/", "/etcdserverpb.Maintenance/"
HASH_KV, ALARM = f"{MAINTENANCE}HashKV", f"{MAINTENANCE}Alarm"
_LISTS: dict[str, Sequence[bytes]] = {
    f"{CLUSTER}MemberList": (b"member", b"list"),
    f"{auth.SERVICE}AuthStatus": (b"auth", b"status"),
    f"{auth.SERVICE}UserList": (b"user", b"list"),
    f"{auth.SERVICE}RoleList": (b"role", b"list"),
}
_OF_A_NAME: dict[str, Sequence[bytes]] = {
    f"{auth.SERVICE}UserGet": (b"user", b"get"),
    f"{auth.SERVICE}RoleGet": (b"role", b"get"),
}
PERHAPS_APPLIED = "The write may have been applied: look before you repeat it."


class PodCalls:
    """Makes calls; ``before_write`` is called ahead of each that changes something."""

    def __init__(self, etcdctl: Etcdctl, before_write: Callable[[], None]) -> None:
        self._etcdctl = etcdctl
        self._source = KubectlSource(etcdctl)
        self._before_write = before_write
        self._handlers: dict[str, Callable[[bytes], bytes]] = {
            RANGE: self._range,
            TXN: self._transaction,
            PUT: self._put,
            DELETE_RANGE: self._delete,
            LEASES: self._leases,
            TIME_TO_LIVE: self._time_to_live,
            f"{MAINTENANCE}Status": self._status,
            HASH_KV: self._hash,
            ALARM: self._alarms,
        }

    def call(self, method: str, request: bytes) -> bytes:
        """Make a call. Raises NeedsConnection for one that etcdctl cannot make."""
        if method in _LISTS:
            return self._protobuf(_LISTS[method])
        if method in _OF_A_NAME:
            name = auth.NameRequest.decode(request).name
            return self._protobuf([*_OF_A_NAME[method], b"--", name.encode()])
        if method not in self._handlers:
            raise not_through_kubectl(method)
        return self._handlers[method](request)

    def _range(self, request: bytes) -> bytes:
        page = self._source.ranges([RangeRequest.decode(request)])[0]
        head = RangeResponse(header=page.header).encode() if page.header else b""
        tail = RangeResponse(more=page.more, count=page.count).encode()
        return head + page.encoded_entries + tail

    def _transaction(self, request: bytes) -> bytes:
        decoded = TxnRequest.decode(request)
        text = transaction_text(decoded)
        operations = (*decoded.success, *decoded.failure)
        if all(each.request_range is not None for each in operations):
            return b"".join(self._etcdctl.transaction(text))
        self._before_write()
        try:
            return b"".join(self._etcdctl.transaction(text))
        except (CallFailed, KubectlFailed) as failure:
            if not _may_have_been_applied(failure):
                raise
            advice = (PERHAPS_APPLIED, *failure.advice)
            raise failure.with_advice(*advice) from failure.__cause__

    def _put(self, request: bytes) -> bytes:
        response = self._operation(RequestOp(request_put=PutRequest.decode(request)))
        put = response.responses[0].response_put or PutResponse()
        return PutResponse(**{**put.__dict__, "header": response.header}).encode()

    def _delete(self, request: bytes) -> bytes:
        operation = RequestOp(request_delete_range=DeleteRangeRequest.decode(request))
        response = self._operation(operation)
        deletion = response.responses[0].response_delete_range or DeleteRangeResponse()
        return DeleteRangeResponse(**{**deletion.__dict__, "header": response.header}).encode()

    def _operation(self, operation: RequestOp) -> TxnResponse:
        """Make the call as a transaction, which supports any bytes."""
        request = TxnRequest(success=[operation]).encode()
        return TxnResponse.decode(self._transaction(request))

    def _leases(self, request: bytes) -> bytes:
        from pyetcdctl.kubectl.json_reports import leases_response

        return leases_response(self._json([b"lease", b"list"]))

    def _time_to_live(self, request: bytes) -> bytes:
        from pyetcdctl.kubectl.json_reports import time_to_live_response

        asked = LeaseTimeToLiveRequest.decode(request)
        keys = [b"--keys"] if asked.keys else []
        return time_to_live_response(
            self._json([b"lease", b"timetolive", *keys, b"--", b"%x" % asked.ID])
        )

    def _status(self, request: bytes) -> bytes:
        from pyetcdctl.kubectl.json_reports import status_response

        return status_response(self._json([b"endpoint", b"status"]))

    def _hash(self, request: bytes) -> bytes:
        from pyetcdctl.kubectl.json_reports import hash_response
        from pyetcdctl.rpc.etcdserverpb_pb2 import HashKVRequest

        revision = HashKVRequest.FromString(request).revision
        return hash_response(self._json([b"endpoint", b"hashkv", b"--rev=%d" % revision]))

    def _alarms(self, request: bytes) -> bytes:
        from pyetcdctl.rpc.etcdserverpb_pb2 import AlarmRequest

        if AlarmRequest.FromString(request).action != AlarmRequest.GET:
            raise not_through_kubectl(ALARM)
        return self._protobuf([b"alarm", b"list"])

    def _protobuf(self, words: Sequence[bytes]) -> bytes:
        if not fits_command_line(words):
            raise not_through_kubectl("a name that is not UTF-8")
        return b"".join(self._etcdctl.protobuf(words))

    def _json(self, words: Sequence[bytes]) -> bytes:
        return self._etcdctl.output([b"--write-out=json", *words])


def not_through_kubectl(what: str) -> NeedsConnection:
    """Return the error for a call that only a direct connection can make."""
    name = what.rpartition("/")[2]
    return NeedsConnection(
        f"this needs a direct connection: {name} is beyond etcdctl in a pod", TRY_DIRECTLY
    )


def _may_have_been_applied(failure: CallFailed | KubectlFailed) -> bool:
    """Whether the write may have been sent: etcd's and kubectl's own refusals exclude that."""
    if isinstance(failure, KubectlFailed):
        return failure.may_have_run
    return failure.code in ("DEADLINE_EXCEEDED", "UNAVAILABLE", "DATA_LOSS")
