"""Find the members with their sizes, and check that enough of them respond."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyetcdctl.diagnosis.defrag_plan import DefragCandidate
from pyetcdctl.diagnosis.space import DEFAULT_QUOTA
from pyetcdctl.errors import InvalidInput
from pyetcdctl.measuring.members import list_members, locate, members_known_to
from pyetcdctl.measuring.scrapes import Scrape, scrape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.measuring.members import ReachedMember
    from pyetcdctl.settings import ConnectionSettings

_QUOTA, _DEFRAGMENTING = "etcd_server_quota_backend_bytes", "etcd_disk_defrag_inflight"
_SMALL_WRITE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class FoundMembers:
    """All members, and those that respond with their sizes."""

    places: tuple[ReachedMember, ...]
    members: tuple[DefragCandidate, ...]


def find_members(connection: Connection, seconds: float) -> FoundMembers:
    """Find all members and their sizes."""
    listed = list_members(connection, seconds)
    places = locate(connection, listed.members, seconds)
    return FoundMembers(
        places, tuple(_candidate(each, connection.settings) for each in places if each.status)
    )


@dataclass(frozen=True, slots=True)
class Filling:
    """How full the database of a member is."""

    label: str
    size: int
    quota: int

    @property
    def refuses_writes(self) -> bool:
        """Whether the next write raises the alarm NOSPACE."""
        return self.size + _SMALL_WRITE_BYTES > self.quota


def fullest_member(connection: Connection, seconds: float) -> Filling | None:
    """Return the fullest of the members whose quotas are known; None if none is."""
    listed = members_known_to(connection, seconds)
    found = []
    for place in locate(connection, listed, seconds):
        if place.status is not None:
            quota = place.status.quota or _reported_quota(place.endpoint, connection.settings)
            found.append(Filling(place.label, place.status.size, quota))
    known = [each for each in found if each.quota]
    return max(known, key=lambda each: each.size / each.quota, default=None)


def check_quorum(places: Sequence[ReachedMember]) -> None:
    """Raise unless the responding voters keep a quorum while one defragments.

    A cluster that has all its members is exempt: with one or two there is no other way.
    """
    voters = [each for each in places if each.listed is not None and not each.listed.is_learner]
    present = sum(each.status is not None for each in voters)
    needed = len(voters) // 2 + 1
    if present < len(voters) and present - 1 < needed:
        gone = ", ".join(each.label for each in voters if each.status is None)
        raise InvalidInput(
            f"{gone} does not respond: {present} of {len(voters)} voting members are left, and "
            "without the one that defragments they are not a quorum",
            "Try:  pyetcdctl doctor",
        )


def is_defragmenting(endpoint: str, settings: ConnectionSettings) -> bool:
    """Whether a member reports that it defragments; False for one without metrics."""
    taken = scrape([endpoint], settings)
    return isinstance(taken, Scrape) and bool(taken.page.total(_DEFRAGMENTING))


def _candidate(place: ReachedMember, settings: ConnectionSettings) -> DefragCandidate:
    status = place.status
    assert status is not None
    return DefragCandidate(
        place.label,
        place.endpoint,
        status.member_id,
        status.size,
        status.in_use or status.size,
        status.quota or _reported_quota(place.endpoint, settings) or DEFAULT_QUOTA,
        status.leader == status.member_id,
        status.is_learner,
    )


def _reported_quota(endpoint: str, settings: ConnectionSettings) -> int:
    """Return the quota by the metrics, 0 if unknown; before 3.6 the status does not have it."""
    taken = scrape([endpoint], settings)
    reported = taken.page.total(_QUOTA) if isinstance(taken, Scrape) else None
    return int(reported) if reported else 0
