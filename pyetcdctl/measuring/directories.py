"""Read the logs of data directories, and compare each with the newest."""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import TYPE_CHECKING

from pyetcdctl.diagnosis.directories import LogFacts, Loss, Standing, agreement, ranked
from pyetcdctl.errors import InvalidInput, PyetcdctlError
from pyetcdctl.storage.wal.log import Log
from pyetcdctl.storage.wal.operations import operation_of
from pyetcdctl.storage.wal.transactions import DELETE, PUT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.storage.wal.entries import WalEntry
    from pyetcdctl.storage.wal.transactions import Transaction


def read_log(path: str) -> LogFacts:
    """Return the facts of a data directory's log, as far as it can be read."""
    indexes, terms = array("Q"), array("Q")
    try:
        with Log(path) as log:
            failure = ""
            try:
                for entry in log.entries():
                    indexes.append(entry.index)
                    terms.append(entry.term)
            except PyetcdctlError as error:
                failure = error.message
            metadata = log.metadata
            return LogFacts(
                path,
                metadata.ClusterID,
                metadata.NodeID,
                indexes,
                terms,
                log.committed,
                log.torn,
                failure,
            )
    except (PyetcdctlError, OSError) as error:
        return LogFacts(path, failure=getattr(error, "message", str(error)))


def compare_directories(paths: Sequence[str]) -> tuple[tuple[Standing, ...], tuple[LogFacts, ...]]:
    """Return the directories from the newest on, and those whose log could not be read."""
    logs = [read_log(path) for path in paths]
    order = ranked(logs)
    clusters = {log.cluster_id for log in order}
    if len(clusters) > 1:
        shown = ", ".join(f"{log.path} of {log.cluster_id:x}" for log in order)
        raise InvalidInput(f"the directories are of different clusters: {shown}")
    unreadable = tuple(log for log in logs if not log.indexes)
    if not order:
        return (), unreadable
    newest, certain = order[0], max(log.committed for log in order)
    standings = [
        Standing(log, log is newest, common := agreement(newest, log), _beyond(log, common))
        for log in order
    ]
    return tuple(_with_losses(standings, newest, certain)), unreadable


def _beyond(log: LogFacts, index: int) -> int:
    return sum(each > index for each in log.indexes)


def _with_losses(
    standings: Sequence[Standing], newest: LogFacts, certain: int
) -> Iterator[Standing]:
    """Read the newest log once more and count, for each other, what is beyond their agreement."""
    losses = {each.log.path: Loss(last=newest.indexes[-1]) for each in standings}
    with Log(newest.path) as log:
        for entry in _readable(log):
            lacking = [each for each in standings if entry.index > each.agrees_up_to]
            if not lacking:
                continue
            transaction = operation_of(entry).transaction
            puts, deletes = _count(transaction, PUT), _count(transaction, DELETE)
            for each in lacking:
                before = losses[each.log.path]
                losses[each.log.path] = Loss(
                    before.entries + 1,
                    before.puts + puts,
                    before.deletes + deletes,
                    before.first or entry.index,
                    entry.index,
                    before.certain + (entry.index <= certain),
                )
    for each in standings:
        yield replace(each, loss=losses[each.log.path])


def _readable(log: Log) -> Iterator[WalEntry]:
    try:
        yield from log.entries()
    except PyetcdctlError:
        return


def _count(transaction: Transaction | None, kind: str) -> int:
    if transaction is None:
        return 0
    return sum(step.kind == kind for step in transaction.success)
