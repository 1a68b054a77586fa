"""``export``: keys with their values as lines of JSON, for ``import`` and for reading."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import number, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import raw
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.leases import granted_seconds
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.session.signals import cleaned_up_when_ended
from pyetcdctl.errors import BadArguments
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.results import ExportLines
from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.transfer.entries import entries_of
from pyetcdctl.transfer.export_lines import Head, export_lines
from pyetcdctl.transfer.whole_file import written_whole

_EXAMPLE = """\
  pyetcdctl export /registry/configmaps/ > configmaps.jsonl
  pyetcdctl export /registry/configmaps/ --output configmaps.jsonl"""

app = new_app()


class ExportFlags(Flags):
    """The flags of ``export``."""

    output: Annotated[
        str,
        typer.Option("--output", metavar="FILE", help="Write a file, which is there whole or not."),
    ] = ""
    rev: Annotated[int, number("--rev", "As of this revision.")] = 0


@command(app, "export", _EXAMPLE, needs_server=False, prints=(ExportLines,))
def export(
    session: Session, prefix: Annotated[list[str], words("[PREFIX]")], flags: ExportFlags
) -> None:
    """Write all keys with a prefix to a file or standard output, at one revision.

    A line of JSON for each key, in key order, between a head and an end; the end has count and
    SHA-256, so that `import` refuses a file that was cut. Values are as they are stored: the file
    is as secret as they are.
    """
    if len(prefix) > 1:
        raise BadArguments("export takes one PREFIX")
    start = raw(prefix[0]) if prefix else b""
    key, end = prefix_range(start)
    request = RangeRequest(key=key, range_end=end, revision=max(0, flags.rev))
    reading = session.source.range(request)
    revision = flags.rev if flags.rev > 0 else reading.header.revision
    head = Head(start, revision, reading.header.cluster_id)
    lines = export_lines(head, entries_of(reading), partial(granted_seconds, session))
    if flags.output:
        with cleaned_up_when_ended():
            written_whole(flags.output, lines)
    else:
        session.print(ExportLines(lines))
