"""``copy --follow``: every change after the copy, in its order, until interrupted."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

from pyetcdctl.concurrency.mirroring import Mirror

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.cli.session.streams import Messages
    from pyetcdctl.client.connection import Connection
    from pyetcdctl.concurrency.mirroring import MirrorPlan
    from pyetcdctl.errors import PyetcdctlError

_EVERY_SECONDS = 0.5


def follow(session: Session, source: Connection, destination: Connection, plan: MirrorPlan) -> None:
    """Apply changes until something fails that time does not heal; show how far it is behind."""
    err = session.streams.err
    mirror = Mirror(source, destination, plan, _reporter(err))
    err.line(f"Following from revision {plan.revision:,}, until interrupted.")
    work = MirrorThread(mirror)
    work.start()
    try:
        while work.is_alive():
            work.join(_EVERY_SECONDS)
            if err.is_terminal:
                err.status(_progress(mirror))
    finally:
        if err.is_terminal:
            err.status("")
    if work.failure is not None:
        raise work.failure


class MirrorThread(Thread):
    """Runs a mirror; ``failure`` is how it ended."""

    def __init__(self, mirror: Mirror) -> None:
        super().__init__(name="mirror", daemon=True)
        self._mirror = mirror
        self.failure: BaseException | None = None

    def run(self) -> None:
        """Run the mirror."""
        try:
            self._mirror.run()
        except BaseException as failure:  # whatever it is, the main thread raises it
            self.failure = failure


def _progress(mirror: Mirror) -> str:
    behind = mirror.seen_revision - mirror.applied_revision
    lag = f"{behind:,} revisions behind" if behind > 0 else "up to date"
    return f"{mirror.total:,} changes applied, {lag}"


def _reporter(err: Messages) -> Callable[[str, PyetcdctlError | None], None]:
    def report(side: str, failure: PyetcdctlError | None) -> None:
        if err.is_terminal:
            err.status("")
        if failure is None:
            err.line(f"The {side} is back.")
            return
        err.line(f"Warning: the {side} cannot be reached: {failure.message}")
        for line in failure.advice:
            err.line(f"  {line}")

    return report
