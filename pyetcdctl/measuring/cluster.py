"""Measure a whole cluster: each member twice, some seconds apart, and the members' keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING

from pyetcdctl.client.cluster import ClusterService
from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.each import call_each
from pyetcdctl.client.endpoints import parse_endpoint
from pyetcdctl.client.handshakes import plain_socket
from pyetcdctl.client.health import read_consistently
from pyetcdctl.diagnosis.facts import (
    Alarm,
    AuthFacts,
    ClusterFacts,
    ConsistentRead,
    KeyHash,
    MemberFacts,
)
from pyetcdctl.diagnosis.windows import Window
from pyetcdctl.errors import CallFailed, ConnectionFailed, PyetcdctlError
from pyetcdctl.measuring.authentication import measure_authentication, wants_a_user
from pyetcdctl.measuring.certificates import certificates_in, presented_certificates
from pyetcdctl.measuring.divergence import comparable, differing_keys, hashes
from pyetcdctl.measuring.members import list_members, locate, status_of, stored_members
from pyetcdctl.measuring.scrapes import NoScrape, Scrape, published_by, scrape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.diagnosis.facts import Difference, ListedMember, Status
    from pyetcdctl.measuring.members import ReachedMember

_ALARM = re.compile(r"memberID:(\d+)\s+alarm:(\w+)")
_HASH_TRIES = 3
_CLUSTER_VERSION = "etcd_cluster_version"
_PEER_SECONDS = 2.0

Wait = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class MeasuringPlan:
    """What to measure: the window, further URLs of metrics, files with certificates."""

    window_seconds: float
    call_seconds: float
    metrics_urls: tuple[str, ...] = ()
    certificate_files: tuple[str, ...] = ()
    data_dir: str = ""
    """The data directory of a member of this machine; empty for none."""


@dataclass(frozen=True, slots=True)
class _Look:
    """The values of one member at one time."""

    status: Status | None
    scrape: Scrape | NoScrape
    read: ConsistentRead | None = None
    members: frozenset[int] | None = None


def measure(connection: Connection, plan: MeasuringPlan, wait: Wait) -> ClusterFacts:
    """Return the facts of the cluster that a connection leads to; ``wait`` waits for the window."""
    listed = list_members(connection, plan.call_seconds)
    places = locate(connection, listed.members, plan.call_seconds)
    reached = {each.endpoint: each for each in places if each.status}
    published = published_by(plan.metrics_urls, connection.settings)
    began = monotonic()
    firsts = _looks(connection, reached, published, plan, is_first=True)
    wait(max(0.0, plan.window_seconds - (monotonic() - began)))
    lasts = _looks(connection, reached, published, plan, is_first=False)
    found, differences = _compared(connection, reached, lasts, plan)
    peers = _peer_failures(listed.members)
    members = [_facts(connection, each, firsts, lasts, found, peers, plan) for each in places]
    return ClusterFacts(
        tuple(_with_files(members, plan)),
        listed.members,
        listed.doubt,
        _alarms(lasts),
        window_seconds=monotonic() - began,
        records=stored_members(plan.data_dir) if plan.data_dir else None,
        differences=differences,
        auth=None if listed.doubt else _auth(connection, listed.members, lasts, plan),
    )


def _looks(
    connection: Connection,
    reached: Mapping[str, ReachedMember],
    published: Mapping[int, str],
    plan: MeasuringPlan,
    *,
    is_first: bool,
) -> dict[str, _Look]:
    def look(own: Connection) -> _Look:
        place = reached[own.endpoint]
        assert place.status is not None
        urls = [own.endpoint, *filter(None, [published.get(place.status.member_id)])]
        taken = scrape(urls, own.settings)
        if not is_first:
            return _Look(_status_or_none(own, plan.call_seconds), taken)
        if place.status.is_learner:  # a learner refuses all other calls
            return _Look(place.status, taken)
        read, members = _read(own, plan.call_seconds), _own_list(own, plan.call_seconds)
        return _Look(place.status, taken, read, members)

    outcomes = call_each(connection, list(reached), look)
    return {each.endpoint: each.response for each in outcomes if each.response}


def _status_or_none(own: Connection, seconds: float) -> Status | None:
    try:
        return status_of(own, seconds)
    except (CallFailed, ConnectionFailed):
        return None


def _read(own: Connection, seconds: float) -> ConsistentRead:
    began = monotonic()
    try:
        read_consistently(own, Deadline.after(seconds))
    except CallFailed as error:
        if wants_a_user(error):
            return ConsistentRead(monotonic() - began, refused=error.message)
        return ConsistentRead(monotonic() - began, error.message)
    return ConsistentRead(monotonic() - began)


def _own_list(own: Connection, seconds: float) -> frozenset[int] | None:
    try:
        response = ClusterService(own).list(Deadline.after(seconds), linearizable=False)
    except CallFailed:
        return None
    return frozenset(each.ID for each in response.members)


def _compared(
    connection: Connection,
    reached: Mapping[str, ReachedMember],
    lasts: Mapping[str, _Look],
    plan: MeasuringPlan,
) -> tuple[dict[str, KeyHash], tuple[Difference, ...]]:
    """Hash all members' keys at one revision; where the hashes still differ, find the keys."""
    voters = [url for url, look in lasts.items() if look.status and not look.status.is_learner]
    if len(voters) < 2:
        return {}, ()
    found: dict[str, KeyHash] = {}
    for _ in range(_HASH_TRIES):
        revision = _common_revision(connection, voters, plan.call_seconds)
        found = hashes(connection, voters, revision, plan.call_seconds)
        known = {each.hash for each in found.values() if each.hash is not None}
        if len(known) < 2:
            return found, ()
        if comparable(found):
            labels = {reached[url].label: url for url in voters if found[url].hash is not None}
            try:
                return found, differing_keys(connection, labels, revision, plan.call_seconds)
            except PyetcdctlError:
                return found, ()
    reason = "the members are compacted to different revisions"
    return {url: KeyHash(each.revision, None, failure=reason) for url, each in found.items()}, ()


def _common_revision(connection: Connection, endpoints: Sequence[str], seconds: float) -> int:
    """Return the newest revision that all of the members have applied."""
    outcomes = call_each(connection, endpoints, lambda own: status_of(own, seconds).revision)
    return min((each.response for each in outcomes if each.response), default=1)


def _facts(
    connection: Connection,
    place: ReachedMember,
    firsts: Mapping[str, _Look],
    lasts: Mapping[str, _Look],
    found: Mapping[str, KeyHash],
    peers: Mapping[int, tuple[str, ...]],
    plan: MeasuringPlan,
) -> MemberFacts:
    first, last = firsts.get(place.endpoint), lasts.get(place.endpoint)
    if place.status is None or first is None:
        reason = place.failure or "it does not respond"
        return MemberFacts(place.label, place.endpoint, place.listed, failure=reason)
    status = last.status if last else None
    window, window_failure = _window(first, last)
    clock = first.scrape.clock if isinstance(first.scrape, Scrape) else None
    return MemberFacts(
        place.label,
        place.endpoint,
        place.listed,
        place.status,
        status,
        "" if status else "it stopped responding during the examination",
        first.read,
        first.members,
        window,
        window_failure,
        clock,
        presented_certificates(place.endpoint, connection.settings),
        found.get(place.endpoint),
        peers.get(place.status.member_id, ()),
    )


def _window(first: _Look, last: _Look | None) -> tuple[Window | None, str]:
    before, after = first.scrape, last.scrape if last else NoScrape("the member stopped responding")
    for each in (before, after):
        if isinstance(each, NoScrape):
            return None, each.reason
    assert isinstance(before, Scrape)
    assert isinstance(after, Scrape)
    return Window(before.page, after.page, max(after.at - before.at, 1e-3)), ""


def alarms_in(errors: Iterable[str]) -> Iterator[Alarm]:
    """Yield the alarms among a status's errors, which need neither quorum nor permission."""
    for error in errors:
        for member, name in _ALARM.findall(error):
            yield Alarm(int(member), name)


def _alarms(lasts: Mapping[str, _Look]) -> tuple[Alarm, ...]:
    statuses = [look.status for look in lasts.values() if look.status]
    found = {alarm for status in statuses for alarm in alarms_in(status.errors)}
    return tuple(sorted(found, key=lambda each: (each.name, each.member_id)))


def _peer_failures(listed: Sequence[ListedMember]) -> dict[int, tuple[str, ...]]:
    """Connect to all peer URLs; where none can be reached this machine is not in their network."""
    tried = {each.id: {url: _dial(url) for url in each.peer_urls} for each in listed if each.name}
    if not any(failure == "" for urls in tried.values() for failure in urls.values()):
        return {}
    return {
        member: tuple(f"peer URL {url}: {why}" for url, why in urls.items() if why)
        for member, urls in tried.items()
    }


def _dial(url: str) -> str:
    """Return why a URL cannot be connected to, or an empty string."""
    try:
        plain_socket(parse_endpoint(url), _PEER_SECONDS).close()
    except OSError as error:
        return (error.strerror or str(error)).lower()
    except PyetcdctlError as error:
        return error.message
    return ""


def _with_files(members: Sequence[MemberFacts], plan: MeasuringPlan) -> list[MemberFacts]:
    """Add the certificates in files to the first member's, for they are this machine's."""
    files = certificates_in(plan.certificate_files)
    if not members or not files:
        return list(members)
    first = replace(members[0], certificates=(*members[0].certificates, *files))
    return [first, *members[1:]]


def _auth(
    connection: Connection,
    listed: Sequence[ListedMember],
    lasts: Mapping[str, _Look],
    plan: MeasuringPlan,
) -> AuthFacts | None:
    known = {look.status.member_id: look.status.version for look in lasts.values() if look.status}
    versions = [known.get(each.id, "") for each in listed]
    published = [
        version
        for look in lasts.values()
        if isinstance(look.scrape, Scrape)
        for version in look.scrape.page.label_values(_CLUSTER_VERSION, "cluster_version")
    ]
    return measure_authentication(connection, versions, published, plan.call_seconds)
