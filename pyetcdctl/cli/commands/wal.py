"""``wal``: a member's write-ahead log, entry by entry."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.flags.parameters import number, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import raw
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.logs import beside
from pyetcdctl.cli.session.configuration import discovery_root
from pyetcdctl.cli.session.kubernetes import decoding, fail_where_not_decrypted
from pyetcdctl.cli.session.progress import reading_progress
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.words.filters import LogFilter
from pyetcdctl.errors import BadArguments, UsageError
from pyetcdctl.file_results import LogListing
from pyetcdctl.storage.replay.lines import log_lines
from pyetcdctl.storage.replay.model import UNKNOWN
from pyetcdctl.storage.wal.log import Log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyetcdctl.file_results import LogLine

_EXAMPLE = """\
  pyetcdctl wal --operation member
  pyetcdctl wal --from /var/lib/etcd --failed
  pyetcdctl wal --from /var/lib/etcd --key-prefix /registry/pods/shop/ --decode"""

app = new_app()


class WalFlags(Flags):
    """The flags of ``wal``."""

    decode: Annotated[
        bool, typer.Option("--decode", help="Show the objects that are written, as YAML.")
    ] = False
    end_index: Annotated[int, number("--end-index", "The last entry to show; 0 for all.")] = 0
    failed: Annotated[
        bool, typer.Option("--failed", help="Only transactions whose comparison lost.")
    ] = False
    key_prefix: Annotated[
        str,
        typer.Option("--key-prefix", metavar="string", help="Only keys that start with this."),
    ] = ""
    operation: Annotated[
        list[str],
        typer.Option(
            "--operation",
            metavar="string",
            help="Only put, delete, txn, compaction, lease, member, user, ...; repeatable.",
        ),
    ] = []  # noqa: RUF012 - Typer copies it
    resource: Annotated[
        list[str],
        typer.Option("--resource", metavar="RESOURCE", help="Only objects of this; repeatable."),
    ] = []  # noqa: RUF012 - Typer copies it
    start_index: Annotated[int, number("--start-index", "The first entry to show.")] = 0


@command(app, "wal", _EXAMPLE, needs_server=False, file_flags=("salvage",), prints=(LogListing,))
def wal(session: Session, surplus: Annotated[list[str], words("")], flags: WalFlags) -> None:
    """List the entries of a member's write-ahead log.

    --from is a data directory or a copy of it, also of a member that is down or that runs: nothing
    is locked or written. Without it, it is the one of this node. Values that were overwritten,
    deleted or compacted since are in the log: deleted Secrets, too.

    Into a pipe go lines of index, term, proposing member, operation, object or key, and outcome,
    between tabs. Whether a comparison won is determined from the log alone: where it begins later
    than the cluster, it is unknown for what was written before. -w jsonl has all that an entry
    holds, with the values decoded. --salvage reads on after damage.
    """
    if surplus:
        raise UsageError("wal takes no arguments", "Try:  --from DIR")
    session.check_format()
    path = session.file_path or _of_this_node(session)
    registry = session.likely_registry()
    chosen = LogFilter(
        start=flags.start_index,
        end=flags.end_index,
        prefix=raw(flags.key_prefix),
        operations=flags.operation,
        resources=flags.resource,
        only_failed=flags.failed,
        registry=registry,
    )
    simple = session.output.format == "simple"
    shown = decoding(session, decode=flags.decode, no_decode=simple and not flags.decode)
    salvage = session.configuration.values["salvage"]
    with (
        _progress(session, path) as on_bytes,
        Log(path, on_bytes, passes_damage=salvage) as log,
        ExitStack() as opened,
    ):
        lines = _chosen(log, log_lines(log, lambda: beside(path, opened)), chosen, session)
        session.print(LogListing(lines, registry, shown))
        session.streams.out.flush()
        _report(session, log)
    fail_where_not_decrypted(session, shown)


def _of_this_node(session: Session) -> str:
    """Return the folder of the log of this node's member, or its data directory."""
    root = discovery_root(session.streams.environment)
    if root is not None:
        from pyetcdctl.discovery import discover
        from pyetcdctl.discovery.node import Node

        server = discover(root).server
        if folder := server.wal_dir or server.data_dir:
            return Node(root).file(folder).real
    raise BadArguments(
        "wal reads a data directory, and none of an etcd on this machine was found",
        "Try:  --from DIR",
    )


@contextmanager
def _progress(session: Session, path: str) -> Iterator[Callable[[int], None]]:
    """Show how much was read, but not between the lines on a terminal."""
    if session.streams.out.is_terminal:
        yield lambda size: None
        return
    with reading_progress(path, session.streams.err) as on_bytes:
        yield on_bytes


def _chosen(
    log: Log, lines: Iterator[LogLine], chosen: LogFilter, session: Session
) -> Iterator[LogLine]:
    """Yield the selected entries; report how many of their outcomes are not known."""
    unknown = 0
    for line in lines:
        if chosen.end and line.entry_index > chosen.end:
            break
        if chosen.takes(line):
            unknown += line.outcome == UNKNOWN
            yield line
    if unknown:
        reason = (
            "damage hides what was written before them"
            if log.damages
            else "the log begins later than the cluster, and does not show what was before"
        )
        session.note(f"# the outcome of {unknown:,} entries is not known: {reason}")


def _report(session: Session, log: Log) -> None:
    """Report damage and incomplete records of a log that was read to its end."""
    for damage in log.damages:
        session.note(f"# passed over: {damage.removeprefix('the log is damaged: ')}")
    if log.replaced:
        session.note(
            f"# {log.replaced:,} entries are left out, which those of a later term replaced"
        )
    if log.torn:
        session.note(f"# the last record was not written whole, and is left out: {log.torn}")
