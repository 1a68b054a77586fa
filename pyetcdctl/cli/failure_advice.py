"""Advice on an error from the cluster and this node's files, looked up after the failure."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from pyetcdctl.cli.session.process import with_sudo
from pyetcdctl.client.status import COMPACTED, LEARNER, NO_SPACE, WITHOUT_QUORUM
from pyetcdctl.errors import (
    BadArguments,
    CallFailed,
    DeadlineExceeded,
    PyetcdctlError,
    ServerSilent,
    WatchCanceled,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.measuring.members import ReachedMember

SECONDS = 1.0
"""The time limit of each look-up, in seconds."""


def advice_on(error: PyetcdctlError, session: Session) -> tuple[str, ...]:
    """Return all lines to print below an error: those looked up now, and the error's own."""
    if isinstance(error, BadArguments) and isinstance(error.__cause__, PermissionError):
        return (*error.advice, f"Try:  {with_sudo(session.command)}")
    if session.via:
        return error.advice
    if isinstance(error, WatchCanceled) and error.reason == COMPACTED:
        return (*error.advice, *_on_compaction(session))
    failure = _failed_call(error)
    if failure is None:
        return error.advice
    with suppress(PyetcdctlError):
        if isinstance(failure, DeadlineExceeded):
            return _on_silence(error, failure, session)
        if not session.file_path:
            return (*error.advice, *_on_refusal(failure, session))
    return error.advice


def _failed_call(error: BaseException | None) -> CallFailed | None:
    """Return the failed call behind an error, None without one."""
    found = None
    while error is not None:
        found = error if isinstance(error, CallFailed) else found
        error = error.__cause__
    return found


def _on_silence(
    error: PyetcdctlError, failure: DeadlineExceeded, session: Session
) -> tuple[str, ...]:
    first: tuple[str, ...] = ()
    if isinstance(failure, ServerSilent) and not session.file_path:
        with suppress(PyetcdctlError):
            first = tuple(_on_quorum(session))
    return (*first, *error.advice, *session.local_advice())


def _on_refusal(failure: CallFailed, session: Session) -> Iterator[str]:
    if failure.details == NO_SPACE:
        yield from _on_full_database(session)
    elif failure.details == COMPACTED:
        yield from _on_compaction(session)
    elif failure.details in WITHOUT_QUORUM:
        yield from _on_quorum(session)
    elif failure.details == LEARNER:
        yield from _on_learner(session)


def _on_learner(session: Session) -> Iterator[str]:
    yield "A learner has no vote: it serves no watches, no writes and no reads but its own."
    reads_keys = session.can_call_one_member and session.command != "member list"
    own = "--consistency=s, or " if reads_keys else ""
    yield f"Try:  {own}--endpoints of a voting member"


def _on_compaction(session: Session) -> Iterator[str]:
    from pyetcdctl.client.oldest_revision import oldest_revision

    with suppress(PyetcdctlError):
        oldest = oldest_revision(session.connection, session.deadline())
        if oldest:
            yield f"The oldest revision that is kept is {oldest}."


def _on_full_database(session: Session) -> Iterator[str]:
    """Name the fullest member's size and quota, and the steps to make it writable."""
    from pyetcdctl.output.units import decimal_size
    from pyetcdctl.upkeep.members import fullest_member

    with suppress(PyetcdctlError):
        fullest = fullest_member(session.connection, SECONDS)
        if fullest is not None:
            size, quota = decimal_size(fullest.size), decimal_size(fullest.quota)
            yield f"The database of {fullest.label} has {size}, its quota is {quota}."
    yield "Try:  pyetcdctl recover nospace, which frees space, disarms the alarm and proves a write"
    yield "      by hand: compaction REVISION, defrag --cluster, alarm disarm (in this order)"


def _on_quorum(session: Session) -> Iterator[str]:
    """Name the members that do not respond, and whether the others are a quorum."""
    from pyetcdctl.measuring.members import locate, members_known_to

    listed = members_known_to(session.connection, SECONDS)
    places = locate(session.connection, listed, SECONDS)
    voters = [each for each in places if each.listed is not None and not each.listed.is_learner]
    silent = [each for each in voters if each.status is None]
    has_quorum = len(voters) - len(silent) > len(voters) // 2
    if silent:
        yield _silence(silent, len(voters), has_quorum=has_quorum)
    elif voters and not any(each.status and each.status.leader for each in voters):
        yield f"All {len(voters)} members respond, and none knows a leader."
    if not has_quorum and session.can_call_one_member:
        yield "Try:  --consistency=s to read what one member has"


def _silence(silent: Sequence[ReachedMember], voters: int, *, has_quorum: bool) -> str:
    names = ", ".join(sorted(each.label for each in silent))
    verb = "does" if len(silent) == 1 else "do"
    members = "member" if voters == 1 else "members"
    conclusion = "" if has_quorum else ": no quorum"
    return f"{len(silent)} of {voters} {members} {verb} not respond{conclusion} ({names})."
