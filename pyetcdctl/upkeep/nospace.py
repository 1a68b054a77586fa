"""Recover a cluster whose database is full: find what fills it, and make it writable again.

Under the alarm etcd refuses puts and leases, and accepts deletions and compaction. Kubernetes' own
compaction begins with a put, so it has stopped: history is not discarded any more.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.kv import delete, put
from pyetcdctl.client.maintenance import MaintenanceService
from pyetcdctl.diagnosis.wording import size_words
from pyetcdctl.errors import InvalidInput
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.kubernetes.encryption.configuration import resource_of
from pyetcdctl.measuring.cluster import alarms_in
from pyetcdctl.rpc import etcdserverpb_pb2 as api
from pyetcdctl.rpc.kv import DeleteRangeRequest, PutRequest, RangeRequest
from pyetcdctl.upkeep.compacting import current_revision, revision_to_keep
from pyetcdctl.upkeep.members import find_members

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.keyspace.source import Source
    from pyetcdctl.upkeep.members import FoundMembers

PROOF_KEY = b"pyetcdctl/recovered"
COMPACTION_KEY = b"compact_rev_key"
EVENTS = "events"
_RECORD_BYTES = 64
"""The approximate bytes of a key in the database besides key and value."""
_MOST_OF_QUOTA = 0.95
ROOMY = 0.8
"""Above this share of the quota a database would soon be full again."""
_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Usage:
    """The current keys of one resource or folder, and their bytes."""

    name: str
    keys: int
    size: int


@dataclass(frozen=True, slots=True)
class FullCluster:
    """The state of a full cluster."""

    found: FoundMembers
    alarmed: tuple[str, ...]
    """The members that raised the alarm; empty without an alarm."""
    usage: tuple[Usage, ...]
    """The largest first."""
    revision: int
    kept_from: int
    """The revision of the first compaction."""
    is_dated: bool
    """Whether that revision was chosen by age."""
    has_api_server: bool

    @property
    def quota(self) -> int:
        """Return the smallest quota of a member."""
        return min(each.quota for each in self.found.members)

    @property
    def size(self) -> int:
        """Return the size of the largest database."""
        return max(each.size for each in self.found.members)

    @property
    def live(self) -> int:
        """Return the bytes of all current keys."""
        return sum(each.size for each in self.usage)

    @property
    def is_recoverable(self) -> bool:
        """Whether the current keys alone leave room below the quota."""
        return self.live < self.quota * _MOST_OF_QUOTA

    @property
    def largest(self) -> tuple[Usage, ...]:
        """Return the largest resources."""
        return self.usage[:_MOST_SHOWN]


def look(
    connection: Connection, source: Source, prefix: str, keep_seconds: float, seconds: float
) -> FullCluster:
    """Return the state of a full cluster, without changing anything."""
    found = find_members(connection, seconds)
    errors = [error for each in found.places if each.status for error in each.status.errors]
    alarms = set(alarms_in(errors))
    if any(alarm.name == "CORRUPT" for alarm in alarms):
        raise InvalidInput("alarm CORRUPT is on: nothing is changed", "Try:  pyetcdctl doctor")
    labels = {each.member_id: each.label for each in found.members}
    alarmed = {labels.get(each.member_id, f"{each.member_id:x}") for each in alarms}
    if not alarmed:
        return FullCluster(found, (), (), 0, 0, is_dated=False, has_api_server=False)
    current = current_revision(connection, seconds)
    kept_from, is_dated = current, False
    with suppress(InvalidInput):  # where nothing dates revisions
        old_enough = revision_to_keep(source, prefix, current, keep_seconds)
        kept_from, is_dated = (old_enough, True) if old_enough else (current, False)
    (page,) = source.ranges([RangeRequest(key=COMPACTION_KEY, count_only=True)])
    return FullCluster(
        found,
        tuple(sorted(alarmed)),
        _usage(source, prefix),
        current,
        kept_from,
        is_dated,
        bool(page.count),
    )


def disarm(connection: Connection, seconds: float) -> int:
    """End all alarms NOSPACE; return how many there were."""
    ended = MaintenanceService(connection).disarm(Deadline.after(seconds), only=api.NOSPACE)
    return len(ended.alarms)


def prove(connection: Connection, seconds: float) -> None:
    """Write a key and delete it again; raise if that is refused."""
    put(connection, PutRequest(key=PROOF_KEY, value=b"yes"), Deadline.after(seconds))
    delete(connection, DeleteRangeRequest(key=PROOF_KEY), Deadline.after(seconds))


def is_roomy(found: FoundMembers) -> bool:
    """Whether all databases are well below their quota."""
    return all(each.size < each.quota * ROOMY for each in found.members)


def check_below_quota(found: FoundMembers) -> str:
    """Return how full the databases are; raise where one is still near its quota."""
    fullest = max(found.members, key=lambda each: each.size / each.quota)
    share = fullest.size / fullest.quota
    words = f"{size_words(fullest.size)} of {size_words(fullest.quota)} ({share:.0%})"
    if share > _MOST_OF_QUOTA:
        raise InvalidInput(
            f"the database of {fullest.label} still has {words} of its quota: the alarm stays on",
            "Try:  deleting keys, or a higher --quota-backend-bytes",
        )
    return f"the fullest database has {words} of its quota"


def _usage(source: Source, prefix: str) -> tuple[Usage, ...]:
    keys, sizes = Counter[str](), Counter[str]()
    names: dict[bytes, str] = {}
    start = f"{prefix}/".encode("utf-8", "surrogateescape")
    for key, size in _entries(source):
        folder = key.rpartition(b"/")[0]
        name = names.get(folder)
        if name is None:
            name = names[folder] = _name(key, start)
        keys[name] += 1
        sizes[name] += size
    found = [Usage(name, keys[name], size) for name, size in sizes.most_common()]
    return tuple(found)


def _entries(source: Source) -> Iterator[tuple[bytes, int]]:
    key, end = prefix_range(b"")
    for page in source.range(RangeRequest(key=key, range_end=end)).pages():
        for found, _, _, _, value, _ in page.records():
            yield found, len(found) + len(value) + _RECORD_BYTES


def _name(key: bytes, prefix: bytes) -> str:
    """Return the resource of a key, else the first part of its path."""
    resource = resource_of(key, prefix) if key.startswith(prefix) else None
    if resource is not None:
        return str(resource)
    first, slash, _ = key[1:].partition(b"/")
    return (key[:1] + first + slash).decode("utf-8", "backslashreplace") if slash else "(others)"
