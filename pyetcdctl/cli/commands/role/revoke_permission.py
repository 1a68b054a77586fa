"""``role revoke-permission``."""

from __future__ import annotations

import os
from typing import Annotated

from pyetcdctl.cli.commands.role.key_range import PermissionFlags, key_range
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import auth
from pyetcdctl.cluster_results import AuthChanged
from pyetcdctl.errors import UsageError
from pyetcdctl.keyspace.ranges import NO_END

_EXAMPLE = "  pyetcdctl role revoke-permission reader /app/ --prefix"
_MISSING = "role revoke-permission command requires role name and key [endkey] as its argument"

app = new_app()


@command(app, "revoke-permission", _EXAMPLE, prints=(AuthChanged,))
def revoke_permission(
    session: Session,
    arguments: Annotated[list[str], words("ROLE KEY [RANGE_END]")],
    flags: PermissionFlags,
) -> None:
    """Revoke a permission from a role.

    The keys must be exactly those of the permission: part of a range cannot be revoked.
    """
    if len(arguments) < 2:
        raise UsageError(_MISSING)
    role, word = arguments[:2]
    key, range_end = key_range(arguments[1:], flags)
    deadline = session.deadline()
    response = auth.revoke_permission(session.connection, role, key, range_end, deadline)
    session.print(AuthChanged(response, f"{_revoked(word, range_end)} is revoked from role {role}"))


def _revoked(word: str, range_end: bytes) -> str:
    """Name the keys as etcdctl does, which shows the key as it was typed."""
    if not range_end:
        return f"Permission of key {word}"
    if range_end == NO_END:
        return f"Permission of range [{word}, <open ended>"
    return f"Permission of range [{word}, {os.fsdecode(range_end)})"
