"""Changes of objects: shown, confirmed, and made in one transaction each.

A change is made only to what was read: an object at its mod_revision, or a key that was not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.cli.session.terminal import choose
from pyetcdctl.client.kv import commit
from pyetcdctl.errors import BadArguments, CallFailed, NotWritten
from pyetcdctl.output.difference import difference
from pyetcdctl.rpc.kv import DeleteRangeRequest, PutRequest, RangeRequest
from pyetcdctl.rpc.txn import CREATE, EQUAL, MOD, Compare, RequestOp, TxnRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.cli.commands.kubernetes.targets import Present, Target
    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.kubernetes.objects import Object
    from pyetcdctl.rpc.kv import KeyValue

_WARNING = (
    "Warning: this goes to etcd past the API server, which neither validates nor",
    "         admits it, and whose caches may show the old object for a while",
)
_LOOK_AGAIN = "Try:  reading it again, and changing what is there now"


class Change(NamedTuple):
    """What is to be done at one key; without a value the key is deleted."""

    target: Target
    before: KeyValue | None
    value: bytes | None
    verb: str
    lease: int | None = None
    """The lease that the key is to have, 0 for none; None for the one that it has."""


def require_somebody(session: Session, *, yes: bool) -> None:
    """Refuse to go on where nobody can be asked and nothing was said beforehand."""
    if not yes and not session.streams.input_is_terminal:
        raise BadArguments(
            "standard input is no terminal, so that nobody can be asked whether to write",
            "Try:  the same with --yes",
        )


def warn(session: Session) -> None:
    """Say what is bypassed."""
    session.streams.out.flush()
    for line in _WARNING:
        session.streams.err.line(line)


def show(session: Session, title: str, before: Object | None, after: Object | None) -> None:
    """Show what a change does to an object, on standard error."""
    streams = session.streams
    session.streams.out.flush()
    coloured = streams.err.is_terminal and streams.wants_colour
    for line in difference(title, before, after):
        streams.err.safe(line.shown(safe=streams.err.is_terminal, coloured=coloured))


def report_stale(session: Session, present: Present) -> None:
    """Say that a value stays encrypted, or plain, in a way that is not today's."""
    target, entry, stored = present
    if session.keyring.decrypt(entry.key, entry.value).stale:
        how = f"encrypted by {stored.encryption}" if stored.encryption else "stored plain"
        session.streams.err.line(
            f"# {target.title} is {how} and stays so; the API server would write it otherwise today"
        )


def ask(session: Session, question: str, *, yes: bool, also: str = "") -> str:
    """Return the letter of the answer; it is ``y`` where that was said beforehand."""
    session.may_write = yes
    if yes:
        return "y"
    letter = choose(session.streams, f"{question} [y/N{also}]")
    session.may_write = letter == "y"
    return letter


def write(session: Session, change: Change) -> None:
    """Make a change, and say so; raises NotWritten where somebody else was faster."""
    title = change.target.title
    try:
        answer = commit(session.connection, _transaction(change), session.deadline())
    except CallFailed as error:
        error.advice += (f"This was about {title}.",)
        raise
    if not answer.succeeded:
        found = answer.responses[0].response_range if answer.responses else None
        raise _overtaken(change, found.kvs if found else ())
    session.streams.out.text(f"{title} {change.verb}\n")
    session.streams.out.flush()


def _transaction(change: Change) -> TxnRequest:
    key, before = change.target.key, change.before
    if before is None:
        guard = Compare(key=key, target=CREATE, result=EQUAL, create_revision=0)
    else:
        revision = before.mod_revision
        guard = Compare(key=key, target=MOD, result=EQUAL, mod_revision=revision)
    if change.value is None:
        step = RequestOp(request_delete_range=DeleteRangeRequest(key=key))
    else:
        lease = change.lease
        if lease is None:
            lease = before.lease if before else 0
        step = RequestOp(request_put=PutRequest(key=key, value=change.value, lease=lease))
    look = RequestOp(request_range=RangeRequest(key=key, keys_only=True))
    return TxnRequest(compare=[guard], success=[step], failure=[look])


def _overtaken(change: Change, found: Sequence[KeyValue]) -> NotWritten:
    title, before = change.target.title, change.before
    if before is None:
        return NotWritten(f"{title} was created by somebody else meanwhile", _LOOK_AGAIN)
    if not found:
        return NotWritten(f"{title} was deleted by somebody else after it was read")
    return NotWritten(
        f"{title} was changed by somebody else after it was read: "
        f"its mod_revision was {before.mod_revision} and is {found[0].mod_revision}",
        _LOOK_AGAIN,
    )
