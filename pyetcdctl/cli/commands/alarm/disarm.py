"""``alarm disarm``."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client.health import ALARMS
from pyetcdctl.cluster_results import Alarms
from pyetcdctl.errors import PyetcdctlError
from pyetcdctl.output.units import decimal_size

_SECONDS = 5.0

app = new_app()


@command(app, "disarm", "  pyetcdctl alarm disarm", prints=(Alarms,))
def disarm(session: Session, surplus: Annotated[list[str], words("")]) -> None:
    """Disarm all alarms.

    After NOSPACE, free space first (`compaction`, then `defrag`), or the next write raises the
    alarm again; `recover nospace` does all of that.
    """
    check_count(0, surplus, "alarm disarm command accepts no arguments")
    ended = session.client.maintenance.disarm(session.deadline())
    session.print(Alarms(ended))
    if any(ALARMS.get(each.alarm) == "NOSPACE" for each in ended.alarms):
        _warn_if_full(session)


def _warn_if_full(session: Session) -> None:
    """Warn of a member whose database still exceeds its quota: the next write is refused again."""
    from pyetcdctl.upkeep.members import fullest_member

    with suppress(PyetcdctlError):
        fullest = fullest_member(session.connection, _SECONDS)
        if fullest is not None and fullest.refuses_writes:
            size, quota = decimal_size(fullest.size), decimal_size(fullest.quota)
            session.note(
                f"Warning: the database of {fullest.label} still has {size}, its quota is {quota}: "
                "the next write raises the alarm again"
            )
            session.note("  Try:  pyetcdctl recover nospace")
