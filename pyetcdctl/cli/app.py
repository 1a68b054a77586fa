"""The root of the command tree."""

from __future__ import annotations

from pyetcdctl.cli.lazy import LazyGroup, new_app
from pyetcdctl.cli.registry import COMMANDS


class RootGroup(LazyGroup):
    """All commands."""

    table = COMMANDS
    rejects_unknown = True


app = new_app(
    RootGroup,
    epilog="\b\nExample:\n  pyetcdctl get / --prefix --keys-only",
    subcommand_metavar="COMMAND [ARGUMENTS] [FLAGS]",
    options_metavar="",
)


@app.callback()
def root() -> None:
    """Read and write etcd v3: etcdctl's commands, and Kubernetes' /registry made readable."""
