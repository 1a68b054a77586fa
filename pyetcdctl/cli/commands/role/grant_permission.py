"""``role grant-permission``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.commands.role.key_range import PermissionFlags, key_range
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import auth
from pyetcdctl.cluster_results import AuthChanged
from pyetcdctl.errors import UsageError
from pyetcdctl.rpc.auth import PERMISSION_TYPES, Permission

_EXAMPLE = "  pyetcdctl role grant-permission reader READWRITE /app/ --prefix"
_MISSING = (
    "role grant command requires role name, permission type, and key [endkey] as its argument"
)

app = new_app()


@command(app, "grant-permission", _EXAMPLE, prints=(AuthChanged,))
def grant_permission(
    session: Session,
    arguments: Annotated[list[str], words("ROLE READ|WRITE|READWRITE KEY [RANGE_END]")],
    flags: PermissionFlags,
) -> None:
    """Grant a role the permission to read or write a key or a range of keys.

    Without a range end or a flag it is one key. A `get` of a range needs the permission for the
    whole range. A second permission for the same keys replaces the first.
    """
    if len(arguments) < 3:
        raise UsageError(_MISSING)
    role, word = arguments[:2]
    kind = _permission_type(word)
    key, range_end = key_range(arguments[2:], flags)
    permission = Permission(permType=kind, key=key, range_end=range_end)
    response = auth.grant_permission(session.connection, role, permission, session.deadline())
    session.print(AuthChanged(response, f"Role {role} updated"))


def _permission_type(word: str) -> int:
    try:
        return PERMISSION_TYPES.index(word.upper())
    except ValueError:
        raise UsageError(f"invalid permission type: {word}") from None
