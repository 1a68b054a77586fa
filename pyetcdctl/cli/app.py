"""The root of the command tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.cli.lazy import LazyGroup, new_app
from pyetcdctl.cli.registry import BEYOND_ETCDCTL, COMMANDS

if TYPE_CHECKING:
    from collections.abc import Sequence

_VERSION = frozenset(("--version", "-V"))


class RootGroup(LazyGroup):
    """All commands."""

    table = COMMANDS

    def with_name_first(self, args: Sequence[str]) -> list[str] | None:
        """Treat --version or -V as the command where there is no other."""
        named = super().with_name_first(args)
        if named is None and not _VERSION.isdisjoint(args):
            return ["version", *(word for word in args if word not in _VERSION)]
        return named

    def find(self, word: str) -> str | None:
        """Return the command that a word means; a prefix that is unique in etcdctl means etcdctl's
        command.
        """
        etcdctls = [
            name for name in COMMANDS if name.startswith(word) and name not in BEYOND_ETCDCTL
        ]
        return super().find(word) or (etcdctls[0] if len(etcdctls) == 1 else None)


app = new_app(
    RootGroup,
    epilog="\b\nExample:\n  pyetcdctl get / --prefix --keys-only\n\n"
    "Topics: pyetcdctl help environment | exit-codes | formats | registry",
    subcommand_metavar="COMMAND [ARGUMENTS] [FLAGS]",
    options_metavar="",
)


@app.callback()
def root() -> None:
    """Read and write etcd v3: etcdctl's commands, and Kubernetes' /registry made readable."""
