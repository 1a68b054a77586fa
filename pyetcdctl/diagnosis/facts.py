"""The facts of a cluster: measured values, which the checks read and never change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pyetcdctl.diagnosis.windows import Window


@dataclass(frozen=True, slots=True)
class Status:
    """A member's own status at one time; sizes in bytes, 0 where they are not reported."""

    cluster_id: int
    member_id: int
    leader: int
    term: int
    index: int
    applied: int
    version: str
    size: int
    in_use: int
    quota: int = 0
    is_learner: bool = False
    errors: tuple[str, ...] = ()
    revision: int = 0
    """The newest revision of the keys that it has applied."""


@dataclass(frozen=True, slots=True)
class ListedMember:
    """A row of the member list; one that was never started has no name."""

    id: int
    name: str
    peer_urls: tuple[str, ...]
    client_urls: tuple[str, ...]
    is_learner: bool = False

    @property
    def label(self) -> str:
        """Return the name, or the ID of a member without one."""
        return self.name or f"{self.id:x}"


@dataclass(frozen=True, slots=True)
class Certificate:
    """The dates of a certificate; ``place`` is its file or the endpoint that presented it."""

    place: str
    ends: datetime
    begins: datetime
    is_authority: bool = False


@dataclass(frozen=True, slots=True)
class ConsistentRead:
    """One linearizable read through a member: how long it took, or why it failed."""

    seconds: float
    failure: str = ""
    refused: str = ""
    """The error of a member that requires a user: its reads are unknown then."""


@dataclass(frozen=True, slots=True)
class KeyHash:
    """The hash of a member's keys up to a revision; None where the call failed."""

    revision: int
    hash: int | None
    compact_revision: int = 0
    failure: str = ""


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """How far a member's clock is ahead of this machine's, in seconds: between two bounds."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """The facts of one member; ``failure`` is why it could not be called at all."""

    label: str
    endpoint: str
    listed: ListedMember | None = None
    first: Status | None = None
    last: Status | None = None
    """The state at the begin and at the end of the window."""
    failure: str = ""
    read: ConsistentRead | None = None
    members: frozenset[int] | None = None
    """The IDs in the member's own list."""
    window: Window | None = None
    window_failure: str = ""
    """Why there are not two scrapes of the member."""
    clock: ClockOffset | None = None
    certificates: tuple[Certificate, ...] = ()
    hash: KeyHash | None = None
    peer_url_failures: tuple[str, ...] = ()
    """Peer URLs that this machine cannot connect to, with the reasons."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm that is on."""

    member_id: int
    name: str


@dataclass(frozen=True, slots=True)
class StoredRecords:
    """The member IDs in the buckets of a member's database, and where that is."""

    place: str
    members: frozenset[int]
    learners: frozenset[int] = frozenset()
    """Those that are recorded as learners."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A key that two members hold differently; ``what`` describes the difference."""

    key: bytes
    what: str


@dataclass(frozen=True, slots=True)
class AuthFacts:
    """Whether authentication is on, and the user root; None where the call failed."""

    enabled: bool
    users: int | None = None
    refused: str = ""
    """The error of a call that requires root, where authentication is on."""
    has_root: bool | None = None
    unknown: str = ""
    """Why no call was made at all."""


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """The facts of the objects of one resource of Kubernetes."""

    objects: int = 0
    plain: int = 0
    encrypted: int = 0
    stale: int = 0
    """Encrypted, but not by the first provider of the configuration."""


@dataclass(frozen=True, slots=True)
class LargeValue:
    """A value and its size."""

    key: bytes
    size: int


@dataclass(frozen=True, slots=True)
class KubernetesFacts:
    """The facts of the objects below an API server's prefix."""

    prefix: str
    objects: int = 0
    resources: Mapping[str, ResourceFacts] = field(default_factory=dict)
    configured: frozenset[str] | None = None
    """The resources that this node's encryption configuration encrypts; None without one."""
    largest: LargeValue | None = None
    compaction_age_seconds: float | None = None
    """The time between the API server's last compaction and the newest renewal of a Lease."""
    compaction_unknown: str = ""
    target: str = ""
    """The release after that of the newest node; empty without nodes."""
    removed: Mapping[str, int] = field(default_factory=dict)
    """Objects by stored version that this release cannot read."""


@dataclass(frozen=True, slots=True)
class SetOption:
    """An option of this node's etcd: its flag's name, and where it is set."""

    name: str
    origin: str
    file: str


@dataclass(frozen=True, slots=True)
class UpgradeFacts:
    """The release to upgrade to, and the options of this node's etcd; None where it has none."""

    target: str
    options: tuple[SetOption, ...] | None


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """The facts of a cluster."""

    members: tuple[MemberFacts, ...]
    listed: tuple[ListedMember, ...] = ()
    list_failure: str = ""
    """Why there was no quorum for the member list."""
    alarms: tuple[Alarm, ...] = ()
    window_seconds: float = 0.0
    records: StoredRecords | None = None
    differences: tuple[Difference, ...] = ()
    auth: AuthFacts | None = None
    kubernetes: KubernetesFacts | None = None
    upgrade: UpgradeFacts | None = None

    def label(self, member_id: int) -> str:
        """Return the name of a member by its ID."""
        return next((each.label for each in self.listed if each.id == member_id), f"{member_id:x}")

    @property
    def voters(self) -> tuple[ListedMember, ...]:
        """Return the members that vote."""
        return tuple(each for each in self.listed if not each.is_learner)
