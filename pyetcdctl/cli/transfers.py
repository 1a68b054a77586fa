"""Shared by ``import`` and ``copy``: rows, confirmation, guarded writes and the final report."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.cli.session.terminal import choose
from pyetcdctl.errors import BadArguments, CallFailed, ConnectionFailed, NotWritten, Reported
from pyetcdctl.output.units import counted
from pyetcdctl.results import TransferRow, TransferRows
from pyetcdctl.transfer.comparison import Mark
from pyetcdctl.transfer.guarded_writes import Conflict, GuardedWrite, GuardedWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.client.connection import Connection
    from pyetcdctl.transfer.comparison import Comparison
    from pyetcdctl.transfer.entries import TransferEntry

GO_ON = "Try:  the same command again, which resumes where it ended"


class Consent(NamedTuple):
    """The user's consent by flags: only show the plan, or do not ask."""

    dry_run: bool
    yes: bool


def shown(session: Session, comparison: Comparison, consent: Consent, *, unchanged: bool) -> None:
    """Compare, print a row for each key that will change, and the numbers of changes."""
    if not (consent.dry_run or consent.yes or session.streams.input_is_terminal):
        raise BadArguments(
            "standard input is not a terminal to confirm on", "Try:  --dry-run, or --yes"
        )
    rows = (
        TransferRow(change.mark, change.key)
        for change in comparison.changes()
        if unchanged or change.mark != Mark.SAME
    )
    session.print(TransferRows(rows))
    session.streams.out.flush()
    session.streams.err.line("  ".join(f"{m} {n:,}" for m, n in comparison.counts.items()))


def confirmed(session: Session, comparison: Comparison, consent: Consent, where: str) -> bool:
    """Return whether to execute the plan; ask where no flag decides it."""
    if consent.dry_run or not comparison.writes:
        return False
    deletions = comparison.counts[Mark.GONE]
    what = f"Write {counted(comparison.writes - deletions, 'key')}"
    what += f" and delete {deletions:,}" if deletions else ""
    if not consent.yes and choose(session.streams, f"{what} in {where}? [y/N]") != "y":
        raise NotWritten("nothing was written")
    session.may_write = True
    return True


def carried_out(
    session: Session,
    connection: Connection,
    comparison: Comparison,
    entries: Iterable[TransferEntry],
    write_of: Callable[[TransferEntry, int], GuardedWrite],
) -> None:
    """Execute the plan. Conflicts are rows, and end the command with 1."""
    writes = _writes(comparison, entries, write_of)
    written(session, connection, comparison.writes, [writes])


def written(
    session: Session,
    connection: Connection,
    total: int,
    passes: Iterable[Iterable[GuardedWrite]],
) -> None:
    """Do the writes of each pass before those of the next; see ``carried_out``."""
    writer = GuardedWriter(connection)
    conflicts = 0

    def rows() -> Iterator[TransferRow]:
        nonlocal conflicts
        for outcome in chain.from_iterable(map(writer.apply, passes)):
            if outcome is not None:
                conflicts += 1
                yield TransferRow("!", outcome.key, _remark(outcome))

    try:
        session.print(TransferRows(rows()))
    except (CallFailed, ConnectionFailed) as failure:
        done = f"{writer.done:,} of {total:,} keys were written."
        raise failure.with_advice(*failure.advice, done, GO_ON) from failure.__cause__
    session.streams.out.flush()
    session.streams.err.line(f"{writer.done:,} of {counted(total, 'key')} written")
    if conflicts:
        raise Reported


def _writes(
    comparison: Comparison,
    entries: Iterable[TransferEntry],
    write_of: Callable[[TransferEntry, int], GuardedWrite],
) -> Iterator[GuardedWrite]:
    for entry, guard in comparison.planned(entries):
        yield write_of(entry, guard)
    for deletion in comparison.deletions:
        yield GuardedWrite(deletion.key, deletion.mod_revision, None)


def _remark(conflict: Conflict) -> str:
    if not conflict.found:
        return "deleted by another client meanwhile"
    if not conflict.compared:
        return "created by another client meanwhile"
    return f"changed by another client: mod_revision {conflict.compared} is {conflict.found} now"
