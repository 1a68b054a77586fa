"""Find out whether authentication is on and whether root has its role, where the call is safe. etcd
3.5 writes the AuthStatus call to the log of all members.

A member of 3.4 does not know that entry: it panics when it applies it, and again whenever it is
started.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client import auth
from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.status import INVALID_TOKEN, USER_EMPTY
from pyetcdctl.diagnosis.facts import AuthFacts
from pyetcdctl.errors import CallFailed, PyetcdctlError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyetcdctl.client.connection import Connection

_WANTS_A_USER = frozenset({USER_EMPTY, INVALID_TOKEN})
_KNOWS_THE_QUESTION = (3, 5)


def wants_a_user(error: CallFailed) -> bool:
    """Whether a call was refused because it had no user."""
    return error.details in _WANTS_A_USER


def measure_authentication(
    connection: Connection,
    versions: Sequence[str],
    cluster_versions: Iterable[str],
    seconds: float,
) -> AuthFacts | None:
    """Return the facts of authentication; None where no member supports the call.

    ``versions`` are those of all members, empty for one that does not respond; ``cluster_versions``
    what members publish as that of the cluster, which no member is older than.
    """
    releases = [_release(each) for each in filter(None, versions)]
    if all(each < _KNOWS_THE_QUESTION for each in releases):
        return None
    agreed = [_release(each) for each in cluster_versions]
    if min(releases) >= _KNOWS_THE_QUESTION and all(versions):
        return _ask(connection, seconds)
    if agreed and min(agreed) >= _KNOWS_THE_QUESTION:
        return _ask(connection, seconds)
    return AuthFacts(
        enabled=False,
        unknown="a member may be of etcd 3.4, which panics when 3.5 is asked for this",
    )


def _ask(connection: Connection, seconds: float) -> AuthFacts | None:
    try:
        if auth.status(connection, Deadline.after(seconds)).enabled:
            return AuthFacts(enabled=True, refused=_refusal(connection, seconds))
        users = auth.list_users(connection, Deadline.after(seconds)).users or ()
        has_root = "root" in users and "root" in (
            auth.get_user(connection, "root", Deadline.after(seconds)).roles or ()
        )
    except CallFailed as error:
        refused = wants_a_user(error)
        return AuthFacts(enabled=True, refused=error.message) if refused else None
    except PyetcdctlError:
        return None
    return AuthFacts(enabled=False, users=len(users), has_root=has_root)


def _refusal(connection: Connection, seconds: float) -> str:
    """Return why a call that requires root was refused, or an empty string."""
    try:
        auth.list_users(connection, Deadline.after(seconds))
    except CallFailed as error:
        return error.message
    return ""


def _release(version: str) -> tuple[int, int]:
    """Return major and minor version; (0, 0) for what is none."""
    major, _, rest = version.partition(".")
    minor = rest.partition(".")[0]
    return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else (0, 0)
