"""``downgrade validate``."""

from __future__ import annotations

from pyetcdctl.cli.commands.downgrade.target import Target, target_version
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cluster_results import DowngradeStep

app = new_app()


@command(app, "validate", "  pyetcdctl downgrade validate 3.4.0", prints=(DowngradeStep,))
def validate(session: Session, target: Target) -> None:
    """Check whether the cluster can be downgraded to TARGET_VERSION.

    One minor release at a time: from 3.6 to 3.5, never to 3.4. Nothing is changed.
    """
    version = target_version(target)
    response = session.client.maintenance.downgrade("validate", version, session.deadline())
    session.print(DowngradeStep(response, "validate"))
