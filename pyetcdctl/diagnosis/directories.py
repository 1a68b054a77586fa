"""Data directories of dead members: rank them by their logs, and compare each with the newest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class LogFacts:
    """A member's log: its entries' indexes, ascending, with their terms."""

    path: str
    cluster_id: int = 0
    member_id: int = 0
    indexes: Sequence[int] = ()
    terms: Sequence[int] = ()
    committed: int = 0
    """The highest index that the member knew to be committed."""
    torn: str = ""
    failure: str = ""
    """Why the log could not be read to its end."""

    @property
    def last(self) -> tuple[int, int]:
        """Return the last term and the last index: what raft compares logs by."""
        return (self.terms[-1], self.indexes[-1]) if self.indexes else (0, 0)

    @property
    def uncertain(self) -> int:
        """Return how many entries the member did not know to be committed."""
        return sum(index > self.committed for index in self.indexes)


@dataclass(frozen=True, slots=True)
class Loss:
    """The entries of the newest log that another lacks."""

    entries: int = 0
    puts: int = 0
    deletes: int = 0
    first: int = 0
    last: int = 0
    certain: int = 0
    """How many of them some member knew to be committed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A directory in the order of the newest log; ``replaced`` are entries that only it has."""

    log: LogFacts
    is_newest: bool
    agrees_up_to: int
    replaced: int
    loss: Loss = Loss()


def ranked(logs: Sequence[LogFacts]) -> tuple[LogFacts, ...]:
    """Return the readable logs of one cluster, by last term, then last index, the newest first.

    The commit index is not compared: a member may have entries whose commit it never received.
    """
    usable = [log for log in logs if log.indexes]
    return tuple(sorted(usable, key=lambda log: log.last, reverse=True))


def agreement(one: LogFacts, other: LogFacts) -> int:
    """Return the highest index at which two logs have an entry of the same term; 0 without one."""
    terms = dict(zip(one.indexes, one.terms, strict=True))
    for index, term in zip(reversed(other.indexes), reversed(other.terms), strict=True):
        if terms.get(index) == term:
            return index
    return 0
