"""``alarm disarm``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cluster_results import Alarms

app = new_app()


@command(app, "disarm", "  pyetcdctl alarm disarm", prints=(Alarms,))
def disarm(session: Session, surplus: Annotated[list[str], words("")]) -> None:
    """Disarm all alarms.

    After NOSPACE, free space first (`compaction`, then `defrag`), or the alarm is raised again at
    once.
    """
    check_count(0, surplus, "alarm disarm command accepts no arguments")
    session.print(Alarms(session.client.maintenance.disarm(session.deadline())))
