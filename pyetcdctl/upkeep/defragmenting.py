"""Defragment members one after the other, the leader last, and wait for each to be back."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from time import monotonic, sleep
from typing import TYPE_CHECKING

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.health import read_consistently
from pyetcdctl.client.maintenance import DEFRAGMENTING, MaintenanceService
from pyetcdctl.errors import (
    CallFailed,
    ConnectionFailed,
    DeadlineExceeded,
    InvalidInput,
    PyetcdctlError,
)
from pyetcdctl.measuring.cluster import alarms_in
from pyetcdctl.measuring.members import status_of
from pyetcdctl.upkeep.members import check_quorum, find_members, is_defragmenting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.diagnosis.defrag_plan import DefragCandidate, DefragOrder
    from pyetcdctl.diagnosis.facts import Alarm, Status

_SETTLE_SECONDS = 120.0
"""The time limits for a member to catch up, and for an unreachable one to respond again."""
_PAUSE_SECONDS, _READ_SECONDS = 0.1, 2.0
_NEAR_ENTRIES = 1000
CORRUPT = "CORRUPT"


@dataclass(frozen=True, slots=True)
class Defragmented:
    """A defragmented member: its size before and after, in bytes."""

    member: DefragCandidate
    after: int
    seconds: float


class Defragmenter:
    """Executes a plan; ``note`` reports other events, ``seconds`` bounds each call."""

    def __init__(self, connection: Connection, seconds: float, note: Callable[[str], None]) -> None:
        self._connection = connection
        self._seconds = seconds
        self._note = note

    def run(self, plan: DefragOrder, everyone: Sequence[DefragCandidate]) -> Iterator[Defragmented]:
        """Yield each member when it is done; raise where the next one would be unsafe."""
        known = self._alarms(everyone)
        for step in plan.steps:
            check_quorum(find_members(self._connection, self._seconds).places)
            if step.member.is_leader:
                self._hand_over(step.member, everyone)
            yield self._defragment(step.member)
            self._settle(step.member, everyone)
            raised = self._alarms(everyone) - known
            if raised:
                names = ", ".join(sorted({alarm.name for alarm in raised}))
                raise InvalidInput(f"alarm {names} was raised meanwhile: the rest is left as it is")

    def _defragment(self, member: DefragCandidate) -> Defragmented:
        began = monotonic()
        with closing(self._connection.for_endpoint(member.endpoint)) as own:
            try:
                MaintenanceService(own).defragment(Deadline.after(self._seconds))
            except DeadlineExceeded as error:
                if DEFRAGMENTING[0] not in error.advice:
                    raise
                self._note(
                    f"{member.label} still defragments after the time-out: waiting until it is done"
                )
                self._wait_until_done(own, member)
            took = monotonic() - began
            self._until(lambda: bool(self._status(own).size), member)
            return Defragmented(member, self._status(own).size, took)

    def _wait_until_done(self, own: Connection, member: DefragCandidate) -> None:
        """Wait for a member that serves no read while it defragments; raise if it stops
        meanwhile.
        """
        responded = monotonic()
        while True:
            try:
                read_consistently(own, Deadline.after(_READ_SECONDS))
                if not is_defragmenting(member.endpoint, own.settings):
                    return
                responded = monotonic()
            except DeadlineExceeded as error:
                if not _is_silent(error):
                    responded = monotonic()
            except (CallFailed, ConnectionFailed):
                pass
            if monotonic() - responded > _SETTLE_SECONDS:
                raise InvalidInput(f"{member.label} does not respond any more")
            sleep(_PAUSE_SECONDS)

    def _hand_over(self, leader: DefragCandidate, everyone: Sequence[DefragCandidate]) -> None:
        """Move the leadership to the voter that has applied most; a single member keeps it."""
        others = [each for each in everyone if not each.is_learner and each is not leader]
        if not others:
            return
        applied = {each.member_id: self._status_at(each).applied for each in others}
        target = max(others, key=lambda each: applied[each.member_id])
        with closing(self._connection.for_endpoint(leader.endpoint)) as own:
            if self._status(own).leader != leader.member_id:
                return
            MaintenanceService(own).move_leader(target.member_id, Deadline.after(self._seconds))
            self._until(lambda: self._status(own).leader == target.member_id, leader)
        self._note(f"moved the leadership from {leader.label} to {target.label}")

    def _settle(self, member: DefragCandidate, everyone: Sequence[DefragCandidate]) -> None:
        """Wait for a linearizable read through the member and for its applied index."""

        def is_back() -> bool:
            with closing(self._connection.for_endpoint(member.endpoint)) as own:
                read_consistently(own, Deadline.after(self._seconds))
                applied = self._status(own).applied
            furthest = max(self._status_at(each).index for each in everyone)
            return furthest - applied <= _NEAR_ENTRIES

        self._until(is_back, member)

    def _until(self, condition: Callable[[], bool], member: DefragCandidate) -> None:
        ends, why = Deadline.after(_SETTLE_SECONDS), "it lags behind"
        while not ends.expired:
            try:
                if condition():
                    return
            except CallFailed as error:
                if CORRUPT.lower() in error.details:
                    raise
                why = error.message
            sleep(_PAUSE_SECONDS)
        raise InvalidInput(f"{member.label} is not back: {why}; the rest is left as it is")

    def _alarms(self, everyone: Sequence[DefragCandidate]) -> set[Alarm]:
        """Return the alarms that are on; CORRUPT raises."""
        found = {alarm for each in everyone for alarm in alarms_in(self._status_at(each).errors)}
        if any(alarm.name == CORRUPT for alarm in found):
            raise InvalidInput(
                "alarm CORRUPT is on: nothing is defragmented", "Try:  pyetcdctl doctor"
            )
        return found

    def _status_at(self, member: DefragCandidate) -> Status:
        with closing(self._connection.for_endpoint(member.endpoint)) as own:
            return self._status(own)

    def _status(self, own: Connection) -> Status:
        return status_of(own, self._seconds)


def _is_silent(error: PyetcdctlError) -> bool:
    """Whether no server listens there, as opposed to one that is busy."""
    return any("refused" in line or "no server" in line for line in error.advice)
