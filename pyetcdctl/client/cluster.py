"""etcd's Cluster service: list, add, update, promote and remove members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from pyetcdctl.client.calls import call
from pyetcdctl.client.status import UNHEALTHY
from pyetcdctl.errors import CallFailed
from pyetcdctl.rpc import etcdserverpb_pb2 as api

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.deadline import Deadline

Response = TypeVar("Response")

SERVICE = "/etcdserverpb.Cluster/"
WAIT_FOR_MEMBERS = (
    "Members are changed only when all that were started have been connected for 5 seconds.",
    "Try:  endpoint health --cluster, then this command again",
)


class ClientUrls(NamedTuple):
    """The client URLs of all members; ``doubt`` is why there was no quorum for the list."""

    urls: tuple[str, ...]
    doubt: CallFailed | None = None


class ClusterService:
    """The members of a cluster. Responses are etcd's messages, whole."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self, deadline: Deadline, *, linearizable: bool = True) -> api.MemberListResponse:
        """Return the members; a list that is not linearizable is one member's own and needs no
        quorum.
        """
        request = api.MemberListRequest(linearizable=linearizable)
        return self._call("MemberList", request, api.MemberListResponse, deadline, repeatable=True)

    def client_urls(self, deadline: Deadline) -> ClientUrls:
        """Return the client URLs that the started members advertise.

        Without quorum, one member's own list is returned.
        """
        known = self.list(deadline, linearizable=False)
        try:
            return ClientUrls(_urls(self.list(deadline)))
        except CallFailed as error:
            return ClientUrls(_urls(known), doubt=error)

    def add(
        self, peer_urls: Sequence[str], deadline: Deadline, *, is_learner: bool = False
    ) -> api.MemberAddResponse:
        """Add a member, which is started afterwards."""
        request = api.MemberAddRequest(peerURLs=peer_urls, isLearner=is_learner)
        return self._call("MemberAdd", request, api.MemberAddResponse, deadline)

    def remove(self, member_id: int, deadline: Deadline) -> api.MemberRemoveResponse:
        """Remove a member permanently."""
        request = api.MemberRemoveRequest(ID=member_id)
        return self._call("MemberRemove", request, api.MemberRemoveResponse, deadline)

    def update(
        self, member_id: int, peer_urls: Sequence[str], deadline: Deadline
    ) -> api.MemberUpdateResponse:
        """Change a member's peer URLs."""
        request = api.MemberUpdateRequest(ID=member_id, peerURLs=peer_urls)
        return self._call("MemberUpdate", request, api.MemberUpdateResponse, deadline)

    def promote(self, member_id: int, deadline: Deadline) -> api.MemberPromoteResponse:
        """Promote a learner to a voting member."""
        request = api.MemberPromoteRequest(ID=member_id)
        return self._call("MemberPromote", request, api.MemberPromoteResponse, deadline)

    def _call(
        self,
        method: str,
        request: Any,
        kind: type[Response],
        deadline: Deadline,
        *,
        repeatable: bool = False,
    ) -> Response:
        try:
            return call(
                self._connection, SERVICE + method, request, kind, deadline, repeatable=repeatable
            )
        except CallFailed as error:
            if error.details != UNHEALTHY:
                raise
            raise error.with_advice(*error.advice, *WAIT_FOR_MEMBERS) from error.__cause__


def _urls(response: api.MemberListResponse) -> tuple[str, ...]:
    return tuple(url for member in response.members for url in member.clientURLs)
