"""Results of commands about the cluster itself: members, endpoints, alarms, users and roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyetcdctl.diagnosis.defrag_plan import DefragStep
    from pyetcdctl.diagnosis.directories import LogFacts, Standing
    from pyetcdctl.diagnosis.findings import Report
    from pyetcdctl.rpc.auth import (
        AuthResponse,
        AuthStatusResponse,
        ChangeResponse,
        RoleGetResponse,
        RolesResponse,
        UserListResponse,
    )
    from pyetcdctl.rpc.etcdserverpb_pb2 import (
        AlarmResponse,
        DowngradeResponse,
        HashKVResponse,
        MemberAddResponse,
        MemberListResponse,
        MemberPromoteResponse,
        MemberRemoveResponse,
        MemberUpdateResponse,
        MoveLeaderResponse,
        StatusResponse,
    )


class ClusterResult(Record):
    """The result of a command about the cluster itself."""


class MemberList(ClusterResult):
    """The result of ``member list``."""

    response: MemberListResponse


class MemberAdded(ClusterResult):
    """The result of ``member add``, with what the new member's configuration needs."""

    response: MemberAddResponse
    name: str
    peer_urls: str


class MemberChanged(ClusterResult):
    """The result of a change of one member; ``change`` reads like ``removed from``."""

    response: MemberRemoveResponse | MemberUpdateResponse | MemberPromoteResponse
    member_id: int
    change: str


class Alarms(ClusterResult):
    """The result of ``alarm list``, or the alarms that were disarmed."""

    response: AlarmResponse


class LeaderMoved(ClusterResult):
    """The result of ``move-leader``."""

    response: MoveLeaderResponse
    before: int
    after: int


class DowngradeStep(ClusterResult):
    """The result of ``downgrade validate``, ``enable`` or ``cancel``."""

    response: DowngradeResponse
    action: str


class EndpointHealth(Record):
    """One endpoint's health; ``nanoseconds`` is None where no call could be made."""

    endpoint: str
    nanoseconds: int | None
    error: str

    @property
    def healthy(self) -> bool:
        """Whether there is no error."""
        return not self.error


class HealthReport(ClusterResult):
    """The result of ``endpoint health``."""

    endpoints: tuple[EndpointHealth, ...]


class EndpointStatus(Record):
    """The status that one endpoint reports."""

    endpoint: str
    response: StatusResponse


class StatusReport(ClusterResult):
    """The result of ``endpoint status``: the endpoints that responded."""

    endpoints: tuple[EndpointStatus, ...]
    names: Mapping[int, str] = {}
    """The members' names by their ids, for a table on a terminal."""


class EndpointHash(Record):
    """The hash of one endpoint's keys."""

    endpoint: str
    response: HashKVResponse


class HashReport(ClusterResult):
    """The result of ``endpoint hashkv``: the endpoints that responded."""

    endpoints: tuple[EndpointHash, ...]


class DefragPlan(ClusterResult):
    """What ``defrag --dry-run`` would do, and the members that it would leave out."""

    steps: tuple[DefragStep, ...]


class DirectoryRanking(Record):
    """The result of ``doctor --from``: data directories, the newest first."""

    standings: tuple[Standing, ...]
    unreadable: tuple[LogFacts, ...]
    steps: tuple[str, ...]
    """A shell script with comments."""


class Examination(Record):
    """The result of ``doctor``."""

    report: Report


class AuthResult(Record):
    """The result of a command about users and roles."""

    response: AuthResponse


class AuthState(AuthResult):
    """The result of ``auth status``."""

    response: AuthStatusResponse


class AuthChanged(AuthResult):
    """The result of a change; ``what`` describes it in one line."""

    response: ChangeResponse
    what: str


class UserRoles(AuthResult):
    """The result of ``user get``."""

    response: RolesResponse
    user: str


class Users(AuthResult):
    """The result of ``user list``."""

    response: UserListResponse


class RolePermissions(AuthResult):
    """The result of ``role get``."""

    response: RoleGetResponse
    role: str
    prefix_end: Callable[[bytes], bytes]
    """Where the keys with a prefix end: a range up to there is shown as that of the prefix."""


class Roles(AuthResult):
    """The result of ``role list``."""

    response: RolesResponse
