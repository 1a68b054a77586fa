"""``downgrade``: prepare the cluster for servers of the release before."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.lazy import command, new_group
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import BadArguments
from pyetcdctl.results import DowngradeStep

Target = Annotated[list[str], words("TARGET_VERSION")]

app = new_group(
    "Prepare the cluster for the release before.",
    "  pyetcdctl downgrade validate 3.4\n  pyetcdctl downgrade cancel",
)


@command(app, "validate", "  pyetcdctl downgrade validate 3.4.0", prints=(DowngradeStep,))
def validate(
    ctx: typer.Context,
    targets: Target = [],  # noqa: B006 - Typer copies it
) -> None:
    """Ask whether the cluster could go down to TARGET_VERSION.

    One minor release at a time: from 3.6 to 3.5, never to 3.4. Nothing is changed.
    """
    _step(ctx.obj, "validate", _target(targets))


@command(app, "enable", "  pyetcdctl downgrade enable 3.4.0", prints=(DowngradeStep,))
def enable(
    ctx: typer.Context,
    targets: Target = [],  # noqa: B006 - Typer copies it
) -> None:
    """Start going down to TARGET_VERSION.

    The members' programs are then exchanged one by one; take a snapshot first.
    """
    _step(ctx.obj, "enable", _target(targets))


@command(app, "cancel", "  pyetcdctl downgrade cancel", prints=(DowngradeStep,))
def cancel(
    ctx: typer.Context,
    surplus: Annotated[list[str], words("")] = [],  # noqa: B006 - Typer copies it
) -> None:
    """Call a downgrade off that was enabled and is not done.

    Members that already run the older program must go back to the newer one.
    """
    _step(ctx.obj, "cancel", "")


def _target(words_given: list[str]) -> str:
    if not words_given:
        raise BadArguments("TARGET_VERSION not provided")
    if len(words_given) > 1:
        raise BadArguments("too many arguments")
    if not words_given[0]:
        raise BadArguments("target version not provided")
    return words_given[0]


def _step(session: Session, action: str, version: str) -> None:
    response = session.client.maintenance.downgrade(action, version, session.deadline())
    session.print(DowngradeStep(response, action))
