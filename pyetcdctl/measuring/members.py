"""Find the members: the URL at which each can be reached, and the members that a database
records.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from time import sleep
from typing import TYPE_CHECKING

from pyetcdctl.client.cluster import ClusterService
from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.each import call_each
from pyetcdctl.client.maintenance import MaintenanceService
from pyetcdctl.diagnosis.facts import ListedMember, Status, StoredRecords
from pyetcdctl.errors import CallFailed, DamagedSnapshot, PyetcdctlError
from pyetcdctl.storage.bolt.cursor import Cursor, buckets
from pyetcdctl.storage.bolt.pages import Pages, newest_meta
from pyetcdctl.storage.files import ReadOnlyFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.each import EndpointOutcome
    from pyetcdctl.rpc import etcdserverpb_pb2 as api

DATABASE = "member/snap/db"
_TRIES = 10
_PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class ReachedMember:
    """A member and the endpoint that leads to it; without a status it does not respond."""

    label: str
    endpoint: str
    listed: ListedMember | None
    status: Status | None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class KnownMembers:
    """The members; ``doubt`` is why there was no quorum for the list."""

    members: tuple[ListedMember, ...]
    doubt: str = ""


def list_members(connection: Connection, seconds: float) -> KnownMembers:
    """Return the members by quorum, or else one member's own list."""
    cluster = ClusterService(connection)
    own = members_known_to(connection, seconds)
    try:
        agreed = cluster.list(Deadline.after(seconds))
    except CallFailed as error:
        return KnownMembers(own, error.message)
    return KnownMembers(_listed(agreed))


def members_known_to(connection: Connection, seconds: float) -> tuple[ListedMember, ...]:
    """Return one member's own list, which needs no quorum."""
    cluster = ClusterService(connection)
    return _listed(cluster.list(Deadline.after(seconds), linearizable=False))


def locate(
    connection: Connection, listed: Sequence[ListedMember], seconds: float
) -> tuple[ReachedMember, ...]:
    """Call the given endpoints, then the URLs of members that these do not lead to."""
    given = _statuses(connection, connection.endpoints, seconds)
    reached = {each.response.member_id for each in given if each.response}
    others = [each for each in listed if each.id not in reached]
    advertised = {each.endpoint: each for each in given}
    urls = [url for each in others for url in each.client_urls if url not in advertised]
    advertised |= {each.endpoint: each for each in _statuses(connection, urls, seconds)}
    known = {each.id: each for each in listed}
    places = [_reached(each, known) for each in _first_of_each(given)]
    places += [_other(each, advertised) for each in others if each.client_urls]
    tried = {_bare(url) for each in listed for url in each.client_urls}
    places += [
        ReachedMember(each.endpoint, each.endpoint, None, None, _reason(each))
        for each in given
        if each.failure is not None and _bare(each.endpoint) not in tried
    ]
    order = {each.id: number for number, each in enumerate(listed)}
    return tuple(
        sorted(
            places, key=lambda each: order.get(each.listed.id, -1) if each.listed else len(order)
        )
    )


def status_of(connection: Connection, seconds: float) -> Status:
    """Return the state of the member that the connection leads to."""
    return _status(MaintenanceService(connection).status(Deadline.after(seconds)))


def _statuses(
    connection: Connection, endpoints: Sequence[str], seconds: float
) -> list[EndpointOutcome[Status]]:
    return call_each(connection, endpoints, lambda own: status_of(own, seconds))


def _first_of_each(
    outcomes: Sequence[EndpointOutcome[Status]],
) -> Iterator[EndpointOutcome[Status]]:
    """Yield one outcome for each member that responds, for several endpoints may lead to it."""
    seen = set()
    for each in outcomes:
        if each.response and each.response.member_id not in seen:
            seen.add(each.response.member_id)
            yield each


def _reached(outcome: EndpointOutcome[Status], known: Mapping[int, ListedMember]) -> ReachedMember:
    status = outcome.response
    assert status is not None
    listed = known.get(status.member_id)
    label = listed.label if listed else f"{status.member_id:x}"
    return ReachedMember(label, outcome.endpoint, listed, status)


def _other(member: ListedMember, outcomes: Mapping[str, EndpointOutcome[Status]]) -> ReachedMember:
    """Return the first of a member's URLs that leads to it, else the first with its failure."""
    for url in member.client_urls:
        status = outcomes[url].response
        if status is not None and status.member_id == member.id:
            return ReachedMember(member.label, url, member, status)
    url = member.client_urls[0]
    outcome = outcomes[url]
    if outcome.response is not None:
        return ReachedMember(member.label, url, member, None, "another member responds there")
    return ReachedMember(member.label, url, member, None, _reason(outcome))


def _reason(outcome: EndpointOutcome[Status]) -> str:
    failure = outcome.failure
    if failure is None:
        return ""
    return failure.advice[0].rstrip(".") if failure.advice else failure.message


def _bare(endpoint: str) -> str:
    return endpoint.rpartition("://")[2].rstrip("/")


def _listed(response: api.MemberListResponse) -> tuple[ListedMember, ...]:
    return tuple(
        ListedMember(
            each.ID, each.name, tuple(each.peerURLs), tuple(each.clientURLs), each.isLearner
        )
        for each in response.members
    )


def _status(response: api.StatusResponse) -> Status:
    return Status(
        response.header.cluster_id,
        response.header.member_id,
        response.leader,
        response.raftTerm,
        response.raftIndex,
        # Before 3.4 there is none.
        response.raftAppliedIndex or response.raftIndex,
        response.version,
        response.dbSize,
        response.dbSizeInUse,
        response.dbSizeQuota,
        response.isLearner,
        tuple(response.errors),
        response.header.revision,
    )


def stored_members(data_dir: str) -> StoredRecords | None:
    """Return the IDs in the bucket ``members``; None where the file cannot be read.

    etcd reuses pages while it writes: a reading counts if the meta page is the same after it.
    """
    path = os.path.join(data_dir, DATABASE)
    for _ in range(_TRIES):
        try:
            with ReadOnlyFile(path) as file:
                pages = Pages(file, file.size)
                found = dict(_members(pages))
                if newest_meta(file, file.size) == pages.meta:
                    learners = (each for each, is_learner in found.items() if is_learner)
                    return StoredRecords(path, frozenset(found), frozenset(learners))
        except DamagedSnapshot:
            sleep(_PAUSE_SECONDS)
        except PyetcdctlError:
            return None
    return None


def _members(pages: Pages) -> Iterator[tuple[int, bool]]:
    """Yield the ID in each record and whether it is that of a learner."""
    bucket = buckets(pages).get(b"members")
    if bucket is not None:
        for key, value in Cursor(pages, bucket).items():
            yield int(key, 16), b'"isLearner":true' in value
