"""Which members are defragmented, in which order and why; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyetcdctl.diagnosis.wording import size_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyetcdctl.diagnosis.expressions import Expression

VARIABLES = frozenset(
    {
        *("dbSize", "dbSizeInUse", "dbSizeFree", "dbQuota", "dbQuotaUsage"),
        *("size", "inUse", "free", "quota", "usage"),
    }
)


@dataclass(frozen=True, slots=True)
class DefragCandidate:
    """A member that responds, and its sizes in bytes."""

    label: str
    endpoint: str
    member_id: int
    size: int
    in_use: int
    quota: int
    is_leader: bool
    is_learner: bool

    @property
    def free(self) -> int:
        """Return the bytes that defragmenting returns to the disk."""
        return max(0, self.size - self.in_use)

    @property
    def values(self) -> Mapping[str, float]:
        """Return the variables of a rule."""
        usage = self.size / self.quota
        return {
            "dbSize": self.size,
            "dbSizeInUse": self.in_use,
            "dbSizeFree": self.free,
            "dbQuota": self.quota,
            "dbQuotaUsage": usage,
            "size": self.size,
            "inUse": self.in_use,
            "free": self.free,
            "quota": self.quota,
            "usage": usage,
        }


@dataclass(frozen=True, slots=True)
class DefragStep:
    """What is done with one member; ``order`` is 0 where nothing is."""

    order: int
    member: DefragCandidate
    reason: str


@dataclass(frozen=True, slots=True)
class DefragOrder:
    """The steps in their order, then the members that are left out."""

    steps: tuple[DefragStep, ...]
    left_out: tuple[DefragStep, ...]


def defrag_plan(members: Iterable[DefragCandidate], rule: Expression | None) -> DefragOrder:
    """Order the members that the rule selects: followers by most to gain, the leader last."""
    chosen, left_out = [], []
    for member in members:
        if member.is_learner:
            left_out.append(DefragStep(0, member, "a learner: etcd defragments none"))
        elif rule is None or rule.holds(member.values):
            chosen.append(member)
        else:
            left_out.append(DefragStep(0, member, f"the rule does not hold: {_sizes(member)}"))
    chosen.sort(key=lambda member: (member.is_leader, -member.free, member.label))
    return DefragOrder(
        tuple(DefragStep(at, member, _reason(member, rule)) for at, member in enumerate(chosen, 1)),
        tuple(left_out),
    )


def _reason(member: DefragCandidate, rule: Expression | None) -> str:
    why = "all members" if rule is None else rule.text
    return f"{why}: {_sizes(member)}"


def _sizes(member: DefragCandidate) -> str:
    free, size = size_words(member.free), size_words(member.size)
    return f"{free} of {size} free, {member.size / member.quota:.0%} of the quota"
