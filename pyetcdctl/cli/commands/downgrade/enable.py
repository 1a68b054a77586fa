"""``downgrade enable``."""

from __future__ import annotations

from pyetcdctl.cli.commands.downgrade.target import Target, target_version
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cluster_results import DowngradeStep

app = new_app()


@command(app, "enable", "  pyetcdctl downgrade enable 3.4.0", prints=(DowngradeStep,))
def enable(session: Session, target: Target) -> None:
    """Start the downgrade to TARGET_VERSION.

    Next, replace the program of one member after the other. Save a snapshot first.
    """
    version = target_version(target)
    response = session.client.maintenance.downgrade("enable", version, session.deadline())
    session.print(DowngradeStep(response, "enable"))
