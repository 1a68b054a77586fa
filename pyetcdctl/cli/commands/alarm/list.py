"""``alarm list``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cluster_results import Alarms

app = new_app()


@command(app, "list", "  pyetcdctl alarm list", prints=(Alarms,), needs_server=False)
def list_alarms(session: Session, surplus: Annotated[list[str], words("")]) -> None:
    """List the active alarms.

    Nothing is printed when there is none. NOSPACE: a member's database has reached its quota, and
    the cluster refuses writes. CORRUPT: the data of the members differ.
    """
    check_count(0, surplus, "alarm list command accepts no arguments")
    if session.file_path:
        from pyetcdctl.storage.members import stored_alarms

        session.print(Alarms(stored_alarms(session.stored)))
    else:
        session.print(Alarms(session.client.maintenance.alarms(session.deadline())))
