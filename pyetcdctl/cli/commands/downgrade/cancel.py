"""``downgrade cancel``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cluster_results import DowngradeStep

app = new_app()


@command(app, "cancel", "  pyetcdctl downgrade cancel", prints=(DowngradeStep,))
def cancel(session: Session, surplus: Annotated[list[str], words("")]) -> None:
    """Cancel a downgrade that was enabled and has not finished.

    Members that already run the older program must return to the newer one.
    """
    response = session.client.maintenance.downgrade("cancel", "", session.deadline())
    session.print(DowngradeStep(response, "cancel"))
