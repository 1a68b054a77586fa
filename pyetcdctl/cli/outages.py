"""Warnings while a watch is without a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.errors import PyetcdctlError


def teller_of_outages(session: Session) -> Callable[[PyetcdctlError | None], None]:
    """Return what is called with the failure when no server is found, and with None when one is."""

    def report(failure: PyetcdctlError | None) -> None:
        if failure is None:
            session.note("The watch goes on.")
            return
        session.note(f"Warning: no server answers: {failure.message}")
        for line in (*failure.advice, "The watch goes on, without a gap, when one does."):
            session.note(f"  {line}")

    return report
