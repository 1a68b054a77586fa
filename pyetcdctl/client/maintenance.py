"""etcd's Maintenance service: status, hashes, alarms, defragmentation, leader, downgrades."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pyetcdctl.client.calls import call
from pyetcdctl.client.endpoints import parse_endpoint
from pyetcdctl.client.status import PERHAPS_APPLIED
from pyetcdctl.client.verdicts import reachable
from pyetcdctl.errors import CallFailed, DeadlineExceeded, MethodUnknown
from pyetcdctl.rpc import etcdserverpb_pb2 as api

if TYPE_CHECKING:
    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.deadline import Deadline

Response = TypeVar("Response")

SERVICE = "/etcdserverpb.Maintenance/"
DEFRAGMENTING = (
    "A server that has started continues to its end, and serves no requests meanwhile.",
    "Try:  --command-timeout 5m",
)


class MaintenanceService:
    """Calls on the member that the connection leads to, with etcd's whole messages."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def status(self, deadline: Deadline) -> api.StatusResponse:
        """Return the member's status; fields that an old server does not have are zero."""
        return self._call(
            "Status", api.StatusRequest(), api.StatusResponse, deadline, repeatable=True
        )

    def hash_kv(self, revision: int, deadline: Deadline) -> api.HashKVResponse:
        """Return the hash over all keys up to a revision; 0 is the newest."""
        request = api.HashKVRequest(revision=revision)
        return self._call("HashKV", request, api.HashKVResponse, deadline, repeatable=True)

    def alarms(self, deadline: Deadline) -> api.AlarmResponse:
        """Return the alarms of all members."""
        return self._alarm(api.AlarmRequest(action=api.AlarmRequest.GET), deadline)

    def disarm(self, deadline: Deadline, *, only: int | None = None) -> api.AlarmResponse:
        """Disarm all alarms, or those of one kind; the response names them and has no header."""
        ended = api.AlarmResponse()
        for alarm in self.alarms(deadline).alarms:
            if only not in (None, alarm.alarm):
                continue
            request = api.AlarmRequest(
                action=api.AlarmRequest.DEACTIVATE, memberID=alarm.memberID, alarm=alarm.alarm
            )
            ended.alarms.extend(self._alarm(request, deadline).alarms)
        return ended

    def defragment(self, deadline: Deadline) -> None:
        """Return unused space in the member's file to the disk; it serves no requests meanwhile."""
        try:
            self._call("Defragment", api.DefragmentRequest(), api.DefragmentResponse, deadline)
        except DeadlineExceeded as error:
            if PERHAPS_APPLIED not in error.advice:
                raise
            usual = reachable(parse_endpoint(self._connection.endpoint))
            dropped = (PERHAPS_APPLIED, usual.cause, *usual.remedy)
            kept = [line for line in error.advice if line not in dropped]
            raise error.with_advice(*kept, *DEFRAGMENTING) from error.__cause__

    def move_leader(self, target: int, deadline: Deadline) -> api.MoveLeaderResponse:
        """Transfer leadership to another member; the connection must lead to the leader."""
        request = api.MoveLeaderRequest(targetID=target)
        return self._call("MoveLeader", request, api.MoveLeaderResponse, deadline, repeatable=True)

    def downgrade(self, action: str, version: str, deadline: Deadline) -> api.DowngradeResponse:
        """Make the call ``validate``, ``enable`` or ``cancel`` for a downgrade of the cluster."""
        request = api.DowngradeRequest(action=action.upper(), version=version)
        try:
            return self._call("Downgrade", request, api.DowngradeResponse, deadline)
        except MethodUnknown as error:
            advice = self.too_old("downgrade", "3.5", deadline) or error.advice
            raise error.with_advice(*advice) from error.__cause__

    def too_old(self, command: str, release: str, deadline: Deadline) -> tuple[str, ...]:
        """Return the advice for a call that the server does not implement, by the release that it
        reports.
        """
        try:
            version = self.status(deadline).version
        except CallFailed:
            return ()
        endpoint = self._connection.endpoint
        if _is_at_least(version, release):
            return (
                f"{endpoint} reports release {version}, which has {command} in etcd: "
                "it is not etcd itself.",
            )
        return (f"{command} needs etcd {release} or later; {endpoint} runs {version}.",)

    def _alarm(self, request: api.AlarmRequest, deadline: Deadline) -> api.AlarmResponse:
        return self._call("Alarm", request, api.AlarmResponse, deadline, repeatable=True)

    def _call(
        self,
        method: str,
        request: Any,
        kind: type[Response],
        deadline: Deadline,
        *,
        repeatable: bool = False,
    ) -> Response:
        return call(
            self._connection, SERVICE + method, request, kind, deadline, repeatable=repeatable
        )


def _is_at_least(version: str, release: str) -> bool:
    """Whether a version, such as 3.5.13+k3s1, is of a release or of a later one."""
    parts = version.split(".")[:2]
    if not all(part.isdecimal() for part in parts):
        return False
    return tuple(map(int, parts)) >= tuple(map(int, release.split(".")))
