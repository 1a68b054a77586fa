"""Reports to the user while a connection is established."""

from __future__ import annotations

from threading import Timer
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.client.deadline import Deadline
    from pyetcdctl.client.probe import Verdict

WAITING_SECONDS = 1.0


class Reports(NamedTuple):
    """Functions that print a line for the user; None drops it."""

    other_member: Callable[[str], None] | None = None
    """Reports a member that is read in place of the one on this node."""
    waiting: Callable[[str], None] | None = None
    """Reports an endpoint that has not accepted a connection for a second."""


NO_REPORTS = Reports()


def report_waiting(
    report: Callable[[str], None], examine: Callable[[], Verdict], deadline: Deadline
) -> None:
    """Report after a second why a call waits for a connection, if it still does."""

    def look() -> None:
        found = examine()
        left = deadline.remaining() or 0.0
        if not found.reachable and left:
            report(f"# {found.advice[0]} Trying again for {left:.0f} s (--command-timeout)")

    if (deadline.remaining() or 0.0) > WAITING_SECONDS:
        timer = Timer(WAITING_SECONDS, look)
        timer.daemon = True
        timer.start()
