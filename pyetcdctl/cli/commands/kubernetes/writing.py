"""Shared by the commands that write: show a change, ask for confirmation, and make it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.changes.noise import without_managed_fields
from pyetcdctl.cli.session.terminal import choose
from pyetcdctl.errors import BadArguments
from pyetcdctl.output.object_difference import difference
from pyetcdctl.output.objects import shown_text
from pyetcdctl.registry.writing import write

if TYPE_CHECKING:
    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.kubernetes.objects import Object
    from pyetcdctl.registry.writing import Change

_WARNING = (
    "Warning: this goes to etcd past the API server, which neither validates nor",
    "         admits it, and whose caches may show the old object for a while",
)


def require_consent(session: Session, *, yes: bool) -> None:
    """Raise without --yes where there is no terminal to ask for confirmation."""
    if not yes and not session.streams.input_is_terminal:
        raise BadArguments(
            "standard input is not a terminal, so there is no way to ask for confirmation",
            "Try:  the same with --yes",
        )


def warn(session: Session) -> None:
    """Warn that the API server is bypassed."""
    session.streams.out.flush()
    for line in _WARNING:
        session.streams.err.line(line)


def show(session: Session, title: str, before: Object | None, after: Object | None) -> None:
    """Show the difference of an object, on standard error."""
    streams = session.streams
    session.streams.out.flush()
    coloured = streams.err.is_terminal and streams.wants_colour
    sides = without_managed_fields(before), without_managed_fields(after)
    for line in difference(title, *sides):
        streams.err.safe(line.shown(safe=streams.err.is_terminal, coloured=coloured))


def ask(session: Session, question: str, *, yes: bool, also: str = "") -> str:
    """Return the letter of the reply; ``y`` with --yes."""
    session.may_write = yes
    if yes:
        return "y"
    letter = choose(session.streams, f"{question} [y/N{also}]")
    session.may_write = letter == "y"
    return letter


def make_change(session: Session, change: Change) -> None:
    """Make a change and report it; raises NotWritten where another client changed the key first."""
    write(session.writer, change)
    report(session, f"{change.target.title} {change.verb}")


def report(session: Session, line: str) -> None:
    """Print what was done to an object; names of objects are data, and escaped on a terminal."""
    session.streams.out.safe(shown_text(f"{line}\n", session.output))
    session.streams.out.flush()
