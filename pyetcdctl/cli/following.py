"""``copy --follow``: every change after the copy, in its order, until interrupted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pyetcdctl.cli.session.progress import StatusLine
from pyetcdctl.concurrency.mirroring import Mirror
from pyetcdctl.concurrency.stopping import WorkThread

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.cli.session.streams import Messages
    from pyetcdctl.client.connection import Connection
    from pyetcdctl.concurrency.mirroring import MirrorPlan
    from pyetcdctl.errors import PyetcdctlError

_EVERY_SECONDS = 0.5


def follow(session: Session, source: Connection, destination: Connection, plan: MirrorPlan) -> None:
    """Apply changes until an error that is not transient; show how many revisions it is behind."""
    err = session.streams.err
    mirror = Mirror(source, destination, plan, outage_reporter(err))
    err.line(f"Following from revision {plan.revision:,}, until interrupted.")
    work = WorkThread("mirror", mirror.run)
    work.start()
    with StatusLine(err, patience=0) as line:
        while not work.has_ended.is_set():
            work.wait(_EVERY_SECONDS)
            line.show(partial(_progress, mirror))


def _progress(mirror: Mirror, _seconds: float) -> str:
    behind = mirror.seen_revision - mirror.applied_revision
    lag = f"{behind:,} revisions behind" if behind > 0 else "up to date"
    return f"{mirror.total:,} changes applied, {lag}"


def outage_reporter(err: Messages, *advice: str) -> Callable[[str, PyetcdctlError | None], None]:
    """Return a function that warns that a side cannot be reached, and reports when it is back."""

    def report(side: str, failure: PyetcdctlError | None) -> None:
        if err.is_terminal:
            err.status("")
        if failure is None:
            err.line(f"The {side} is back.")
            return
        err.line(f"Warning: the {side} cannot be reached: {failure.message}")
        for line in (*failure.advice, *advice):
            err.line(f"  {line}")

    return report
