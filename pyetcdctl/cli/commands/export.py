"""``export``: keys with their values as lines of JSON, for ``import`` and for reading."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.flags.parameters import number, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import raw
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client import lease as leases
from pyetcdctl.errors import BadArguments, UsageError
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.results import ExportLines
from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.signals import cleaned_up_when_ended
from pyetcdctl.transfer.entries import entries_of
from pyetcdctl.transfer.export_file import written_whole
from pyetcdctl.transfer.export_lines import Head, export_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyetcdctl.cli.session.session import Session

_EXAMPLE = """\
  pyetcdctl export /registry/configmaps/ > configmaps.jsonl
  pyetcdctl export /registry/configmaps/ --output configmaps.jsonl
  pyetcdctl export /registry/configmaps/ --as folder --output configmaps"""
FOLDER = "folder"
_FORMS = ("jsonl", FOLDER)

app = new_app()


class ExportFlags(Flags):
    """The flags of ``export``."""

    as_: Annotated[
        str,
        typer.Option("--as", metavar="jsonl|folder", help="A file, or a YAML file for each key."),
    ] = "jsonl"
    output: Annotated[
        str,
        typer.Option(
            "--output", metavar="PATH", help="The file or folder; it appears when it is complete."
        ),
    ] = ""
    rev: Annotated[int, number("--rev", "As of this revision.")] = 0


@command(app, "export", _EXAMPLE, needs_server=False, prints=(ExportLines,))
def export(
    session: Session, prefix: Annotated[list[str], words("[PREFIX]")], flags: ExportFlags
) -> None:
    """Write all keys with a prefix to a file, a folder or standard output, at one revision.

    A line of JSON for each key, in key order, between a head and an end; the end has count and
    SHA-256, so that `import` refuses a file that was cut. Values are as they are stored: the file
    is as secret as they are.

    With --as folder, each object is a YAML file below --output, and any other value, or one that
    YAML would change, a .value file; export.jsonl there lists them. It
    takes some milliseconds for each object.
    """
    _check(prefix, flags)
    start = raw(prefix[0]) if prefix else b""
    key, end = prefix_range(start)
    request = RangeRequest(key=key, range_end=end, revision=max(0, flags.rev))
    reading = session.source.range(request)
    revision = flags.rev if flags.rev > 0 else reading.header.revision
    head = Head(start, revision, reading.header.cluster_id)
    entries, granted = entries_of(reading), partial(granted_seconds, session)
    if flags.as_ == FOLDER:
        from pyetcdctl.transfer.export_folder import write_folder

        with cleaned_up_when_ended():
            write_folder(flags.output, head, entries, granted)
        return
    lines = export_lines(head, entries, granted)
    if flags.output:
        with cleaned_up_when_ended():
            written_whole(flags.output, lines)
    else:
        session.print(ExportLines(lines))


def _check(prefix: list[str], flags: ExportFlags) -> None:
    if len(prefix) > 1:
        raise UsageError("export takes one PREFIX")
    if flags.as_ not in _FORMS:
        raise BadArguments(f"--as is one of: {', '.join(_FORMS)}")
    if flags.as_ == FOLDER and not flags.output:
        raise BadArguments("a folder needs a place", "Try:  --as folder --output DIR")
    if flags.as_ != FOLDER and os.path.isdir(flags.output):
        advice = "Try:  --output FILE, or --as folder for a new folder"
        raise BadArguments(f"open {flags.output}: is a directory", advice)


def granted_seconds(session: Session, ids: Iterable[int]) -> dict[int, int]:
    """Return the granted seconds of the source's leases that exist."""
    if session.file_path:
        from pyetcdctl.storage.leases import stored_time_to_live

        opened = session.file.opened
        found = {each: stored_time_to_live(opened, each, with_keys=False) for each in ids}
    else:
        connection = session.connection
        found = {each: leases.time_to_live(connection, each, session.deadline()) for each in ids}
    return {each: state.grantedTTL for each, state in found.items() if state.grantedTTL > 0}
