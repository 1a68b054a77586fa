"""``import``: write the keys of an export where they are new or different."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.transfers import Consent, carried_out, confirmed, shown
from pyetcdctl.errors import UsageError
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.results import TransferRows
from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.transfer.comparison import Comparison
from pyetcdctl.transfer.entries import TransferEntry, entries_of
from pyetcdctl.transfer.export_file import ExportFile, open_export, spooled_export
from pyetcdctl.transfer.guarded_writes import GuardedWrite
from pyetcdctl.transfer.lease_grants import LeaseGrants

_EXAMPLE = """\
  pyetcdctl export /registry/configmaps/ | pyetcdctl import - --dry-run
  pyetcdctl import configmaps.jsonl --yes"""

app = new_app()


class ImportFlags(Flags):
    """The flags of ``import``."""

    all_: Annotated[bool, typer.Option("--all", help="Also print unchanged keys.")] = False
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change.")] = False
    leases: Annotated[
        bool,
        typer.Option("--leases", help="Attach keys to their leases; missing ones are granted."),
    ] = False
    prune: Annotated[
        bool, typer.Option("--prune", help="Delete the keys with the prefix that FILE lacks.")
    ] = False


@command(app, "import", _EXAMPLE, prints=(TransferRows,))
def import_(
    session: Session, files: Annotated[list[str], words("FILE|FOLDER")], flags: ImportFlags
) -> None:
    """Write the keys of an export where they are new or different.

    \b
    + new  ~ different  = the same  - deleted (--prune)  ! changed meanwhile

    Each key is written only if it still is what was compared, so that nothing another client writes
    is lost; such a key is a row with ! and ends the command with 1. Run again after an
    interruption, it resumes where it ended. With - the export comes from standard input. FOLDER is
    what `export --as folder` wrote; a file in it that was changed since is refused.
    """
    if len(files) != 1:
        raise UsageError("import takes one FILE, or - for standard input")
    consent = Consent(flags.dry_run, session.configuration.values["yes"])
    export = _opened(session, files[0])
    try:
        _import(session, export, flags, consent)
    finally:
        export.close()


def _import(session: Session, export: ExportFile, flags: ImportFlags, consent: Consent) -> None:
    key, end = prefix_range(export.head.prefix)
    stored = session.source.range(RangeRequest(key=key, range_end=end))
    comparison = Comparison(
        export.entries(), entries_of(stored), is_same=_is_same, prune=flags.prune
    )
    shown(session, comparison, consent, unchanged=flags.all_)
    if not flags.leases and export.end.leases:
        session.note(
            f"# keys with leases are written without them ({len(export.end.leases)} leases); "
            "--leases attaches them"
        )
    connection, where = session.connection, session.target
    of, here = export.head.cluster_id, stored.header.cluster_id
    if of and here and of != here:
        where += f", which is not the cluster of the export ({of:x})"
    if confirmed(session, comparison, consent, where):
        grants = LeaseGrants(connection, export.end.leases if flags.leases else None)

        def write_of(entry: TransferEntry, guard: int) -> GuardedWrite:
            return GuardedWrite(entry.key, guard, entry.value, grants.lease_for(entry))

        carried_out(session, connection, comparison, export.entries(), write_of)


def _opened(session: Session, path: str) -> ExportFile:
    if path == "-":
        return spooled_export(session.streams.input)
    if not os.path.isdir(path):
        return open_export(path)
    from pyetcdctl.transfer.export_folder import open_folder

    return open_folder(path)


def _is_same(entry: TransferEntry, stored: TransferEntry) -> bool:
    return entry.value == stored.value
