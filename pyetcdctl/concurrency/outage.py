"""Back off while a server that was reached is unavailable, and report the outage once."""

from __future__ import annotations

from time import sleep
from typing import TYPE_CHECKING

from pyetcdctl.concurrency.watching import FIRST_PAUSE, LONGEST_PAUSE, LOSSES
from pyetcdctl.errors import CallFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.errors import PyetcdctlError

TOO_MANY_REQUESTS = "etcdserver: too many requests"
FAILURES_BEFORE_TELLING = 2
"""A change of leaders causes one failure."""


class Outage:
    """Consecutive failures of calls to one side.

    ``report`` is called with the failure of an outage that lasts, and with None when it is over.
    """

    def __init__(self, report: Callable[[PyetcdctlError | None], None]) -> None:
        self._report = report
        self._failures = 0
        self._pause = FIRST_PAUSE

    def wait_after(self, failure: PyetcdctlError) -> None:
        """Back off before the next attempt. Raises a failure that is not transient."""
        if not may_pass(failure):
            raise failure
        self._failures += 1
        if self._failures == FAILURES_BEFORE_TELLING:
            self._report(failure)
        sleep(self._pause)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def end(self) -> None:
        """Record that a call succeeded."""
        if self._failures >= FAILURES_BEFORE_TELLING:
            self._report(None)
        self._failures, self._pause = 0, FIRST_PAUSE


def may_pass(failure: BaseException | None) -> bool:
    """Whether the failure is transient: the server was unavailable or busy."""
    if isinstance(failure, CallFailed):
        return failure.code in LOSSES or failure.details == TOO_MANY_REQUESTS
    return failure is not None and may_pass(failure.__cause__)
